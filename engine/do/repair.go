package do

import (
	"context"
	"fmt"
	"strings"

	"github.com/containerd/errdefs"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/planner"
)

// repairContainer puts right what somebody changed of a container.
func (d *Doer) repairContainer(ctx context.Context, a planner.RepairContainer) error {
	if a.Update {
		if err := d.updateLimits(ctx, a); err != nil {
			return err
		}
	}
	for _, name := range a.Leave {
		err := d.c.NetworkDisconnect(ctx, name, a.ID, true)
		if err != nil && !errdefs.IsNotFound(err) && !strings.Contains(err.Error(), "is not connected to") {
			return fmt.Errorf("disconnecting from network %s: %w", name, err)
		}
	}
	for _, name := range a.Join {
		if err := d.connectContainer(ctx, planner.ConnectContainer{Ref: a.Ref, ID: a.ID, Network: name}); err != nil {
			return err
		}
	}
	if a.Renamed {
		return d.renameContainer(ctx, a.ID, a.Ref.Name)
	}
	return nil
}

// updateLimits gives a container the limits and the restart policy of its service.
func (d *Doer) updateLimits(ctx context.Context, a planner.RepairContainer) error {
	b := observe.Binding(d.o.Engine)
	b.ContainerID = func(service string) string { return service } // no limit depends on it
	req, err := spec.Container(d.p, a.Ref.Service, a.Ref.Number, b)
	if err != nil {
		return err
	}
	if _, err := d.c.ContainerUpdate(ctx, a.ID, observe.Limits(req.Host)); err != nil {
		return fmt.Errorf("updating its limits: %w", err)
	}
	return nil
}
