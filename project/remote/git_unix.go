//go:build unix

package remote

import (
	"context"
	"os/exec"

	"github.com/compose-orchestrator/compose/internal/procgroup"
)

// limits has git and all that it starts use no more than 512 MiB of memory each, and
// write no file larger than that (POSIX counts blocks of 512 bytes; bash, of 1 KiB):
// what a server sends may have no end. A system that has not these limits goes without.
const limits = `ulimit -d 524288 2>/dev/null; ulimit -f 1048576 2>/dev/null; exec "$0" "$@"`

// limited prepares a call of git in a session of its own: it ends with all that it
// starts, and none of these has a terminal to ask on or to write to.
func limited(ctx context.Context, args []string) *exec.Cmd {
	git := exec.CommandContext(ctx, "git", args...)
	if git.Err != nil {
		return git // there is none
	}
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", limits, git.Path}, args...)...)
	procgroup.Tie(cmd)
	cmd.SysProcAttr.Setpgid, cmd.SysProcAttr.Setsid = false, true // a session is a group, too
	cmd.Cancel = func() error { return procgroup.Kill(cmd) }
	return cmd
}
