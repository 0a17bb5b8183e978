package do

import (
	"context"
	"fmt"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
)

// RunCommand runs a hook's command in a running container, hands on what it prints as
// event.Output of ref, and returns its exit code. Its error is the engine's or ctx's;
// a command that fails is none.
func RunCommand(ctx context.Context, c api.Client, id string, ref event.Ref, hook types.ServiceHook, sink event.Sink) (code int, err error) {
	exec, err := c.ContainerExecCreate(ctx, id, spec.HookOptions(hook))
	if err != nil {
		return 0, err
	}
	d := &Doer{c: c, o: Options{Sink: sink}}
	if err := d.runExec(ctx, exec.ID, ref); err != nil {
		return 0, err
	}
	ended, err := c.ContainerExecInspect(ctx, exec.ID)
	if err != nil {
		return 0, fmt.Errorf("asking for the command's exit code: %w", err)
	}
	return ended.ExitCode, nil
}
