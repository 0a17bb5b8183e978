package progress

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

func container(service string, n int) event.Ref {
	return event.Ref{Kind: event.Container, Name: fmt.Sprintf("demo-%s-%d", service, n), Service: service, Number: n}
}

func image(name string) event.Ref { return event.Ref{Kind: event.Image, Name: name} }

func working(r event.Ref, text string) event.Status {
	return event.Status{Ref: r, State: event.Working, Text: text}
}

func done(r event.Ref, text string) event.Status {
	return event.Status{Ref: r, State: event.Done, Text: text}
}

func need(r event.Ref, text string) event.Need { return event.Need{Ref: r, Text: text} }

// second is a time in tests: so many seconds after a fixed one.
func second(n int) time.Time { return time.Unix(1_000_000_000+int64(n), 0).UTC() }

// seen is the list as text, a row a line: state, name, and what is known.
func seen(l *List, at Moment) string {
	var b strings.Builder
	began, ended := l.Span(at)
	rows := l.Shown(at)
	fmt.Fprintf(&b, "%s %d: %s; %s\n", l.Title(), l.Len(), Count(rows, at), ended.Sub(began))
	for _, r := range rows {
		fmt.Fprintf(&b, "%s %s %s", r.State, l.ShortName(r.Ref), r.Text)
		if r.Waits(at) {
			fmt.Fprintf(&b, ", waits for %s", r.Held)
		}
		if r.Steps.Line != "" {
			fmt.Fprintf(&b, ", builds %s", r.Steps.Line)
		}
		if r.Transfer.Known() {
			got, total := r.Transfer.Sizes()
			fmt.Fprintf(&b, ", %.2f of %d/%d", r.Transfer.Done, got, total)
		}
		if took, ok := r.Took(at.Now); ok {
			fmt.Fprintf(&b, ", %s", took)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// timed is an event and the second of its arrival.
type timed struct {
	at    int
	event event.Event
}

// story are the events of an up with a pull, a build, waiting, a failure, and a
// container that no plan named.
func story() []timed {
	db, web, api := container("db", 1), container("web", 1), container("api", 1)
	redis, build := image("redis:7"), image("demo-web")
	err := errors.New("unhealthy")
	return []timed{
		{0, event.Planned{Title: "Running", Refs: []event.Ref{redis, build, db, web, api}}},
		{1, working(redis, "Pulling")},
		{1, event.Part{Ref: redis, ID: "a", Text: "Downloading", Current: 3, Total: 30}},
		{2, event.Part{Ref: redis, ID: "b", Text: "Downloading", Current: 5, Total: 10}},
		{2, working(build, "Building")},
		{2, event.Output{Ref: build, Text: "#5 [2/3] RUN go build ./..."}},
		{3, event.Output{Ref: build, Text: "#5 0.1 internal/goos"}},
		{3, event.Held{Ref: web, For: []event.Need{need(build, "to be built"), need(db, "to start")}, More: 1}},
		{4, event.Part{Ref: redis, ID: "a", Text: "Pull complete", Done: true}},
		{5, done(redis, "Pulled")},
		{6, done(build, "Built")},
		{6, working(db, "Creating")},
		{7, done(db, "Created")},
		{8, done(container("old", 1), "Removed")},
		{9, event.Held{Ref: api, For: []event.Need{need(db, "to be healthy"), need(web, "to be healthy")}}},
		{10, event.Status{Ref: db, State: event.Failed, Text: "Error", Detail: err.Error(), Err: err}},
		{11, event.Status{Ref: web, State: event.Skipped, Text: "Skipped"}},
		{12, event.Message{Level: event.Warn, Text: "an orphan is there"}},
		{12, event.Finished{Err: err}},
	}
}

// TestRows shows the rows after some of the story's events.
func TestRows(t *testing.T) {
	want := map[int]string{
		0: "Running 5: ; 0s\n",
		3: "Running 5: 1 working; 1s\nworking redis:7 Pulling, 0.16 of 8/40, 1s\n",
		7: `Running 5: 1 waiting, 2 working; 2s
working redis:7 Pulling, 0.16 of 8/40, 2s
working web Building, builds [2/3] internal/goos, 1s
 web-1 , waits for web to be built, db-1 and 1 more to start
`,
		14: `Running 6: 4 done, 2 waiting; 8s
done redis:7 Pulled, 0.85 of 35/40, 4s
done web Built, 4s
done db-1 Created, 1s
 web-1 , waits for web to be built, db-1 and 1 more to start
 api-1 , waits for db-1, web-1 to be healthy
done old-1 Removed
`,
		18: `Running 6: 3 done, 1 skipped, 1 waiting, 1 failed; 11s
done redis:7 Pulled, 0.85 of 35/40, 4s
done web Built, 4s
failed db-1 Error, 4s
skipped web-1 Skipped
 api-1 , waits for db-1, web-1 to be healthy
done old-1 Removed
`,
	}
	l := New(Options{})
	for i, e := range story() {
		l.Add(e.event, second(e.at))
		if want, ok := want[i]; ok {
			if got := seen(l, Moment{Now: second(e.at)}); got != want {
				t.Errorf("after event %d: got:\n%s\nwant:\n%s", i, got, want)
			}
		}
	}
	const end = `Running 6: 3 done, 1 skipped, 1 failed; 10s
done redis:7 Pulled, 0.85 of 35/40, 4s
done web Built, 4s
failed db-1 Error, 4s
skipped web-1 Skipped
done old-1 Removed
`
	if got := seen(l, Moment{Now: second(99), Ended: true}); got != end {
		t.Errorf("in the end: got:\n%s\nwant:\n%s", got, end)
	}
}

// TestAllocations: an event about a known resource takes memory for the text that
// its row is looked up by, and for nothing else.
func TestAllocations(t *testing.T) {
	l, redis := New(Options{}), image("redis:7")
	for _, e := range []event.Event{
		working(redis, "Pulling"),
		event.Part{Ref: redis, ID: "a", Text: "Downloading", Current: 1, Total: 2},
		event.Message{Text: "hello"},
	} {
		l.Add(e, second(0))
		if n := testing.AllocsPerRun(100, func() { l.Add(e, second(1)) }); n > 1 {
			t.Errorf("%T: %.0f allocations, want 1", e, n)
		}
	}
}

// TestEnds: a list ends with its last plan, or with what comes after loose
// changes.
func TestEnds(t *testing.T) {
	web, plan := container("web", 1), event.Planned{Title: "Stopping"}
	message := event.Message{Text: "hello"}
	for _, tt := range []struct {
		name   string
		before []event.Event
		last   event.Event
		want   bool
	}{
		{"the end of the plan", []event.Event{plan}, event.Finished{}, true},
		{"the end of a plan within another", []event.Event{plan, plan}, event.Finished{}, false},
		{"the end of both", []event.Event{plan, plan, event.Finished{}}, event.Finished{}, true},
		{"a change in a plan", []event.Event{plan}, done(web, "Stopped"), false},
		{"a message in a plan", []event.Event{plan, done(web, "Stopped")}, message, false},
		{"a message after a loose change", []event.Event{done(web, "Running")}, message, true},
		{"logs after a loose change", []event.Event{done(web, "Running")}, event.Logs{}, true},
		{"a change after a loose change", []event.Event{done(web, "Running")}, done(container("db", 1), "Running"), false},
		{"a message while a resource is at work", []event.Event{working(web, "Pulling")}, message, false},
		{"a message while a resource waits", []event.Event{event.Held{Ref: web, For: []event.Need{need(web, "to start")}}}, message, false},
	} {
		l := New(Options{})
		for _, e := range append(tt.before, tt.last) {
			l.Add(e, second(0))
		}
		if got := l.Ends(tt.last); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestTitle: a plan that begins while another runs gives the list its title.
func TestTitle(t *testing.T) {
	l := New(Options{})
	for _, title := range []string{"Stopping", "Killing", ""} {
		l.Add(event.Planned{Title: title}, second(0))
	}
	if l.Title() != "Killing" {
		t.Errorf("got %q", l.Title())
	}
}

// TestNames: names lose their kind, and the project's where a container told it.
func TestNames(t *testing.T) {
	db := event.Ref{Kind: event.Volume, Name: "demo_db"}
	digest := image("team/orders@sha256:" + strings.Repeat("a", 64))
	l := New(Options{})
	for _, ref := range []event.Ref{db, digest} {
		if got := l.ShortName(ref); got != Name(ref) {
			t.Errorf("got %q, want %q: no container is known", got, Name(ref))
		}
	}
	l.Add(done(container("web", 2), "Created"), second(0))
	for ref, want := range map[event.Ref]string{
		db:                                "db",
		digest:                            "team/orders@aaaaaaa",
		container("web", 2):               "web-2",
		image("demo-web"):                 "web",
		image("demo-"):                    "demo-",
		image("redis"):                    "redis",
		{Kind: event.Image, Name: "demo"}: "demo",
	} {
		if got := l.ShortName(ref); got != want {
			t.Errorf("%v: got %q, want %q", ref, got, want)
		}
	}
}

// TestFailedStepOf: what a build printed is kept for when it fails, 50 lines of it.
func TestFailedStepOf(t *testing.T) {
	l, web := New(Options{}), image("web")
	for i := range 60 {
		l.Add(event.Output{Ref: web, Text: fmt.Sprint("line ", i)}, second(0))
	}
	lines := l.FailedStep(web)
	if len(lines) != 50 || lines[0] != "line 10" || lines[49] != "line 59" {
		t.Errorf("got %d lines: %q", len(lines), lines)
	}
	l.Add(event.Output{Ref: web, Text: "#5 [1/1] RUN make"}, second(0))
	l.Add(event.Output{Ref: web, Text: "#5 ERROR: exit code: 2"}, second(0))
	if got := l.FailedStep(web); len(got) != 2 {
		t.Errorf("got %q, want the step's two lines", got)
	}
	if got := l.FailedStep(image("other")); len(got) != 0 {
		t.Errorf("another image's: got %q", got)
	}
}
