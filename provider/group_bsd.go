//go:build unix && !linux

package provider

import (
	"os/exec"
	"syscall"
)

// tie gives a program a process group, to be ended with all that it starts.
func tie(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// awaitEnd is not known here: what a program started has as long as the program.
func awaitEnd(*exec.Cmd) bool { return false }
