package planner_test

import (
	"bytes"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/compose-orchestrator/compose/internal/render"
)

// TestSummaries runs testdata/summary/*.txtar: cases like those of TestPlans whose file
// summary is what people read of the plan.
func TestSummaries(t *testing.T) {
	eachCase(t, "testdata/summary/*.txtar", "summary", func(t *testing.T, a *txtar.Archive) string {
		dir, content := writeCase(t, a)
		p, err := planCase(t, dir, content)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := render.Plan(&b, "demo", p, render.Options{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	})
}
