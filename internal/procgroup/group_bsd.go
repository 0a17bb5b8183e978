//go:build unix && !linux

package procgroup

import (
	"os/exec"
	"syscall"
)

// Tie gives a program a process group, to be ended with all that it starts.
func Tie(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// AwaitEnd is not known here: what a program started has as long as the program.
func AwaitEnd(*exec.Cmd) bool { return false }
