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
				Started: at(100), Finished: at(112), Logs: []string{"one\x1b[2J", "\x1b[31mtwo\x1b[0m"},
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
    its last 2 lines:
    | one
    | two

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
	if err := Explain(&b, failedWeb(), o); err != nil {
		t.Fatal(err)
	}
	if b.String() != failedWebText {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), failedWebText)
	}
	b.Reset()
	o.ANSI = ANSIAlways
	if err := Explain(&b, failedWeb(), o); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "\x1b[1m\x1b[31mweb does not run: exit code 3\x1b[0m") {
		t.Errorf("the answer is not red: %q", b.String())
	}
}
