package render_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/render"
)

// Every line of a log is an object that a JSON reader gives back as it was.
func TestLogJSON(t *testing.T) {
	src := event.Source{ID: "1", Name: "demo-web-1", Service: "web", Number: 1}
	texts := []string{
		"", "plain", `"quoted" \ and	tab`, "\x00\x1b[2Jü\x7f\u009b", "\xff\xfe broken", "{\"a\": [1]}", "{not", "[1,2]", "17", "{\"a\":\r1}",
		strings.Repeat("long ", 1000),
	}
	for _, format := range []render.LogFormat{render.LogJSON, render.LogJSONEmbedded} {
		var out bytes.Buffer
		r, err := render.New(render.Options{Mode: render.ModePlain, Out: &out, Err: &bytes.Buffer{}, Logs: render.LogOptions{Format: format}})
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
		r.Event(event.Attached{Sources: []event.Source{src}})
		for _, text := range texts {
			r.Event(event.Log{Source: src, Stream: event.Stderr, Time: at, Text: []byte(text)})
		}
		r.Event(event.Exit{Source: src})
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != len(texts) {
			t.Fatalf("%d lines, want %d:\n%s", len(lines), len(texts), out.String())
		}
		for i, l := range lines {
			var got struct {
				Service, Container, Stream string
				Number                     int
				Time                       time.Time
				Message                    any
				Bytes                      []byte
			}
			if err := json.Unmarshal([]byte(l), &got); err != nil {
				t.Fatalf("%s: %v", l, err)
			}
			if got.Service != "web" || got.Container != "demo-web-1" || got.Number != 1 || got.Stream != "stderr" || !got.Time.Equal(at) {
				t.Errorf("got %s", l)
			}
			_, asText := got.Message.(string)
			embedded := format == render.LogJSONEmbedded && (texts[i] == "[1,2]" || texts[i] == `{"a": [1]}`)
			switch {
			case asText == embedded:
				t.Errorf("%q became %s", texts[i], l)
			case len(got.Bytes) > 0 && string(got.Bytes) != texts[i]:
				t.Errorf("bytes %q, want %q", got.Bytes, texts[i])
			case asText && len(got.Bytes) == 0 && got.Message != texts[i]:
				t.Errorf("message %q, want %q", got.Message, texts[i])
			}
			if strings.ContainsAny(l, "\x00\x1b\x7f") || strings.Contains(l, "\u009b") {
				t.Errorf("a terminal would obey %q", l)
			}
		}
	}
}
