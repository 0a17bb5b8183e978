package do

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// TestPullProgress reads a stream as the engine sends it.
func TestPullProgress(t *testing.T) {
	var parts []event.Part
	d := &Doer{o: Options{Sink: func(e event.Event) { parts = append(parts, e.(event.Part)) }}}
	ref := event.Ref{Kind: event.Image, Name: "nginx"}
	stream := `{"status":"Pulling from library/nginx","id":"latest"}
{"status":"Downloading","progressDetail":{"current":5,"total":10},"progress":"[=>]","id":"aaa"}
{"status":"Pull complete","progressDetail":{},"id":"aaa"}
{"status":"Already exists","id":"bbb"}
{"status":"Digest: sha256:1"}
`
	if err := d.report(ref, strings.NewReader(stream)); err != nil {
		t.Fatal(err)
	}
	want := []event.Part{
		{Ref: ref, ID: "aaa", Text: "Downloading", Current: 5, Total: 10},
		{Ref: ref, ID: "aaa", Text: "Pull complete", Done: true},
		{Ref: ref, ID: "bbb", Text: "Already exists", Done: true},
	}
	if !slices.Equal(parts, want) {
		t.Errorf("got %+v\nwant %+v", parts, want)
	}
	err := d.report(ref, strings.NewReader(`{"errorDetail":{"message":"manifest unknown"},"error":"manifest unknown"}`))
	if err == nil || err.Error() != "manifest unknown" {
		t.Errorf("got %v, want manifest unknown", err)
	}
	if cause, help := pullCause(err); cause != "the registry has no such tag" || help == "" {
		t.Errorf("got %q, hint %q", cause, help)
	}
}

func TestSeconds(t *testing.T) {
	for in, want := range map[time.Duration]int{0: 0, time.Millisecond: 1, time.Second: 1, 1500 * time.Millisecond: 2, -1: -1} {
		if got := *seconds(&in); got != want {
			t.Errorf("%s: got %d, want %d", in, got, want)
		}
	}
	if seconds(nil) != nil {
		t.Error("no timeout became one")
	}
}

func TestLineWriter(t *testing.T) {
	var lines []string
	w := &lineWriter{emit: func(line []byte) { lines = append(lines, string(line)) }}
	for _, chunk := range []string{"a", "b\r\nc\n\nd", strings.Repeat("x", maxLine)} {
		if n, err := w.Write([]byte(chunk)); n != len(chunk) || err != nil {
			t.Fatalf("wrote %d, %v", n, err)
		}
	}
	w.flush()
	if want := []string{"ab", "c", "", "d" + strings.Repeat("x", maxLine)}; !slices.Equal(lines, want) {
		t.Errorf("got %q", lines)
	}
}

// TestBoundID: what this run created goes before what was planned with, except
// for the one that is replaced.
func TestBoundID(t *testing.T) {
	ref := event.Ref{Kind: event.Container, Name: "demo-web-1", Service: "web", Number: 1}
	old := ref
	old.Old = ref.Name
	other := ref
	other.Number = 2
	done := &plan.Results{}
	done.Set(ref, plan.Result{ID: "new"})
	for want, got := range map[string]string{
		"new":   boundID(ref, "planned", done),
		"old":   boundID(old, "old", done),
		"other": boundID(other, "other", done),
		"alone": boundID(ref, "alone", nil),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestSeccompProfiles: files are read from the project's folder, compacted.
func TestSeccompProfiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "p.json"), []byte("{\n \"a\": 1\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := seccompProfiles(dir, []string{"seccomp=p.json", "seccomp=unconfined", "seccomp:builtin", "label:disable"})
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := json.Marshal(got); string(text) != `{"p.json":"{\"a\":1}"}` {
		t.Errorf("got %s", text)
	}
	if _, err := seccompProfiles(dir, []string{"seccomp=missing.json"}); err == nil || !strings.Contains(err.Error(), "missing.json") {
		t.Errorf("got %v, want the file's name", err)
	}
}
