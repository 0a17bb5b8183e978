package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// TestOutputs holds that the file which the program prints to is known behind the
// stream that it prints through.
func TestOutputs(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "watch.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a := &app{stdout: terminal.OutputOf(new(bytes.Buffer)), stderr: terminal.OutputOf(f)}
	want, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if files := a.outputs(); len(files) != 1 || !os.SameFile(files[0], want) {
		t.Errorf("outputs are %v, want %s", files, f.Name())
	}
}
