//go:build !windows

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWatchAsks: what the project's files ask for is applied where the user agrees
// to it, and only as long as they still say that.
func TestWatchAsks(t *testing.T) {
	t.Parallel()
	const file = "name: pty\nservices: {web: {image: alpine, command: [sleep, '1000'], stop_grace_period: 0s, " +
		"environment: {A: one}, develop: {watch: [{action: restart, path: ./src}]}}}\n"
	dir, server := terminalProjectOf(t, file)
	says := func(value string) {
		if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(strings.Replace(file, "one", value, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := onPTY(t, dir, server.Host, "--progress", "tty", "watch")
	p.expect("Watch enabled")
	says("two")
	p.expect("Apply this?")
	says("three")
	shown := p.text()
	p.keys("y\r")
	p.expectAfter(shown, "not applied: the files changed again")
	p.expectAfter(shown, "Apply this?")
	if strings.Contains(p.text(), "Recreate") {
		t.Errorf("what the files do not say any more was applied: %q", p.text())
	}
	shown = p.text()
	p.keys("n\r")
	p.expectAfter(shown, "hint: compose up -d applies it")
	says("four")
	p.expectAfter(shown, "Apply this?")
	shown = p.text()
	p.keys("y\r")
	p.expectAfter(shown, "Recreated")
	p.keys("\x03")
	p.ends(130)
}

// TestWatchLate: what was saved before the menu's w is a change as well.
func TestWatchLate(t *testing.T) {
	t.Parallel()
	const file = "name: pty\nservices: {web: {image: alpine, command: [sleep, '1000'], stop_grace_period: 0s, " +
		"environment: {A: one}, develop: {watch: [{action: restart, path: ./src}]}}}\n"
	dir, server := terminalProjectOf(t, file)
	p := onPTY(t, dir, server.Host, "--progress", "tty", "up", "--apply-config=auto")
	p.expect("rebuild") // all is up
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(strings.Replace(file, "one", "two", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	p.keysUntil("w", "Watch enabled")
	p.expect("Recreated")
	p.keys("\x03")
	p.ends(130)
}
