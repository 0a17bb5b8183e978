package provider

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// tie gives a program a process group, to be ended with all that it starts, and
// lets the kernel end it where this process dies of a sudden.
func tie(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// awaitEnd waits until a program has ended, and leaves it to be waited for.
func awaitEnd(cmd *exec.Cmd) bool {
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return err == nil
		}
	}
}
