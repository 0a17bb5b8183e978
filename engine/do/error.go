package do

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// explain adds what was being done to an engine's error, and what the user can
// do about it where that is known. A hint.Error, even one without a hint, has
// both already. The engine's own text is told to who debugs.
func (d *Doer) explain(ctx context.Context, a plan.Action, err error) error {
	var complete *hint.Error
	if errors.As(err, &complete) || errors.Is(err, context.Canceled) {
		return err
	}
	cause, help := api.Cause(err.Error()), api.Advice(err.Error())
	taken := d.conflictOf(ctx, a, err.Error())
	switch {
	case taken != conflict{}:
		cause, help = taken.what, taken.help
	case strings.Contains(err.Error(), api.MissingSource) && d.o.Engine.Remote:
		help = "the path is looked up where the engine runs (" + d.o.Engine.Host + "), not on this machine"
	}
	return d.because(plan.Doing(a), cause, help, err)
}

// because is an engine's error as its cause. The engine's own text is told to who
// debugs.
func (d *Doer) because(doing, cause, help string, err error) error {
	if !strings.HasSuffix(err.Error(), cause) {
		d.o.Sink(event.Message{Level: event.Debug, Text: doing + ": " + err.Error()})
	}
	return &hint.Error{Text: doing + ": " + cause, Help: help, Err: err, Brief: hint.Brief{Cause: cause}}
}

// nameTaken is the error about a name that another container has.
func (d *Doer) nameTaken(name string, holder container.InspectResponse, err error) error {
	whose := " that no Compose project made"
	labels := map[string]string{}
	if holder.Config != nil {
		labels = holder.Config.Labels
	}
	if of := spec.OwnedBy(labels); of != "" {
		whose = of
	}
	help := "remove it with docker rm -f " + name + ", or give this one another container_name"
	if d.isOrphan(labels) {
		help = planner.HelpOrphan
	}
	if d.p != nil && labels[project.LabelProject] == d.p.Name && d.p.Known(labels[project.LabelService]) {
		err = fmt.Errorf("%w: %w", errMeanwhile, err)
	}
	return &hint.Error{Text: fmt.Sprintf("the name %s is taken by container %s%s", name, spec.ShortID(holder.ID), whose), Help: help, Err: err}
}
