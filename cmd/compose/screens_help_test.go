//go:build !windows

package main

import (
	"fmt"
	"testing"
)

// Help is laid out for the terminal.
func TestScreensHelp(t *testing.T) {
	for _, size := range [][2]int{{60, 120}, {80, 100}, {120, 80}} {
		t.Run(fmt.Sprint(size[0]), func(t *testing.T) {
			t.Parallel()
			dir, server := terminalProject(t)
			g := newGallery(t, "help", size, dir, server.Host)
			g.take("up", "--help")
			g.take("pause", "--help")
		})
	}
}
