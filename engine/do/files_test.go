package do

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/engine/spec"
)

// TestSparseSource: a secret's file of 300 MB of NUL is not read to its end.
func TestSparseSource(t *testing.T) {
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, 300<<20); err != nil {
		t.Fatal(err)
	}
	if err := readSources(t.Context(), []spec.CopiedFile{{From: name}}); err == nil || !strings.Contains(err.Error(), "more than 64 MiB") {
		t.Errorf("error %v", err)
	}
}
