//go:build !windows

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/internal/statedir"
	"github.com/compose-orchestrator/compose/planfile"
	"github.com/compose-orchestrator/compose/project"
)

// TestApplyElsewhere: a plan for another engine is refused, and so is one that another
// version of this program made; of these two --replan makes the latter one's anew.
func TestApplyElsewhere(t *testing.T) {
	t.Parallel()
	host := enginetest.Start(t, enginetest.Options{}).Host
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte("name: demo\nservices: {web: {image: alpine}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(want int, args ...string) string {
		t.Helper()
		cmd := composeCommand(t, dir, host, args...)
		out, _ := cmd.CombinedOutput() // the exit code counts
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Fatalf("%q: exit code %d, want %d\n%s", args, got, want, out)
		}
		return string(out)
	}
	run(exitChanges, "plan", "-o", "plan.json")
	getenv := func(string) string { return filepath.Join(filepath.Dir(dir), ".state") } // composeCommand's
	state, err := statedir.Dir(getenv)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := statedir.Secret(state, contentKeyFile)
	if err != nil {
		t.Fatal(err)
	}
	key, file := project.NewContentKey(secret), filepath.Join(dir, "plan.json")
	saved, err := planfile.Read(file, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change   func(*planfile.Saved)
		want     string
		replaced bool // by --replan
	}{
		"engine":  {func(s *planfile.Saved) { s.Engine, s.EngineHost = "X", "ssh://build" }, "plan.json is a plan for another engine, that at ssh://build", false},
		"version": {func(s *planfile.Saved) { s.Tool = "0.0.1" }, "since then this program became version " + version + ", from 0.0.1", true},
	} {
		other := *saved
		test.change(&other)
		if err := planfile.Write(file, other, key); err != nil {
			t.Fatal(err)
		}
		if got := run(exitFailure, "apply", "plan.json"); !strings.Contains(got, test.want) {
			t.Errorf("%s: got %s", name, got)
		}
		replaced := exitFailure
		if test.replaced {
			replaced = 0
		}
		run(replaced, "apply", "--replan", "--yes", "plan.json")
	}
}
