package provider

import (
	"os/exec"
	"syscall"
)

// tie gives a program a process group, to be ended with all that it starts, and
// lets the kernel end it where this process dies of a sudden.
func tie(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
