package modules_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// exact is a version that is always the same code, which go.sum or the checksum
// database holds.
var exact = regexp.MustCompile(`^v\d+\.\d+\.\d+`)

// mod is a go.mod as go mod edit -json writes it.
type mod struct {
	Require []struct{ Path, Version string }
	Replace []struct {
		Old, New struct{ Path, Version string }
	}
}

// loose are the modules that are no exact version of a published one.
func (m mod) loose() (all []string) {
	for _, r := range m.Require {
		if !exact.MatchString(r.Version) {
			all = append(all, r.Path+"@"+r.Version)
		}
	}
	for _, r := range m.Replace {
		// A folder has no version.
		if !exact.MatchString(r.New.Version) {
			all = append(all, r.Old.Path+" => "+r.New.Path)
		}
	}
	return all
}

func TestPinned(t *testing.T) {
	if got := readMod(t, "../../go.mod").loose(); len(got) > 0 {
		t.Errorf("go.mod has what is no exact version: %q", got)
	}
}

// TestPinnedFinds: a folder in the place of a module is found.
func TestPinnedFinds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "go.mod")
	text := "module x\n\nrequire example.com/a v1.2.3\n\nreplace example.com/a => ../a\n\nreplace example.com/b => example.com/c v0.1.0\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(readMod(t, file).loose(), ", "); got != "example.com/a => ../a" {
		t.Errorf("got %q", got)
	}
}

func readMod(t *testing.T, file string) (m mod) {
	t.Helper()
	out, err := exec.Command("go", "mod", "edit", "-json", file).Output()
	if err == nil {
		err = json.Unmarshal(out, &m)
	}
	if err != nil {
		t.Fatalf("reading %s: %v", file, err)
	}
	return m
}

// tool is a program that a script has Go fetch, with its version.
var tool = regexp.MustCompile(`[\w-]+(?:\.[\w-]+)+/[\w./-]+@([^\s"']+)`)

// TestToolsArePinned: scripts fetch no program whose version may be another tomorrow.
func TestToolsArePinned(t *testing.T) {
	files, err := filepath.Glob("../../script/*")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range append(files, "../../Makefile", "../../.ci/run") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range tool.FindAllStringSubmatch(string(text), -1) {
			if found++; !exact.MatchString(m[1]) {
				t.Errorf("%s fetches %s", file, m[0])
			}
		}
	}
	if found < 3 {
		t.Errorf("%d programs found, want staticcheck, gotestsum and govulncheck at least", found)
	}
}
