package planner_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// TestExplain runs testdata/explain/*.txtar. A file holds
//
//	args          the service; --no-file: the labels are all that is known
//	compose.yaml  the file
//	state.yaml    as in TestPlans
//	facts.yaml    what was found out of containers, by name, and of the host
//	want          the explanation, or "error: " and its message and hint
func TestExplain(t *testing.T) { eachCase(t, "testdata/explain/*.txtar", "want", explainCase) }

// factsFile is facts.yaml.
type factsFile struct {
	Containers map[string]struct {
		Started, Finished string
		OOM               bool
		Limit             int64
		Error, Hint       string
		Port              int
		Signals           []int
		Stopped           bool
		Restarts          int
		Policy            string
		Logs              []string
		Probe             *planner.Probe
		Timeout           int // of the probe, in seconds
	}
	Host       *planner.Host
	Unpullable planner.Unpullable
}

func explainCase(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	content := map[string]string{}
	for _, f := range a.Files {
		content[f.Name] = string(f.Data)
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := project.Load(context.Background(), project.Options{
		Name: "demo", Dir: dir, WorkDir: dir, Files: []string{filepath.Join(dir, "compose.yaml")},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	args := strings.Fields(content["args"])
	q := planner.Question{Project: p, Name: "demo", Service: args[0], State: readState(t, p, content["state.yaml"])}
	readFacts(t, content["facts.yaml"], &q)
	if slices.Contains(args, "--no-file") {
		q.Project = nil
	} else if p.Known(q.Service) {
		selected, err := p.Select(project.Selection{Services: []string{q.Service}})
		if err != nil {
			t.Fatal(err)
		}
		q.Plan, q.Refused = planner.Up(selected, q.State, planner.UpOptions{IgnoreOrphans: true})
	}
	e, err := planner.Explain(q)
	if err != nil {
		return planText(t, nil, err)
	}
	return explanationText(e)
}

func readFacts(t *testing.T, text string, q *planner.Question) {
	t.Helper()
	var f factsFile
	if err := yaml.Unmarshal([]byte(text), &f); err != nil {
		t.Fatalf("facts.yaml: %v", err)
	}
	q.Host, q.Unpullable = f.Host, f.Unpullable
	q.Facts = map[string]planner.Facts{}
	for _, c := range q.State.Containers {
		x, ok := f.Containers[c.Name]
		if !ok {
			continue
		}
		if x.Probe != nil {
			x.Probe.Timeout = time.Duration(x.Timeout) * time.Second
		}
		q.Facts[c.ID] = planner.Facts{
			Started: moment(t, x.Started), Finished: moment(t, x.Finished), OutOfMemory: x.OOM, MemoryLimit: x.Limit,
			Error: x.Error, Hint: x.Hint, TakenPort: x.Port, Signals: x.Signals, Stopped: x.Stopped,
			Restarts: x.Restarts, Policy: x.Policy, Probe: x.Probe, Logs: x.Logs,
		}
	}
}

// explanationText is an explanation a line each, its times left out.
func explanationText(e *planner.Explanation) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s: %s", e.Verdict, e.Summary)
	for _, c := range e.Causes {
		line("cause %s", strings.TrimSpace(fmt.Sprintf("%s %s: %s", c.Code, c.Container, c.Text)))
		if c.Hint != "" {
			line("  hint: %s", c.Hint)
		}
	}
	for _, c := range e.Containers {
		line("container %s %s", c.Name, c.Verdict)
	}
	for _, w := range e.WaitsFor {
		mark := map[bool]string{true: "met", false: "unmet"}[w.Met]
		line("needs %s %s %s: %s", w.Service, w.Condition, mark, w.Text)
	}
	for _, c := range e.Next {
		line("next %s %s: %s %s", c.Verb, c.Name, c.Reason, strings.Join(c.When, ","))
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

func TestMeaning(t *testing.T) {
	for code, want := range map[int]string{
		1: "", 42: "", 126: "cannot be executed", 127: "not found", 137: "killed (SIGKILL)", 139: "SIGSEGV", 143: "SIGTERM", 200: "",
	} {
		if got := planner.Meaning(code); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%d: got %q, want %q", code, got, want)
		}
	}
	if got := planner.SignalName(64); got != "signal 64" {
		t.Errorf("got %q", got)
	}
}

// TestExplainChain: many services in layers that all need each other are looked
// at once each.
func TestExplainChain(t *testing.T) {
	s := planner.State{Now: time.Unix(0, 0)}
	for layer := range 12 {
		for i := range 4 {
			c := planner.Container{
				ID: fmt.Sprint(layer, i), Name: fmt.Sprintf("demo-s%d-%d-1", layer, i), Service: fmt.Sprintf("s%d-%d", layer, i),
				Number: 1, Status: planner.Created,
			}
			for j := range 4 {
				c.DependsOn = append(c.DependsOn, planner.Dependency{
					Service: fmt.Sprintf("s%d-%d", (layer+1)%12, j), Condition: string(planner.ConditionStarted), // a circle too
				})
			}
			s.Containers = append(s.Containers, c)
		}
	}
	q := planner.Question{Name: "demo", Service: "s0-0", State: s}
	if n := len(q.Involved()); n != 48 {
		t.Errorf("%d services are involved, want 48", n)
	}
	e, err := planner.Explain(q)
	if err != nil || e.Verdict != planner.VerdictWaiting {
		t.Errorf("got %+v, %v", e, err)
	}
}
