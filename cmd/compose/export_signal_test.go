//go:build linux

package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

// TestExportHangUp: an export whose terminal goes away leaves no file behind.
func TestExportHangUp(t *testing.T) {
	t.Parallel()
	heedSignals()
	dir, server := upForTerminal(t)
	server.Fault("GET /containers/{id}/export", enginetest.Fault{Hang: true})
	cmd := composeCommand(t, dir, server.Host, "export", "-o", "out.tar", "web")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	files := func() (names []string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.Contains(e.Name(), "out.tar") {
				names = append(names, e.Name())
			}
		}
		return names
	}
	for end := time.Now().Add(patience); len(files()) == 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its code is the interrupt's
	if left := files(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
