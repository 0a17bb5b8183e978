//go:build unix

// Package procgroup ends programs with all that they start: each gets a process group.
package procgroup

import (
	"os/exec"
	"syscall"
)

// Interrupt asks a program, and what it started, to end. The error is the system's.
func Interrupt(cmd *exec.Cmd) error { return signalGroup(cmd, syscall.SIGINT) }

// Kill ends a program and what it started. The error is the system's.
func Kill(cmd *exec.Cmd) error { return signalGroup(cmd, syscall.SIGKILL) }

func signalGroup(cmd *exec.Cmd, s syscall.Signal) error {
	return syscall.Kill(-cmd.Process.Pid, s)
}
