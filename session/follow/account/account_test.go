package account_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session/follow/account"
)

const file = `name: demo
services:
  web: {image: alpine, depends_on: [db]}
  db: {image: alpine}
  quiet: {image: alpine, attach: false}
`

// load is the project with the services selected that up names; none: all.
func load(t *testing.T, text string, services ...string) *project.Project {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := project.Load(t.Context(), project.Options{Dir: dir, WorkDir: dir, Services: services}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestServices: which services are followed, shown, and stopped in the end.
func TestServices(t *testing.T) {
	for _, tt := range []struct {
		name                  string
		up                    string
		o                     account.Options
		follows, shows, stops string
		hides                 bool
	}{
		{name: "all", follows: "db web", shows: "db web", stops: "db web"},
		{name: "named", up: "web", follows: "web", shows: "web", stops: "web"},
		{name: "with what it depends on", up: "web", o: account.Options{Dependencies: true}, follows: "db web", shows: "db web", stops: "web"},
		{name: "named with attach: false", up: "quiet", follows: "quiet", shows: "quiet", stops: "quiet"},
		{name: "attach", o: account.Options{Services: []string{"quiet"}}, follows: "quiet", shows: "quiet", stops: "quiet"},
		{name: "no-attach", o: account.Options{Not: []string{"web"}}, follows: "db", shows: "db", stops: "db"},
		{name: "nothing is shown", up: "web", o: account.Options{Not: []string{"web"}}, follows: "web", stops: "web", hides: true},
		{name: "its exit code counts", o: account.Options{Services: []string{"db"}, ExitCodeFrom: "web"}, follows: "db web", shows: "db", stops: "db web", hides: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := account.New(load(t, file, strings.Fields(tt.up)...), tt.o)
			which := func(is func(string) bool) string {
				return strings.Join(slices.DeleteFunc([]string{"db", "quiet", "web"}, func(s string) bool { return !is(s) }), " ")
			}
			if got := which(a.Follows); got != tt.follows {
				t.Errorf("follows %q, want %q", got, tt.follows)
			}
			if got := which(a.Shows); got != tt.shows {
				t.Errorf("shows %q, want %q", got, tt.shows)
			}
			if got := which(a.Stops); got != tt.stops {
				t.Errorf("stops %q, want %q", got, tt.stops)
			}
			if a.Hides() != tt.hides {
				t.Errorf("hides: %v", !tt.hides)
			}
		})
	}
}

// waits fails the test where the account does not answer as wanted.
func waits(t *testing.T, a *account.Account, want bool) {
	t.Helper()
	if got, err := a.Waits((*account.Account).Follows); got != want || err != nil {
		t.Errorf("waits: %v, %v, want %v", got, err, want)
	}
}

// TestWaits: nothing is over before what is expected started, nor between a container's
// end and the start of its successor.
func TestWaits(t *testing.T) {
	a := account.New(load(t, file), account.Options{})
	waits(t, a, false)
	a.Expect("demo-web-1")
	waits(t, a, true)
	a.Started("1", "demo-web-1", "web")
	waits(t, a, true)
	a.Replacing("2", account.Replica{Service: "web", Number: 1})
	a.Ended(account.End{ID: "1", Service: "web"})
	waits(t, a, true)
	a.Started("2", "demo-web-1", "web")
	a.Ended(account.End{ID: "2", Service: "web"})
	waits(t, a, false)
	a.Replacing("3", account.Replica{Service: "web", Number: 1})
	a.Removed("3")
	waits(t, a, false)
	a.Expect("demo-db-1")
	a.Replacing("4", account.Replica{Service: "web", Number: 1})
	a.NoMoreStarts()
	waits(t, a, false)
	a.Running(map[string]string{"5": "quiet"}) // nobody waits for it
	waits(t, a, false)
	lost := errors.New("gone")
	a.Lost(lost)
	if _, err := a.Waits((*account.Account).Follows); !errors.Is(err, lost) {
		t.Errorf("got %v, want %v", err, lost)
	}
}

// TestListed: what the engine lists counts too, one-offs and services that are not
// followed do not.
func TestListed(t *testing.T) {
	a := account.New(load(t, file), account.Options{})
	for _, tt := range []struct {
		c    planner.Container
		want bool
	}{
		{planner.Container{Service: "web", Status: planner.Running}, true},
		{planner.Container{Service: "web", Status: planner.Paused}, true},
		{planner.Container{Service: "web", Status: planner.Restarting}, true},
		{planner.Container{Service: "web", Status: planner.Exited}, false},
		{planner.Container{Service: "web", Status: planner.Running, OneOff: true}, false},
		{planner.Container{Service: "quiet", Status: planner.Running}, false},
	} {
		if got := a.Listed([]planner.Container{tt.c}, (*account.Account).Follows); got != tt.want {
			t.Errorf("%+v: got %v", tt.c, got)
		}
	}
}

// TestAbort: which end stops the others, and what the up returns then.
func TestAbort(t *testing.T) {
	at := func(second int64) time.Time { return time.Unix(second, 0) }
	for _, tt := range []struct {
		name string
		o    account.Options
		do   func(a *account.Account)
		ends []account.End
		want string // the id of the end that stops the others; "": none
		code int
	}{
		{name: "no option", ends: []account.End{{ID: "1", Service: "web", Code: 3, At: at(5)}}},
		{name: "any end", o: account.Options{AbortOnExit: true}, want: "1",
			ends: []account.End{{ID: "1", Service: "web", At: at(5)}, {ID: "2", Service: "db", Code: 3, At: at(6)}}},
		{name: "a failure", o: account.Options{AbortOnFailure: true}, want: "2", code: 3,
			ends: []account.End{{ID: "1", Service: "web", At: at(5)}, {ID: "2", Service: "db", Code: 3, At: at(6)}}},
		{name: "the service's code", o: account.Options{ExitCodeFrom: "web"}, want: "1", code: 7,
			ends: []account.End{{ID: "1", Service: "db", Code: 3, At: at(5)}, {ID: "2", Service: "web", Code: 7, At: at(6)}}},
		{name: "the service has not ended", o: account.Options{ExitCodeFrom: "web"}, want: "1", code: 3,
			ends: []account.End{{ID: "1", Service: "db", Code: 3, At: at(5)}}},
		{name: "the engine restarts it", o: account.Options{AbortOnExit: true},
			ends: []account.End{{ID: "1", Service: "web", Restarting: true, At: at(5)}}},
		{name: "the plan stopped it", o: account.Options{AbortOnExit: true},
			do:   func(a *account.Account) { a.Stopping("1") },
			ends: []account.End{{ID: "1", Service: "web", At: at(5)}}},
		{name: "it was started again after the plan stopped it", o: account.Options{AbortOnExit: true}, want: "1",
			do: func(a *account.Account) {
				a.Stopping("1")
				a.Started("1", "demo-web-1", "web")
			},
			ends: []account.End{{ID: "1", Service: "web", At: at(5)}}},
		{name: "the user wanted it", o: account.Options{AbortOnExit: true}, want: "3",
			do:   func(a *account.Account) { a.Want([]string{"web"}, at(5)) },
			ends: []account.End{{ID: "1", Service: "web", At: at(5)}, {ID: "3", Service: "web", At: at(6)}}},
		{name: "the user wants it still", o: account.Options{AbortOnExit: true},
			do:   func(a *account.Account) { a.Want([]string{"web"}, account.AsLongAsItTakes) },
			ends: []account.End{{ID: "1", Service: "web", At: at(5)}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := account.New(load(t, file), tt.o)
			if tt.do != nil {
				tt.do(a)
			}
			for _, e := range tt.ends {
				a.Ended(e)
			}
			end, ok := a.Abort()
			if end.ID != tt.want || ok != (tt.want != "") {
				t.Fatalf("got %q, want %q", end.ID, tt.want)
			}
			if ok && a.ExitCode(end) != tt.code {
				t.Errorf("the code is %d, want %d", a.ExitCode(end), tt.code)
			}
		})
	}
}

// TestCaughtUp: the ends of what does not run any more have been shown.
func TestCaughtUp(t *testing.T) {
	a := account.New(load(t, file), account.Options{})
	caughtUp := func(want bool, containers ...planner.Container) {
		t.Helper()
		if got, err := a.CaughtUp(containers); got != want || err != nil {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	runs := planner.Container{ID: "1", Service: "web", Status: planner.Running}
	ended := planner.Container{ID: "1", Service: "web", Status: planner.Exited}
	caughtUp(true)
	a.Started("1", "demo-web-1", "web")
	caughtUp(true, runs)
	caughtUp(false, ended) // its end was not heard of
	a.EndHeard()
	a.Ended(account.End{ID: "1", Service: "web"})
	caughtUp(false, ended)
	a.EndShown()
	caughtUp(true, ended)
}

// TestRunOn: what the named services depend on goes on in the end.
func TestRunOn(t *testing.T) {
	a := account.New(load(t, file, "web"), account.Options{Dependencies: true})
	a.Started("1", "demo-web-1", "web")
	a.Started("2", "demo-db-1", "db")
	if !a.RunOn() {
		t.Error("db goes on")
	}
	a.Ended(account.End{ID: "2", Service: "db"})
	if a.RunOn() {
		t.Error("web is stopped")
	}
}

// TestAdopt: what an older form of the project had is followed, and stopped by it.
func TestAdopt(t *testing.T) {
	old := load(t, file)
	a := account.New(old, account.Options{})
	newer := load(t, "name: demo\nservices:\n  web: {image: alpine}\n  new: {image: alpine}\n")
	a.Adopt(newer)
	if a.Project() != newer {
		t.Error("the newest is another")
	}
	for _, name := range []string{"web", "db", "new"} {
		if !a.Follows(name) || !a.Stops(name) {
			t.Errorf("%s is not followed", name)
		}
	}
	got := map[*project.Project]string{}
	for _, part := range a.Stopped() {
		got[part.Project] = strings.Join(part.Services, " ")
	}
	if want := map[*project.Project]string{newer: "new web", old: "db quiet"}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
