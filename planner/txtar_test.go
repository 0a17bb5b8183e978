package planner_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

var update = flag.Bool("update", false, "write the plans of testdata anew")

// TestPlans runs testdata/*.txtar. A file holds
//
//	args          the command: up --force-recreate web
//	compose.yaml  the file (others may stand beside it)
//	state.yaml    what the engine reports, see stateFile
//	plan          the plan as text, or "error: " and its message and hint
func TestPlans(t *testing.T) { eachCase(t, "testdata/*.txtar", "plan", runCase) }

// eachCase compares what run makes of each archive with the archive's file
// result, which -update writes.
func eachCase(t *testing.T, pattern, result string, run func(*testing.T, *txtar.Archive) string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := run(t, archive)
			i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == result })
			if i < 0 {
				t.Fatalf("no file %s", result)
			}
			f := &archive.Files[i]
			if want := string(f.Data); got != want && !*update {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			f.Data = []byte(got)
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// runCase plans what a case asks for, twice: same input, same bytes. It also
// sends the plan through JSON and back.
func runCase(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	dir, content := writeCase(t, a)
	var first string
	for range 2 {
		got, err := planCase(t, dir, content)
		text := planText(t, got, err)
		if first != "" && first != text {
			t.Fatalf("a second run gives another plan:\n%s\nfirst:\n%s", text, first)
		}
		first = text
	}
	return first
}

// writeCase writes the files of a case to a folder, and returns them by name too.
func writeCase(t *testing.T, a *txtar.Archive) (dir string, content map[string]string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".env"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	content = map[string]string{}
	for _, f := range a.Files {
		content[f.Name] = string(f.Data)
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, content
}

func planText(t *testing.T, p *plan.Plan, err error) string {
	t.Helper()
	if err != nil {
		text := "error: " + err.Error() + "\n"
		if help := hint.Of(err); help != "" {
			text += "hint: " + help + "\n"
		}
		return text
	}
	for i, s := range p.Steps {
		if s.ID != i+1 {
			t.Fatalf("step %d has id %d", i+1, s.ID)
		}
		for _, id := range s.After {
			if id < 1 || id >= s.ID {
				t.Fatalf("step %d comes after %d, which does not stand before it", s.ID, id)
			}
		}
	}
	var before, after bytes.Buffer
	if err := p.WriteText(&before); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	back, err := plan.Decode(data, planner.Actions())
	if err != nil {
		t.Fatal(err)
	}
	if err := back.WriteText(&after); err != nil {
		t.Fatal(err)
	}
	if before.String() != after.String() {
		t.Fatalf("JSON and back changes the plan:\n%s\nto:\n%s", &before, &after)
	}
	return before.String()
}
