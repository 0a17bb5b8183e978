package render_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/screentest"
)

var update = flag.Bool("update", false, "rewrite the golden screens")

// golden compares with testdata/NAME.
func golden(t *testing.T, name, got string) {
	t.Helper()
	p := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(p, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(p)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got:\n%s\nwant:\n%s", name, got, want)
	}
}

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

// open returns a renderer in mode tty on v. Close is the test's to call.
func open(t *testing.T, v *screentest.Terminal, o render.Options) *render.Renderer {
	t.Helper()
	o.Mode, o.Err = render.ModeTTY, v
	if o.Out == nil {
		o.Out = v
	}
	r, err := render.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// check looks at what must hold whenever a renderer was closed.
func check(t *testing.T, v *screentest.Terminal) {
	t.Helper()
	if v.Hidden() {
		t.Error("the cursor is still hidden")
	}
	if len(v.Unknown()) > 0 {
		t.Errorf("the terminal got %v", v.Unknown())
	}
}

// story is an up with a pull, a build, a wait and a failure, in which each part
// takes a while; shot is called where a picture is worth it.
func story(r *render.Renderer, shot func(name string)) {
	// A little more than a round time: no frame is due at the same instant.
	pass := func(d time.Duration) { time.Sleep(d + time.Millisecond); synctest.Wait() }
	db, web, api := container("db", 1), container("web", 1), container("api", 1)
	redis, build := image("redis:7"), image("demo-web")
	network := event.Ref{Kind: event.Network, Name: "demo_default"}
	r.Event(event.Planned{Title: "Running", Refs: []event.Ref{redis, build, network, db, web, api}})
	pass(0)
	r.Event(working(redis, "Pulling"))
	r.Event(working(build, "Building"))
	r.Event(working(network, "Creating"))
	r.Event(event.Part{Ref: redis, ID: "a1", Text: "Downloading", Current: 3e6, Total: 30e6})
	r.Event(event.Part{Ref: redis, ID: "b2", Text: "Downloading", Current: 5e6, Total: 10e6})
	r.Event(event.Output{Ref: build, Text: "#7 [2/3] RUN go build -o /server ./cmd/server with a line that is long"})
	pass(300 * time.Millisecond)
	r.Event(done(network, "Created"))
	r.Event(event.Message{Level: event.Warn, Text: "an orphan is there", Hint: "remove it with --remove-orphans"})
	pass(time.Second)
	shot("pull")
	r.Event(event.Part{Ref: redis, ID: "a1", Text: "Pull complete", Done: true})
	r.Event(done(redis, "Pulled"))
	r.Event(done(build, "Built"))
	r.Event(working(db, "Creating"))
	pass(200 * time.Millisecond)
	r.Event(done(db, "Created"))
	r.Event(working(db, "Starting"))
	r.Event(done(db, "Started"))
	r.Event(event.Status{Ref: db, State: event.Working, Text: "Waiting", Detail: "to be healthy, for api, web"})
	r.Event(done(web, "Created"))
	r.Event(event.Held{Ref: web, For: []event.Need{{Ref: db, Text: "to be healthy"}}})
	r.Event(event.Held{Ref: api, For: []event.Need{{Ref: db, Text: "to be healthy"}, {Ref: web, Text: "to start"}}, More: 2})
	pass(75 * time.Second)
	shot("wait")
	err := errors.New("container demo-db-1 is unhealthy\nmore lines")
	r.Event(event.Status{Ref: db, State: event.Failed, Text: "Error", Is: "unhealthy", Detail: "no answer\nmore lines", Err: err})
	r.Event(event.Status{Ref: web, State: event.Skipped, Text: "Skipped", Detail: "Container demo-db-1 failed"})
	r.Event(event.Status{Ref: api, State: event.Warning, Text: "Interrupted"})
	r.Event(event.Finished{Err: err})
	shot("end")
}

// TestScreens are pictures of the story on terminals of several sizes.
func TestScreens(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 10}, {200, 60}, {24, 5}, {8, 2}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := screentest.New(size[0], size[1])
				r := open(t, v, render.Options{ANSI: render.ANSIAlways})
				var shots strings.Builder
				story(r, func(name string) {
					screen := v.Screen()
					if name == "end" {
						screen = v.All()
					}
					fmt.Fprintf(&shots, "-- %s --\n%s", name, screen)
				})
				if err := r.Close(); err != nil {
					t.Error(err)
				}
				check(t, v)
				golden(t, fmt.Sprintf("story-%dx%d.txt", size[0], size[1]), shots.String())
			})
		})
	}
}

// TestManyResources has more resources than rows: the terminal never scrolls,
// failures stay in sight, also in the end, and what went well is summed up.
func TestManyResources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := screentest.New(60, 12)
		r := open(t, v, render.Options{})
		for i := range 40 {
			r.Event(working(container(fmt.Sprintf("s%d", i+1), 1), "Creating"))
		}
		time.Sleep(1010 * time.Millisecond)
		synctest.Wait()
		for i := range 30 {
			if i == 4 {
				r.Event(event.Status{Ref: container(fmt.Sprintf("s%d", i+1), 1), State: event.Failed, Text: "Error", Detail: "port in use"})
				continue
			}
			r.Event(done(container(fmt.Sprintf("s%d", i+1), 1), "Created"))
		}
		time.Sleep(1010 * time.Millisecond)
		synctest.Wait()
		if len(v.Scrolled()) > 0 {
			t.Errorf("scrolled away while live: %q", v.Scrolled())
		}
		golden(t, "many.txt", v.Screen())
		for i := 30; i < 40; i++ {
			r.Event(done(container(fmt.Sprintf("s%d", i+1), 1), "Created"))
		}
		r.Close()
		check(t, v)
		if len(v.Scrolled()) > 1 { // the row that the cursor rests in
			t.Errorf("scrolled away in the end: %q", v.Scrolled())
		}
		golden(t, "many-end.txt", v.Screen())
	})
}

// TestFrames counts writes: at most twenty a second however much happens, none
// where nothing changes.
func TestFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := screentest.New(80, 24)
		r := open(t, v, render.Options{})
		pulling := image("x")
		r.Event(working(pulling, "Pulling"))
		for i := range 10_000 {
			time.Sleep(100 * time.Microsecond)
			r.Event(event.Part{Ref: pulling, ID: "a", Current: int64(i), Total: 10_000})
		}
		synctest.Wait()
		if v.Writes() > 21 {
			t.Errorf("%d writes in a second, want at most 21", v.Writes())
		}
		r.Event(done(pulling, "Pulled"))
		time.Sleep(1010 * time.Millisecond)
		synctest.Wait()
		before := v.Writes()
		time.Sleep(time.Hour)
		synctest.Wait()
		if v.Writes() != before {
			t.Errorf("%d writes while nothing happened", v.Writes()-before)
		}
		r.Close()
		check(t, v)
	})
}

// TestResize makes the window narrower and wider again: no line of the region
// stays behind.
func TestResize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := screentest.New(80, 24)
		r := open(t, v, render.Options{})
		for _, s := range []string{"one", "two", "three"} {
			r.Event(event.Status{Ref: container(s, 1), State: event.Working, Text: "Waiting", Detail: "to be healthy, for a, b, c"})
		}
		for _, cols := range []int{80, 30, 50, 20, 100} {
			v.Resize(cols, 24)
			time.Sleep(1010 * time.Millisecond)
			synctest.Wait()
			if got := v.Screen(); strings.Count(got, "[+]") != 1 || strings.Count(got, "\n") != 4 {
				t.Errorf("at %d columns:\n%s", cols, got)
			}
		}
		r.Close()
		check(t, v)
	})
}

// TestLogsAbove prints logs and messages while the region is live.
func TestLogsAbove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := screentest.New(50, 10)
		r := open(t, v, render.Options{Logs: render.LogOptions{Split: true}})
		r.Event(event.Planned{Title: "Running", Refs: []event.Ref{container("web", 1)}})
		r.Event(working(container("web", 1), "Starting"))
		for i := range 20 {
			r.Event(event.Log{Source: source("db", 1), Stream: event.Stream(1 + i%2), Text: fmt.Append(nil, "line ", i)})
			time.Sleep(20 * time.Millisecond)
		}
		synctest.Wait()
		if got := v.Screen(); !strings.Contains(got, "[+] Running 0/1 ") || strings.Count(got, "line") != 7 {
			t.Errorf("got:\n%s", got)
		}
		r.Event(done(container("web", 1), "Started"))
		r.Event(event.Finished{})
		r.Event(event.Log{Source: source("db", 1), Stream: event.Stdout, Text: []byte("after")})
		r.Close()
		check(t, v)
		want := ""
		for i := range 20 {
			want += fmt.Sprintf("db-1  | line %d\n", i)
		}
		want += "[+] Running 1/1                  0.4s\n ✔ Container demo-web-1  Started 0.4s\ndb-1  | after\n"
		if got := v.All(); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

// TestNarrowNames: names that are too long keep what tells them from each other.
func TestNarrowNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := screentest.New(50, 10)
		r := open(t, v, render.Options{})
		for i := range 2 {
			c := event.Ref{Kind: event.Container, Name: fmt.Sprintf("demo-s%d-with-a-rather-long-service-name-1", i), Service: fmt.Sprintf("s%d-with-a-rather-long-service-name", i), Number: 1}
			r.Event(event.Status{Ref: c, State: event.Failed, Text: "Error", Detail: "no space left"})
		}
		i := image("registry.example.com:5000/team/backend/orders@sha256:" + strings.Repeat("a", 64))
		r.Event(event.Status{Ref: i, State: event.Failed, Text: "Error", Detail: "manifest unknown: it is gone"})
		r.Event(event.Status{Ref: image("redis"), State: event.Failed, Text: "Error", Detail: "no such image: redis: gone"})
		r.Event(event.Status{Ref: container("db", 1), State: event.Failed, Text: "Error", Is: "exited (7)"})
		r.Close()
		check(t, v)
		want := `[+] Running 0/5, 5 failed
 ✘ s0-with-a-ra…rvice-name-1  Error no space le…
 ✘ s1-with-a-ra…rvice-name-1  Error no space le…
 ✘ registry.exa…ders@aaaaaaa  Error manifest un…
 ✘ redis                      Error no such ima…
 ✘ db-1                       Exited (7)
`
		if got := v.All(); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

// TestEcho: what the terminal echoes of an interrupt neither moves the region nor
// stands before the shell's prompt.
func TestEcho(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := screentest.New(50, 10)
		r := open(t, v, render.Options{})
		fmt.Fprint(v, "^C")
		r.Event(event.Status{Ref: container("web", 1), State: event.Working, Text: "Stopping", Detail: strings.Repeat("long ", 10)})
		time.Sleep(time.Second)
		synctest.Wait()
		fmt.Fprint(v, "^C^C")
		r.Event(event.Status{Ref: container("web", 1), State: event.Warning, Text: "Interrupted"})
		r.Close()
		check(t, v)
		if got := v.All(); strings.Contains(got, "^C") || strings.Count(got, "[+]") != 1 {
			t.Errorf("got:\n%s", got)
		}
	})
}

// TestCarriageReturn: a detail that would overwrite its line does not.
func TestCarriageReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := screentest.New(60, 10)
		r := open(t, v, render.Options{})
		r.Event(event.Status{Ref: container("web", 1), State: event.Failed, Text: "Error", Detail: "10%\r20%"})
		r.Close()
		check(t, v)
		if got, want := v.All(), "[+] Running 0/1, 1 failed\n ✘ Container demo-web-1  Error 10% 20%\n"; got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

// TestFailedBuild: what a build printed is seen when it failed.
func TestFailedBuild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := screentest.New(60, 20)
		r := open(t, v, render.Options{})
		b := image("demo-web")
		r.Event(working(b, "Building"))
		r.Event(event.Output{Ref: b, Text: "#5 \x1b[31mmain.go:3: undefined: x\x1b[0m\x1b[2J"})
		r.Event(event.Status{Ref: b, State: event.Failed, Text: "Error", Detail: "exit code: 1"})
		r.Close()
		check(t, v)
		want := "#5 main.go:3: undefined: x\n[+] Running 0/1, 1 failed             0.0s\n ✘ Image demo-web  Error exit code: 1 0.0s\n"
		if got := v.All(); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

// TestBuildColors: what a build colours is recognised, and shown without colours.
func TestBuildColors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := screentest.New(60, 20)
		r := open(t, v, render.Options{})
		b := image("demo-web")
		r.Event(working(b, "Building"))
		for _, line := range []string{"#5 [2/3] RUN make", "\x1b[32m#5 0.1 \x1b[1mcc\x1b[0m -c main.c\x1b[2J"} {
			r.Event(event.Output{Ref: b, Text: line})
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got, want := v.Screen(), "Building [2/3] cc -c main.c"; !strings.Contains(got, want) {
			t.Errorf("got:\n%s\nwant a row with %q", got, want)
		}
		r.Close()
		check(t, v)
	})
}
