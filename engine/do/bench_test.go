package do

import (
	"testing"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// newDoer is how a bench gets its Doer.
func newDoer(c api.Client, p *project.Project, sink event.Sink) plan.Doer {
	return New(c, p, Options{Sink: sink})
}

// realBench is a bench at the real engine.
func realBench(t *testing.T, name, file string) *testbed.Bench {
	t.Helper()
	return testbed.New(t, testbed.Real(t).Client, name, file, newDoer)
}
