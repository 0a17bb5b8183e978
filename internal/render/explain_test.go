package render

import (
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// TestExplainText: the whole screen.
func failedWeb() *planner.Explanation {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	return &planner.Explanation{
		Project: "demo", Service: "web", Verdict: planner.VerdictFailed, Summary: "web does not run: exit code 3",
		Causes: []planner.Cause{
			{Code: planner.CausePortTaken, Text: "port 80/tcp is held by somebody", Hint: "stop it"},
			{Code: planner.CauseExited, Container: "demo-web-1", Text: "exit code 3", Hint: "see below"},
		},
		Containers: []planner.Examined{
			{
				Name: "demo-web-1", Verdict: planner.VerdictFailed, Status: planner.Exited, ExitCode: 3,
				Started: at(100), Finished: at(112), Logs: []string{"one\x1b[2J", "\x1b[31mtwo\x1b[0m", "\x1b[31mtwo\x1b[0m"},
			},
			{Name: "demo-web-2", Verdict: planner.VerdictRunning, Status: planner.Running, Health: planner.Healthy, Started: at(100)},
			{Name: "demo-web-3", Verdict: planner.VerdictStopped, Status: planner.Created},
		},
		WaitsFor: []planner.Wait{
			{Service: "db", Condition: "service_healthy", Required: true, Text: "is unhealthy", Probe: &planner.Probe{
				Test: "pg_isready", Output: "no\nresponse", Ended: at(700),
			}},
			{Service: "mail", Condition: "service_started", Text: "does not run"},
			{Service: "job", Condition: "service_completed_successfully", Required: true, Met: true, Text: "has done its work"},
		},
		NextKnown: true,
		Next: []planner.Change{
			{Verb: "recreate", Name: "demo-web-1", Reason: plan.Reason{Code: planner.BecauseImageChanged}, When: []string{"nginx"}},
			{Verb: "start", Name: "demo-web-3", Reason: plan.Reason{Code: planner.BecauseNotRunning}},
		},
	}
}

const failedWebText = `web does not run: exit code 3
  port 80/tcp is held by somebody
  hint: stop it

  demo-web-1, ended 10 minutes ago after 12 seconds
    hint: see below
    its last 3 lines:
    | one
    | two (2×)

  demo-web-2, runs (healthy), started 10 minutes ago

  demo-web-3, created

  needs
    ✘ db (service_healthy) is unhealthy
      its health check, run 12 seconds ago: pg_isready
      | no
      | response
    ✘ mail (service_started) does not run, and can be done without
    ✔ job (service_completed_successfully) has done its work

  up would recreate demo-web-1: image changed, if nginx turns out to be another image
  up would start demo-web-3
`

func TestExplainText(t *testing.T) {
	var b strings.Builder
	o := Options{Now: func() time.Time { return time.Unix(712, 0) }}
	if err := Explain(&b, Explained{Project: "demo", Services: []*planner.Explanation{failedWeb()}, Asked: []string{"web"}}, o); err != nil {
		t.Fatal(err)
	}
	if b.String() != failedWebText {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), failedWebText)
	}
	b.Reset()
	o.ANSI = ANSIAlways
	if err := Explain(&b, Explained{Project: "demo", Services: []*planner.Explanation{failedWeb()}, Asked: []string{"web"}}, o); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "\x1b[1m\x1b[31mweb does not run: exit code 3\x1b[0m") {
		t.Errorf("the answer is not red: %q", b.String())
	}
}

// wholeProject is web and what it waits for, replicas that fare alike, and a change.
func wholeProject() []*planner.Explanation {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	probe := &planner.Probe{Test: "pg_isready", Output: "no response", Ended: at(700)}
	replica := func(name string) planner.Examined {
		return planner.Examined{
			Name: name, Verdict: planner.VerdictUnhealthy, Status: planner.Running, Health: planner.Unhealthy, Started: at(112), Probe: probe,
		}
	}
	return planner.RootsFirst([]*planner.Explanation{
		{
			Service: "cache", Verdict: planner.VerdictRunning, Summary: "cache runs", NextKnown: true,
			Next: []planner.Change{
				{Verb: "recreate", Name: "demo-cache-1", Reason: plan.Reason{Code: planner.BecauseForced}},
				{Verb: "recreate", Name: "demo-cache-2", Reason: plan.Reason{Code: planner.BecauseForced}},
			},
		},
		{Service: "web", Verdict: planner.VerdictWaiting, Summary: "web waits for db, which is unhealthy", Root: "db"},
		{
			Service: "db", Verdict: planner.VerdictUnhealthy, Summary: "db is unhealthy: its health check failed",
			Causes: []planner.Cause{{Code: planner.CauseUnhealthy, Container: "demo-db-1", Text: "its health check failed"},
				{Code: planner.CauseUnhealthy, Container: "demo-db-2", Text: "its health check failed"}},
			Containers: []planner.Examined{replica("demo-db-1"), replica("demo-db-2")},
		},
	})
}

const wholeText = `db is unhealthy: its health check failed

  demo-db-1 to demo-db-2 (2×), runs (unhealthy), started 10 minutes ago
    its health check, run 12 seconds ago: pg_isready
    | no response

demo: 1 of 3 services runs; unhealthy: db; waiting: web
  web waits for db, which is unhealthy
  up would recreate demo-cache-1 and 1 more: forced
`

func TestExplainWhole(t *testing.T) {
	var b strings.Builder
	o := Options{Now: func() time.Time { return time.Unix(712, 0) }}
	if err := Explain(&b, Explained{Project: "demo", Services: wholeProject()}, o); err != nil {
		t.Fatal(err)
	}
	if b.String() != wholeText {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), wholeText)
	}
}

// narrow is a terminal with few columns.
type narrow struct{ strings.Builder }

func (*narrow) Size() (int, int, bool) { return 40, 24, true }

// TestExplainNarrow: on a terminal sentences break between words; lines of logs do too, and
// are cut off where several services are told.
func TestExplainNarrow(t *testing.T) {
	failed := func(name string) *planner.Explanation {
		return &planner.Explanation{
			Project: "demo", Service: name, Verdict: planner.VerdictFailed, Summary: name + " does not run: it reached for memory that is not its",
			Containers: []planner.Examined{{
				Name: "demo-" + name + "-1", Verdict: planner.VerdictFailed, Status: planner.Created,
				Logs: []string{"a\tlong line that says in its end why", "a\tlong line that says in its end why"},
			}},
		}
	}
	const head = `web does not run: it reached for memory
  that is not its

  demo-web-1, created
    its last 2 lines:
`
	for _, tt := range []struct {
		all  []*planner.Explanation
		want string
	}{
		{[]*planner.Explanation{failed("web")}, head + "    | a    long line that says in its\n        end why (2×)\n"},
		{[]*planner.Explanation{failed("web"), failed("db")}, head + "    | a    long line that says in … (2×)\n"},
	} {
		var b narrow
		if err := Explain(&b, Explained{Project: "demo", Services: tt.all}, Options{NoColor: true}); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(b.String(), tt.want) {
			t.Errorf("got:\n%s\nwant in front:\n%s", b.String(), tt.want)
		}
	}
}
