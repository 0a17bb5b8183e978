//go:build unix

package provider

import (
	"os/exec"
	"syscall"
)

// interrupt asks a program, and what it started, to end.
func interrupt(cmd *exec.Cmd) error { return signalGroup(cmd, syscall.SIGINT) }

// kill ends a program and what it started.
func kill(cmd *exec.Cmd) error { return signalGroup(cmd, syscall.SIGKILL) }

func signalGroup(cmd *exec.Cmd, s syscall.Signal) error {
	return syscall.Kill(-cmd.Process.Pid, s)
}
