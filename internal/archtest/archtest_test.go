package archtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/compose-orchestrator/compose/internal/archtest"
)

// TestArchitecture checks this module.
func TestArchitecture(t *testing.T) {
	broken, err := archtest.Check(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range broken {
		t.Error(b)
	}
}

// TestCheckFinds lets Check look at a module that breaks every rule once; the
// file want of the archive says what it must find.
func TestCheckFinds(t *testing.T) {
	ar, err := txtar.ParseFile(filepath.Join("testdata", "broken.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	var want string
	for _, f := range ar.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		p := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	broken, err := archtest.Check(root)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(broken, "\n") + "\n"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
