package render_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/screentest"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

func source(service string, n int) event.Source {
	return event.Source{ID: "id", Name: fmt.Sprintf("demo-%s-%d", service, n), Service: service, Number: n}
}

// TestStory tells the story in the modes for pipes.
func TestStory(t *testing.T) {
	for _, mode := range []render.Mode{render.ModeAuto, render.ModeJSON, render.ModeQuiet} {
		t.Run(string(mode), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out, errs bytes.Buffer
				r, err := render.New(render.Options{Mode: mode, Out: &out, Err: &errs})
				if err != nil {
					t.Fatal(err)
				}
				story(r, func(string) {})
				web := source("web", 1)
				r.Event(event.Attached{Sources: []event.Source{web, source("longer", 2)}})
				r.Event(event.Log{Source: web, Stream: event.Stdout, Text: []byte("hi")})
				r.Event(event.Output{Ref: container("web", 1), Text: "hooked"})
				r.Event(event.Exit{Source: web, Code: 3})
				r.Event(event.Exit{Source: web, Code: 1, Restarting: true})
				r.Event(event.Message{Level: event.Info, Text: "Aborting on container exit..."})
				r.Close()
				r.Event(event.Message{Level: event.Warn, Text: "too late"})
				golden(t, fmt.Sprintf("story-%s.txt", mode), errs.String())
				const want = "Attaching to web-1, longer-2\nweb-1     | hi\nweb-1 ->  | hooked\nweb-1 exited with code 3\nweb-1 exited with code 1 (restarting)\n"
				if out.String() != want {
					t.Errorf("out: got:\n%s\nwant:\n%s", out.String(), want)
				}
			})
		})
	}
}

// TestBuildsAtOnce: the steps of every build are numbered from 1, so that each line
// has to say whose it is.
func TestBuildsAtOnce(t *testing.T) {
	var b bytes.Buffer
	r, err := render.New(render.Options{Err: &b})
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range []string{"web", "worker"} {
		ref := event.Ref{Kind: event.Image, Name: "demo-" + service, Service: service}
		r.Event(event.Output{Ref: ref, Text: "#5 [2/2] RUN make"})
		r.Event(event.Output{Ref: ref})
	}
	r.Close()
	if want := "web | #5 [2/2] RUN make\nworker | #5 [2/2] RUN make\n"; b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

// TestBuildsApart: what builds print has a stream of its own in plain mode, and
// goes there too beside a live region; what others print, a provider, stays with progress.
func TestBuildsApart(t *testing.T) {
	image := event.Ref{Kind: event.Image, Name: "demo-web", Service: "web"}
	for mode, want := range map[render.Mode][2]string{
		render.ModePlain: {"web | #1 load\n", " Image demo-web Building\ndb | booting\n"},
		render.ModeQuiet: {"", ""},
		render.ModeTTY:   {"web | #1 load\n", "load"},
		render.ModeJSON:  {"", `"text":"#1 load"`},
	} {
		var builds, errs bytes.Buffer
		r, err := render.New(render.Options{Mode: mode, Out: io.Discard, Builds: &builds, Err: &errs})
		if err != nil {
			t.Fatal(err)
		}
		r.Event(event.Status{Ref: image, State: event.Working, Text: "Building"})
		r.Event(event.Output{Ref: image, Text: "#1 load"})
		r.Event(event.Output{Ref: event.Ref{Kind: event.Service, Name: "db", Service: "db"}, Text: "booting"})
		r.Close()
		if builds.String() != want[0] || !strings.Contains(errs.String(), want[1]) {
			t.Errorf("%s: got %q and %q, want %q and %q", mode, builds.String(), errs.String(), want[0], want[1])
		}
	}
}

// TestHooksWithoutLogs: where no logs are followed, what hooks print is progress;
// a quiet display shows it of one that failed.
func TestHooksWithoutLogs(t *testing.T) {
	ref := container("web", 1)
	for mode, want := range map[render.Mode]string{
		render.ModePlain: "web-1 ->  | hooked\n",
		render.ModeQuiet: "",
		render.ModeJSON:  `"text":"hooked"`,
	} {
		var out, errs bytes.Buffer
		r, err := render.New(render.Options{Mode: mode, Out: &out, Err: &errs})
		if err != nil {
			t.Fatal(err)
		}
		r.Event(event.Output{Ref: ref, Text: "hooked"})
		if got := errs.String(); out.Len() > 0 || got != want && !(mode == render.ModeJSON && strings.Contains(got, want) && strings.HasPrefix(got, "{")) {
			t.Errorf("%s: got %q and %q, want %q on the second", mode, out.String(), got, want)
		}
		r.Event(event.Status{Ref: ref, State: event.Failed, Text: "Error"})
		r.Close()
		if mode == render.ModeQuiet && errs.String() != "hooked\n" {
			t.Errorf("quiet: got %q of one that failed", errs.String())
		}
	}
}

// TestHooksOfPeople: what a hook prints among what is said to people is filtered on a
// pipe too, where it is no part of a log.
func TestHooksOfPeople(t *testing.T) {
	var errs bytes.Buffer
	to := terminal.OutputOf(&errs)
	to.GuardCommands()
	r, err := render.New(render.Options{Mode: render.ModePlain, Out: io.Discard, Err: to})
	if err != nil {
		t.Fatal(err)
	}
	r.Event(event.Output{Ref: container("web", 1), Text: "a\x1b]0;title\a ##[error]b"})
	r.Close()
	if got, want := errs.String(), "web-1 ->  | a #\\x23[error]b\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestBuildOutput: what a build prints keeps its colours, and does not clear the
// screen; a quiet one shows the step that failed, and nothing before.
func TestBuildOutput(t *testing.T) {
	ref := event.Ref{Kind: event.Image, Name: "demo-web", Service: "web"}
	for mode, want := range map[render.Mode]string{
		render.ModePlain: "web | #1 load\nweb | #5 \x1b[31mred\x1b[0m\x1b[0m\nweb | #5 ERROR: exit code: 1\n Image demo-web Error exit code: 1\n",
		render.ModeQuiet: "#5 red\n#5 ERROR: exit code: 1\n",
	} {
		var b bytes.Buffer
		r, err := render.New(render.Options{Mode: mode, Err: &b})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"#1 load", "#5 \x1b[31mred\x1b[0m\x1b[2J", "#5 ERROR: exit code: 1"} {
			r.Event(event.Output{Ref: ref, Text: text})
		}
		r.Event(event.Status{Ref: ref, State: event.Failed, Text: "Error", Detail: "exit code: 1"})
		r.Close()
		if b.String() != want {
			t.Errorf("%s: got %q, want %q", mode, b.String(), want)
		}
	}
}

// TestJSONLogs: with a single stream, logs are objects too, and none of their
// bytes is lost.
func TestJSONLogs(t *testing.T) {
	var b bytes.Buffer
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	r, err := render.New(render.Options{Mode: render.ModeJSON, Err: &b, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	r.Event(event.Log{Source: source("web", 1), Stream: event.Stderr, Text: []byte("<a>\xff")})
	want := `{"v":1,"type":"log","time":"2026-01-02T03:04:05.000000006Z","text":"<a>�","source":{"id":"id","name":"demo-web-1","service":"web","number":1},"stream":"stderr","bytes":"PGE+/w=="}` + "\n"
	want = strings.Replace(want, "�", `\ufffd`, 1)
	if b.String() != want {
		t.Errorf("got %s\nwant %s", b.String(), want)
	}
}

// TestLogBytes: lines on a pipe are the container's bytes, and each has its
// prefix and its end.
func TestLogBytes(t *testing.T) {
	var out, errs bytes.Buffer
	r, _ := render.New(render.Options{Out: &out, Err: &errs, Logs: render.LogOptions{Split: true, Timestamps: true}})
	at := time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC)
	for _, text := range []string{"\x00\xff\x1b[2J", "10%\r20%\r", "two\nlines", ""} {
		r.Event(event.Log{Source: source("web", 1), Stream: event.Stdout, Time: at, Text: []byte(text)})
	}
	r.Event(event.Log{Source: source("web", 1), Stream: event.Stderr, Text: []byte("oh")})
	const p = "web-1  | 2026-01-02T03:04:05.006000000Z "
	want := p + "\x00\xff\x1b[2J\n" + p + "10%\r20%\r\n" + p + "two\n" + p + "lines\n" + p + "\n"
	if out.String() != want || errs.String() != "web-1  | oh\n" {
		t.Errorf("got %q and %q\nwant %q", out.String(), errs.String(), want)
	}
}

// tap is a terminal that keeps what it gets.
type tap struct{ bytes.Buffer }

func (*tap) Size() (int, int, bool) { return 80, 24, true }

// TestLogsOnTerminal: colours pass, what would destroy the picture does not.
func TestLogsOnTerminal(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"colours pass and end", "\x1b[32mok", "P\x1b[32mok\x1b[0m\n"},
		{"cursor and screen", "a\x1b[2Jb\x1b[10;1Hc\x1bcd\x1b[?1049he", "Pabcde\n"},
		{"titles and links", "a\x1b]0;title\x07b\x1b]8;;http://x\x1b\\c", "Pabc\n"},
		{"character sets, bell, NUL", "a\x0eb\x1b(0c\x07\x00d\x7f", "Pabcd\n"},
		{"a carriage return keeps the prefix", "10%\r20%\r", "P10%\rP20%\n"},
		{"an open sequence", "a\x1b[12", "Pa\n"},
		{"an open string", "a\x1b]0;x", "Pa\n"},
		{"a lonely escape", "a\x1b", "Pa\n"},
		{"bytes that are no text", "\xff\xc3\xa9\xc2\x9bx\xc2", `P\xffé\u009bx\xc2` + "\n"},
		{"tabs", "a\tb", "Pa\tb\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var term tap
			r, _ := render.New(render.Options{Mode: render.ModePlain, Out: &term, Err: &term})
			r.Event(event.Log{Source: source("web", 1), Stream: event.Stdout, Text: []byte(tt.text)})
			want := strings.ReplaceAll(tt.want, "P", "\x1b[36mweb-1  |\x1b[0m ")
			if got := term.String(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestLogNames: which name stands in front.
func TestLogNames(t *testing.T) {
	for _, tt := range []struct {
		s    event.Source
		want string
	}{
		{event.Source{Name: "demo-web-1", Service: "web", Number: 1}, "web-1"},
		{event.Source{Name: "demo_web_12", Service: "web", Number: 12}, "web-12"},
		{event.Source{Name: "site", Service: "web", Number: 1}, "site"},
		{event.Source{Name: "demo-web-run-0123456789ab", Service: "web"}, "web-run-0123456789ab"},
		{event.Source{Name: "mine", Service: "web"}, "mine"},
	} {
		var b bytes.Buffer
		r, _ := render.New(render.Options{Err: &b, Out: &b})
		r.Event(event.Log{Source: tt.s, Stream: event.Stdout, Text: []byte("x")})
		want := tt.want + "  | x\n"
		if tt.s.Name == "demo_web_12" {
			want = "web_12  | x\n"
		}
		if b.String() != want {
			t.Errorf("%+v: got %q, want %q", tt.s, b.String(), want)
		}
	}
}

// TestLogColors: the same services have the same colours in every run, and
// --no-color and NO_COLOR take them away.
func TestLogColors(t *testing.T) {
	print := func(o render.Options, services ...string) string {
		var term tap
		o.Mode, o.Out, o.Err = render.ModePlain, &term, &term
		r, _ := render.New(o)
		var sources []event.Source
		for _, s := range services {
			sources = append(sources, source(s, 1))
		}
		r.Event(event.Attached{Sources: sources, Quiet: true})
		r.Event(event.Log{Source: source("b", 1), Stream: event.Stdout, Text: []byte("x")})
		return term.String()
	}
	if one, two := print(render.Options{}, "a", "b"), print(render.Options{}, "b", "a"); one != two || !strings.Contains(one, "\x1b[33m") {
		t.Errorf("got %q and %q, want the second colour in both", one, two)
	}
	for _, o := range []render.Options{{NoColor: true}, {ANSI: render.ANSINever}, {Logs: render.LogOptions{NoColor: true}}} {
		if got := print(o, "b"); got != "b-1  | x\n" {
			t.Errorf("%+v: got %q", o, got)
		}
	}
}

// TestModes: what auto becomes, and what is refused.
func TestModes(t *testing.T) {
	status := done(container("web", 1), "Started")
	for _, tt := range []struct {
		name string
		o    render.Options
		term bool
		want string
	}{
		{"auto on a pipe", render.Options{}, false, " Container demo-web-1 Started\n"},
		{"auto on a terminal", render.Options{NoColor: true}, true, "[+] Running 1/1"},
		{"without control sequences", render.Options{ANSI: render.ANSINever}, true, " Container demo-web-1 Started\n"},
		{"a pipe that takes them", render.Options{ANSI: render.ANSIAlways}, false, "\x1b[1m[+] Running 1/1"},
		{"quiet", render.Options{Mode: render.ModeQuiet}, true, ""},
	} {
		var term tap
		var pipe bytes.Buffer
		tt.o.Err = &pipe
		if tt.term {
			tt.o.Err = &term
		}
		r, err := render.New(tt.o)
		if err != nil {
			t.Fatal(err)
		}
		r.Event(status)
		r.Close()
		if got := term.String() + pipe.String(); !strings.Contains(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	if _, err := render.New(render.Options{Mode: "fancy"}); err == nil || !strings.Contains(err.Error(), `"fancy"`) {
		t.Errorf("got %v, want an error that names the mode", err)
	}
}

// TestConcurrentEvents has many emit at once, for the race detector.
func TestConcurrentEvents(t *testing.T) {
	for _, mode := range []render.Mode{render.ModeTTY, render.ModePlain, render.ModeJSON, render.ModeQuiet} {
		v := screentest.New(80, 24)
		r, _ := render.New(render.Options{Mode: mode, Out: v, Err: v})
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() {
				for i := range 50 {
					ref := container("web", g*50+i)
					r.Event(working(ref, "Starting"))
					r.Event(event.Log{Source: source("web", g), Stream: event.Stdout, Text: []byte("x")})
					r.Event(done(ref, "Started"))
				}
			})
		}
		wg.Wait()
		r.Close()
		r.Close()
		check(t, v)
	}
}

// TestPrintErrors: the message, then what to do, each hint once.
func TestPrintErrors(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("no such service: x\n"), "no such service: x\n"},
		{fmt.Errorf("loading: %w", hint.New("bad", "do this")), "loading: bad\nhint: do this\n"},
		{errors.Join(hint.New("a", "do this"), fmt.Errorf("b: %w", hint.New("c", "do that")), hint.New("d", "do this"), hint.New("e", ""), context.Canceled),
			"a\nhint: do this\nb: c\nhint: do that\nd\ne\ncontext canceled\n"},
		{
			hint.Then(fmt.Errorf("up: %w", &hint.Error{Text: "web exited (1)", Help: "see to it", Logs: []string{"a\tb", "c", "c"}}), "db runs on"),
			"up: web exited (1)\nits last 3 lines:\n  | a\tb\n  | c (2×)\nhint: see to it\nhint: db runs on\n",
		},
		{errors.New("the build printed:\n  \x1b[31mred\x1b[0m\x1b[2J\n\n  a\tb"), "the build printed:\n  red\\x1b[2J\n\n  a\tb\n"},
	} {
		var b bytes.Buffer
		render.Error(&b, tt.err)
		if b.String() != tt.want {
			t.Errorf("%v: got %q, want %q", tt.err, b.String(), tt.want)
		}
	}
}
