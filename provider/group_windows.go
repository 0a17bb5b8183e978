package provider

import "os/exec"

func tie(*exec.Cmd) {}

// interrupt ends a program: there is no way to ask it.
func interrupt(cmd *exec.Cmd) error { return cmd.Process.Kill() }

func kill(cmd *exec.Cmd) error { return cmd.Process.Kill() }

// awaitEnd is not known here: what a program started has as long as the program.
func awaitEnd(*exec.Cmd) bool { return false }
