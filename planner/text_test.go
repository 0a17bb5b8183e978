package planner_test

import (
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// TestWriteText shows every part of the form that golden files are written in.
func TestWriteText(t *testing.T) {
	img := event.Ref{Kind: event.Image, Name: "nginx:2"}
	web := event.Ref{Kind: event.Container, Name: "demo-web-1", Service: "web", Number: 1}
	old := web
	old.Old = web.Name
	ten := 10 * time.Second
	p := &plan.Plan{
		Steps: []plan.Step{
			{ID: 1, Action: planner.PullImage{Ref: img, Platform: "linux/arm64", Have: "sha256:1"}, Reason: plan.Reason{Code: planner.BecauseMissing}, Optional: true},
			{ID: 2, Action: planner.CreateNetwork{Ref: event.Ref{Kind: event.Network, Name: "demo_default"}}, Reason: plan.Reason{Code: planner.BecauseMissing}},
			{ID: 3, Action: planner.CreateContainer{Ref: web, Replaces: "0123456789ab", FreshVolumes: true}, After: []int{1, 2},
				When: []event.Ref{img, {Kind: event.Image, Name: "data"}}, LosesData: true,
				Reason: plan.Reason{Code: planner.BecauseConfigChanged, Changes: []plan.FieldChange{
					{Field: "image", Old: "nginx:1", New: "nginx:2"}, {Field: "ports", New: "80"}}}},
			{ID: 4, Action: planner.StopContainer{Ref: old, ID: "0123456789ab", Timeout: &ten}, After: []int{3}},
			{ID: 5, Action: planner.WaitContainer{Ref: web, Condition: planner.ConditionHealthy, For: []string{"a", "b"}},
				Reason: plan.Reason{Code: planner.BecauseDependency, Detail: "a waits"}},
		},
		Notes: []plan.Note{{Text: "an orphan", Hint: "remove it"}},
	}
	const want = `1 pull Image nginx:2 (platform linux/arm64): missing [optional]
2 create Network demo_default: missing
3 create Container demo-web-1 (replacing, fresh volumes): config changed: image: nginx:1 → nginx:2; ports: none → 80 [after 1,2] [when image nginx:2 or data changed] [loses data]
4 stop Container demo-web-1 (old, timeout 10s) [after 3]
5 wait Container demo-web-1 (service_healthy, for a, b): dependency: a waits
note: an orphan
  hint: remove it
`
	var b strings.Builder
	if err := p.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}
