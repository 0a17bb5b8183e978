package main

import (
	"testing"

	"github.com/spf13/cobra"
)

// TestNeeds: each name in the table is a command's.
func TestNeeds(t *testing.T) {
	names := map[string]bool{}
	var add func(cmd *cobra.Command)
	add = func(cmd *cobra.Command) {
		names[cmd.Name()] = true
		for _, below := range cmd.Commands() {
			add(below)
		}
	}
	add(new(app).root())
	for name := range needs {
		if !names[name] {
			t.Errorf("there is no command %s", name)
		}
	}
}
