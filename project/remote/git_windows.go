package remote

import (
	"context"
	"os/exec"
)

// limited prepares a call of git. Nothing limits what it takes here.
func limited(ctx context.Context, args []string) *exec.Cmd {
	return exec.CommandContext(ctx, "git", args...)
}
