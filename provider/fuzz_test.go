package provider

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/compose-orchestrator/compose/event"
)

// FuzzTalk: whatever a program prints, its variables have names, each question for
// the service gets one line of an answer, and what it tells is handed on in its order.
func FuzzTalk(f *testing.F) {
	for _, seed := range []string{
		`{"type":"info","message":"x"}` + "\n" + `{"type":"setenv","message":"A=b"}`,
		`{"type":"rawsetenv","message":"A=b=c"}` + "\r\n\n" + `{"type":"get-service-config"}`,
		`{"type":"error","message":"no"}`, `{"type":"setenv","message":"=b"}`, `{"type":"rawsetenv","message":"=b"}`, `{"type":5}`, `[]`, "null", "\x00", `{"type":"debug","message":"\u0000\ud800"}`, "text",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		var answer bytes.Buffer
		var told []string
		sink := func(e event.Event) {
			switch e := e.(type) {
			case event.Status:
				told = append(told, e.Text)
			case event.Message:
				told = append(told, strings.TrimPrefix(e.Text, "p: "))
			}
		}
		config := func() ([]byte, error) { return []byte(`{"provider":{}}`), nil }
		c := talk{r: New(Options{Sink: sink}), s: Service{Name: "p", Type: "x", Config: config}, answer: &answer, env: map[string]string{}}
		err := c.listen(iotest.OneByteReader(bytes.NewReader(said)))
		for name := range c.env {
			if name == "" || name == "P_" || strings.Contains(name, "=") {
				t.Errorf("a variable named %q", name)
			}
		}
		var wantTold []string
		questions := 0
		for line := range bytes.Lines(said) {
			var m message
			if line = bytes.TrimSpace(line); len(line) == 0 {
				continue
			}
			if json.Unmarshal(line, &m) != nil {
				break
			}
			switch m.Type {
			case "info", "debug":
				wantTold = append(wantTold, m.Message)
			case "get-service-config":
				questions++
			}
		}
		if got := strings.Count(answer.String(), "\n"); got > questions || err == nil && got != questions {
			t.Errorf("%d questions got %d lines, %v", questions, got, err)
		}
		if len(told) > len(wantTold) || err == nil && len(told) != len(wantTold) {
			t.Fatalf("it said %q, and %q was told, %v", wantTold, told, err)
		}
		for i := range told {
			if told[i] != wantTold[i] {
				t.Errorf("it said %q, and %q was told", wantTold[i], told[i])
			}
		}
	})
}

// FuzzLines: lines of a program are the same however they come in, and none is kept
// that is longer than maxLine.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\r\nb\n\nc"), uint8(1))
	f.Add([]byte("\n\r\r\n"), uint8(2))
	f.Fuzz(func(t *testing.T, said []byte, size uint8) {
		var got []string
		l := &lines{emit: func(line string) { got = append(got, line) }}
		for rest := said; len(rest) > 0; {
			n := min(len(rest), int(size)+1)
			if w, err := l.Write(rest[:n]); w != n || err != nil {
				t.Fatal(w, err)
			}
			rest = rest[n:]
		}
		l.flush()
		want := strings.Split(string(said), "\n")
		if last := len(want) - 1; want[last] == "" {
			want = want[:last]
		}
		if len(got) != len(want) {
			t.Fatalf("%q became %q", said, got)
		}
		for i := range want {
			if got[i] != want[i] && got[i] != strings.TrimSuffix(want[i], "\r") {
				t.Errorf("line %d of %q is %q", i, said, got[i])
			}
		}
	})
}

// FuzzMetadata: what a program says of itself never lets an option through that it
// does not name for a verb that it names.
func FuzzMetadata(f *testing.F) {
	f.Add([]byte(`{"description":"x","up":{"parameters":[{"name":"a","required":true},{"name":"b"}]}}`), "a")
	f.Add([]byte(`{"up":{}}`), "b")
	f.Add([]byte(`{"up":null,"down":[],"stop":5}`), "")
	f.Fuzz(func(t *testing.T, text []byte, option string) {
		var m metadata
		if json.Unmarshal(text, &m) != nil {
			m = metadata{}
		}
		_, parameters := m.parameters(Up)
		args, err := arguments(Service{Name: "s", Type: "p", Options: map[string][]string{option: {"v"}}}, parameters)
		if err != nil {
			return
		}
		named := parameters == nil
		for _, p := range parameters {
			named = named || p.Name == option
			if p.Required && p.Name != option {
				t.Errorf("%q is missing, and nobody says so", p.Name)
			}
		}
		if named != (len(args) == 1) {
			t.Errorf("%s: the option %q is passed as %q", text, option, args)
		}
	})
}
