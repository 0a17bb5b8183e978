//go:build unix

package do

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/compose-orchestrator/compose/engine/spec"
)

// TestSecretPipe: a secret that is a pipe to which nobody writes ends with the call.
func TestSecretPipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- readSources(ctx, []spec.CopiedFile{{From: name}}) }()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
