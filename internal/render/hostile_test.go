package render_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/planner"
)

// hostile are texts that do something to a terminal which shows them raw. They
// are the seeds of the fuzz tests, and run in every test run.
var hostile = []string{
	"",
	"text",
	"\x1b[32mgreen\x1b[0m",
	"\x1b[8mconcealed",
	"\x1b]52;c;ZWNobyBoYWNrZWQ=\a",
	"\x1b]52;c;ZWNobyBoYWNrZWQ=\x1b\\",
	"\x1b]0;title\a\x1b]2;title\x1b\\",
	"\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\",
	"\x1b[\x1b#8m",
	"\x1b[\b\bm",
	"\x1b[3\r1mweb-2  | forged",
	"\x1b[2J\x1b[H",
	"\x1b[1A\x1b[2Kforged",
	"\x1bc\x1b[?1049h\x1b[?25l",
	"\x1b(0lqqk\x0e",
	"\x1b%@\x1b%G\x1bn\x1bo",
	"\x9b2J\x9d0;t\x9c\x90q\x9c",
	"\u009b2J\u009d0;t\u009c\u0085\u0084\u008d",
	"\x1b[6n\x1b[c\x1bZ\x05",
	"\x1bP$qm\x1b\\\x1bPq#0\x1b\\",
	"\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\",
	"a\bb\vc\fd\x7fe\x00f\ag",
	"10%\r20%\r\r30%",
	"\x1b[31m10%\r\x1b[8m20%\rweb-1  | 30%",
	"line\nanother\r\nhint: run this\n Container demo-web-1 Removed\n[+] Running 9/9",
	"a\tb\tc",
	"\u202edesrever\u202c \u2066\u2067\u2068\u2069 \u200e\u200f\u061c",
	"a\u2028b\u2029c\ufff9d",
	"\xff\xfe\xc3\x28\xe2\x82",
	"\x1b",
	"\x1b[",
	"\x1b[12",
	"\x1b]0;open",
	"\x1b[38;2;1;2;3m\x1b[4:3m\x1b[m",
	"\x1b[>4;1m\x1b[?4m\x1b[1 m\x1b[1$m",
	"größe 日本語 👨‍👩‍👧‍👦👨‍👩‍👧‍👦 e\u0301 \u200b\ufeff",
	strings.Repeat("👨‍👩‍👧‍👦", 20),
	strings.Repeat("x", 72),
}

// longest is how much of a fuzzed text is used: it fits into a row whatever it
// is shown as.
const longest = 72

func seed(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
}

// FuzzLogs: a line of a container's log stays behind its prefix, in its rows, and
// leaves the lines around it alone.
func FuzzLogs(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		text = text[:min(len(text), longest)]
		for name, o := range map[string]render.Options{
			"plain": {Mode: render.ModePlain}, "without colours": {Mode: render.ModePlain, ANSI: render.ANSINever}, "tty": {Mode: render.ModeTTY},
		} {
			e := newEmulator(8*longest+16, strings.Count(text, "\n")+4)
			o.Out, o.Err = e, e
			r, err := render.New(o)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range []string{"before", text, "after"} {
				r.Event(event.Log{Source: source("web", 1), Stream: event.Stdout, Text: []byte(line)})
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			e.check(t, name)
			rows := e.screen()
			if want := strings.Count(text, "\n") + 3; len(rows) != want {
				t.Fatalf("%s: %q takes %d rows, want %d", name, rows, len(rows), want)
			}
			if rows[0] != "web-1  | before" || rows[len(rows)-1] != "web-1  | after" {
				t.Errorf("%s: the lines around it became %q and %q", name, rows[0], rows[len(rows)-1])
			}
			for y, row := range rows {
				if !strings.HasPrefix(row+" ", "web-1  | ") {
					t.Errorf("%s: row %d lost its prefix: %q", name, y, row)
				}
				for x := range len("web-1  |") {
					if a, b := e.CellAt(x, y), e.CellAt(x, 0); !a.Style.Equal(&b.Style) {
						t.Errorf("%s: the prefix of row %d looks like %v, want %v", name, y, a.Style, b.Style)
					}
				}
			}
			if last := e.CellAt(len("web-1  | "), len(rows)-1); !last.Style.IsZero() {
				t.Errorf("%s: the next line looks like %v", name, last.Style)
			}
		}
	})
}

// FuzzRegion: names, states and details leave the live region one, in its place.
func FuzzRegion(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		text = text[:min(len(text), longest)]
		e := newEmulator(60, 16)
		var now atomic.Int64 // seconds; the display asks from a goroutine of its own
		r, err := render.New(render.Options{Mode: render.ModeTTY, Out: e, Err: e, Now: func() time.Time { return time.Unix(now.Load(), 0) }})
		if err != nil {
			t.Fatal(err)
		}
		bad := event.Ref{Kind: event.Container, Name: text, Service: text, Number: 1}
		image := event.Ref{Kind: event.Image, Name: text}
		web := event.Ref{Kind: event.Container, Name: "demo-web-1", Service: "web", Number: 1}
		r.Event(event.Message{Level: event.Info, Text: "before"})
		r.Event(event.Planned{Title: text, Refs: []event.Ref{web, bad, image}})
		for _, e := range []event.Event{
			event.Status{Ref: web, State: event.Working, Text: "Creating"},
			event.Status{Ref: bad, State: event.Working, Text: text},
			event.Held{Ref: web, For: []event.Need{{Ref: bad, Text: text}}},
			event.Status{Ref: image, State: event.Working, Text: "Building"},
			event.Output{Ref: image, Text: "#1 [1/2] " + text},
			event.Part{Ref: image, ID: text, Text: text, Current: 1, Total: 2},
			event.Status{Ref: bad, State: event.Warning, Text: text, Detail: text},
			event.Status{Ref: image, State: event.Skipped, Text: text, Detail: text},
			event.Status{Ref: web, State: event.Failed, Text: "Error", Detail: text, Err: errors.New(text)},
		} {
			now.Add(1)
			r.Event(e)
			r.Footer(render.Footer{Prompt: text, Typed: text})
			r.Footer(render.Footer{Keys: []render.Key{{Key: "d", Does: text}}})
			r.Footer(render.Footer{})
		}
		r.Event(event.Finished{})
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		e.check(t, "region")
		rows := e.screen()
		if len(rows) != 5 || rows[0] != "before" || !strings.HasPrefix(rows[1], "[+] ") || !strings.HasPrefix(rows[2], " ✘ ") ||
			!strings.HasPrefix(rows[3], " ! ") || !strings.HasPrefix(rows[4], " - ") {
			t.Errorf("got %q, want one region of four rows", rows)
		}
	})
}

// way is a way to tell people something, and the rows that it takes.
type way struct {
	what string
	rows int
	show func(e *emulator)
}

// ways are all there are, for a text.
func ways(t *testing.T, text string) []way {
	rows := strings.Count(strings.TrimRight(text, "\n"), "\n") + 1
	return []way{
		{"error", 2 * rows, func(e *emulator) { render.Error(e, hint.New("x"+text, "x"+text)) }},
		{"message", 2 * rows, func(e *emulator) {
			shown(t, e, render.ModePlain, event.Message{Level: event.Warn, Text: text, Hint: "x" + text})
		}},
		{"synced", 1, func(e *emulator) {
			shown(t, e, render.ModeTTY, event.Synced{Service: text, Action: "sync", Writes: 1, Paths: []string{text}})
		}},
		{"status", 1, func(e *emulator) {
			shown(t, e, render.ModePlain, event.Status{Ref: event.Ref{Kind: event.Container, Name: text}, State: event.Done, Text: text, Detail: text})
		}},
		{"build", 1, func(e *emulator) {
			shown(t, e, render.ModePlain, event.Output{Ref: event.Ref{Kind: event.Image, Service: text}, Text: "x" + strings.ReplaceAll(text, "\n", "")})
		}},
		{"table", 2, func(e *emulator) { render.Table(e, []string{"a", "b"}, [][]string{{text, text}}) }},
		{"listing", 2, func(e *emulator) { entries(text).Write(e, "table") }},
		{"template", 2, func(e *emulator) { entries(text).Write(e, `table {{.Name}}\t{{if .Name}}{{.Name}}{{end}}`) }},
		{"JSON", 1, func(e *emulator) { entries(text).Write(e, "json") }},
		{"JSON lines", 1, func(e *emulator) { shown(t, e, render.ModeJSON, event.Message{Text: text}) }},
		{"JSON logs", 1, func(e *emulator) { jsonLog(t, e, text) }},
		{"grid", 2, func(e *emulator) {
			terminal.OutputOf(e).Show(render.Fitted{Columns: []render.FittedColumn{{Title: text}, {Title: "b"}}, Rows: [][]render.Cell{render.Cells(text, text)}}.Lines(render.FitTo{}, render.Style{})...)
		}},
		{"written", strings.Count(text, "\n") + 1, func(e *emulator) { fmt.Fprintf(terminal.OutputOf(e), "%s\n", text) }},
		{"explanation", 1, func(e *emulator) {
			render.Explain(e, render.Explained{Services: []*planner.Explanation{{Summary: text}}, Asked: []string{"web"}}, render.Options{})
		}},
	}
}

// FuzzPeople: messages, hints, errors, listings and explanations are as many
// lines as they are, and none can be taken for another.
func FuzzPeople(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		text = text[:min(len(text), longest)]
		for _, tt := range ways(t, text) {
			e := newEmulator(12*longest+64, 2*strings.Count(text, "\n")+5)
			fmt.Fprintln(e, "before")
			tt.show(e)
			fmt.Fprintln(e, "after")
			e.check(t, tt.what)
			got := e.screen()
			if len(got) != tt.rows+2 || got[0] != "before" || got[len(got)-1] != "after" {
				t.Errorf("%s: %q, want %d rows between before and after", tt.what, got, tt.rows)
			}
			for _, row := range got[1:] {
				if tt.what == "written" {
					break
				}
				if strings.HasPrefix(row, "hint: run this") || strings.HasPrefix(row, " Container demo-web-1 Removed") {
					t.Errorf("%s: %q can be taken for ours", tt.what, row)
				}
			}
		}
	})
}

type entry struct{ Name string }

func entries(text string) render.Listing[entry] {
	return render.Listing[entry]{Items: []entry{{text}}, Columns: []render.Column[entry]{{Field: "Name", Text: func(i entry) string { return i.Name }}}, Lines: true}
}

func shown(t *testing.T, e *emulator, m render.Mode, ev event.Event) {
	r, err := render.New(render.Options{Mode: m, Out: e, Err: e, Now: func() time.Time { return time.Unix(0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	r.Event(ev)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func jsonLog(t *testing.T, e *emulator, text string) {
	r, err := render.New(render.Options{Mode: render.ModePlain, Out: e, Err: e, Logs: render.LogOptions{Format: render.LogJSONEmbedded}})
	if err != nil {
		t.Fatal(err)
	}
	r.Event(event.Log{Source: source("web", 1), Text: bytes.ReplaceAll([]byte(text), []byte("\n"), nil)})
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}
