package procgroup

import "os/exec"

// Tie does nothing here.
func Tie(*exec.Cmd) {}

// Interrupt ends a program: there is no way to ask it. The error is the system's.
func Interrupt(cmd *exec.Cmd) error { return cmd.Process.Kill() }

// Kill ends a program. The error is the system's.
func Kill(cmd *exec.Cmd) error { return cmd.Process.Kill() }

// AwaitEnd is not known here: what a program started has as long as the program.
func AwaitEnd(*exec.Cmd) bool { return false }
