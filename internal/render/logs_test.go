package render

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

func replica(service string) event.Source {
	return event.Source{ID: service, Name: "p-" + service + "-1", Service: service, Number: 1}
}

// writes records what each write was.
type writes struct {
	name string
	to   *[]string
}

func (w writes) Write(p []byte) (int, error) {
	*w.to = append(*w.to, w.name+string(p))
	return len(p), nil
}

// Lines that came together are one write, as far as they go to one stream: their
// order is kept.
func TestLogsTogether(t *testing.T) {
	var got []string
	r, err := New(Options{Mode: ModePlain, Out: writes{"out ", &got}, Err: writes{"err ", &got}, Logs: LogOptions{Split: true}})
	if err != nil {
		t.Fatal(err)
	}
	line := func(service string, s event.Stream, text string) event.Log {
		return event.Log{Source: replica(service), Stream: s, Text: []byte(text)}
	}
	r.Event(event.Logs{
		line("a", event.Stdout, "1"), line("a", event.Stdout, "2"),
		line("long", event.Stderr, "3"), line("a", event.Stderr, "4"), line("a", event.Stdout, "5"),
	})
	want := []string{"out a-1  | 1\na-1  | 2\n", "err long-1  | 3\na-1     | 4\n", "out a-1     | 5\n"}
	if strings.Join(got, "") != strings.Join(want, "") || len(got) != len(want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// Many lines are written as they come, not all at the end.
func TestLogsTogetherBounded(t *testing.T) {
	var got []string
	r, err := New(Options{Mode: ModePlain, Out: writes{"", &got}, Err: &bytes.Buffer{}})
	if err != nil {
		t.Fatal(err)
	}
	lines := make(event.Logs, 3*writeSize/100)
	for i := range lines {
		lines[i] = event.Log{Source: replica("a"), Stream: event.Stdout, Text: fmt.Appendf(nil, "%0100d", i)}
	}
	r.Event(lines)
	if len(got) < 3 || len(got) > 4 || len(strings.Join(got, "")) != len(lines)*108 {
		t.Errorf("%d writes of %d bytes, want 3 or 4 of %d", len(got), len(strings.Join(got, "")), len(lines)*108)
	}
}

// Lines of a JSON stream are objects of their own, whether they came together.
func TestLogsTogetherJSON(t *testing.T) {
	var out bytes.Buffer
	r, err := New(Options{Mode: ModeJSON, Err: &out})
	if err != nil {
		t.Fatal(err)
	}
	r.Event(event.Logs{{Source: replica("a"), Text: []byte("1")}, {Source: replica("a"), Text: []byte("2")}})
	if n := strings.Count(out.String(), `"type":"log"`); n != 2 || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("got %q, want two objects", out.String())
	}
}

// A line takes no memory of its own once the buffer has its size.
func TestLogsAllocations(t *testing.T) {
	r, err := New(Options{Mode: ModePlain, Out: discard{}, Err: discard{}, Logs: LogOptions{Timestamps: true}})
	if err != nil {
		t.Fatal(err)
	}
	lines := make(event.Logs, 200)
	for i := range lines {
		lines[i] = event.Log{Source: replica(fmt.Sprint("s", i%3)), Stream: event.Stdout, Time: time.Unix(1, 2), Text: []byte("a line")}
	}
	var e event.Event = lines
	if n := testing.AllocsPerRun(10, func() { r.Event(e) }); n > 3 {
		t.Errorf("%.0f allocations for %d lines, want none", n, len(lines))
	}
}

// Where colours were asked for, a pipe is meant for a terminal.
func TestLogsAlways(t *testing.T) {
	var out bytes.Buffer
	for ansi, want := range map[ANSI]string{ANSIAlways: "\x1b[36ma-1  |\x1b[0m xy\n", ANSIAuto: "a-1  | x\x1b[2Jy\n"} {
		out.Reset()
		r, err := New(Options{Mode: ModePlain, ANSI: ansi, Out: &out, Err: &bytes.Buffer{}})
		if err != nil {
			t.Fatal(err)
		}
		r.Event(event.Log{Source: replica("a"), Text: []byte("x\x1b[2Jy")})
		if out.String() != want {
			t.Errorf("%s: got %q, want %q", ansi, out.String(), want)
		}
	}
}

// discard is io.Discard as a type of its own, which is no terminal.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
