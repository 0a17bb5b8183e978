// Package listener finds the program that has a port of this machine.
package listener

import "fmt"

// Program is a process of this machine.
type Program struct {
	Name string // its short name: "python3"
	PID  int
}

// String is "python3 (pid 4711)".
func (p Program) String() string { return fmt.Sprintf("%s (pid %d)", p.Name, p.PID) }
