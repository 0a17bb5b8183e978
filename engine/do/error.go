package do

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// explain adds what was being done to an engine's error, and what the user can
// do about it where that is known. A hint.Error, even one without a hint, has
// both already.
func (d *Doer) explain(ctx context.Context, a plan.Action, err error) error {
	var complete *hint.Error
	if errors.As(err, &complete) || errors.Is(err, context.Canceled) {
		return err
	}
	doing, help := plan.Doing(a), api.Advice(err.Error())
	taken := d.conflictOf(ctx, a, err.Error())
	switch {
	case taken != conflict{}:
		doing, help = doing+": "+taken.what, taken.help
	case strings.Contains(err.Error(), api.MissingSource) && d.o.Engine.Remote:
		help = "the path is looked up where the engine runs (" + d.o.Engine.Host + "), not on this machine"
	}
	return hint.Wrap(fmt.Errorf("%s: %w", doing, err), help)
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
		help = helpOrphan
	}
	if d.p != nil && labels[project.LabelProject] == d.p.Name && d.p.Known(labels[project.LabelService]) {
		err = fmt.Errorf("%w: %w", errMeanwhile, err)
	}
	return hint.Wrap(fmt.Errorf("the name %s is taken by container %s%s: %w", name, spec.ShortID(holder.ID), whose, err), help)
}
