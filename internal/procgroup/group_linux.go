package procgroup

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// Tie gives a program a process group, to be ended with all that it starts, and
// lets the kernel end it where this process dies of a sudden.
func Tie(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// AwaitEnd waits until a program has ended, and leaves it to be waited for.
func AwaitEnd(cmd *exec.Cmd) bool {
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return err == nil
		}
	}
}
