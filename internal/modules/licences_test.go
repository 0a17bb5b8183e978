package modules_test

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	classifier "github.com/google/licenseclassifier/v2"
	"github.com/google/licenseclassifier/v2/assets"
)

var update = flag.Bool("update", false, "write docs/licenses.csv anew")

// listFile says under which licences the programs can be given away.
const listFile = "../../docs/licenses.csv"

// allowed are the licences, by SPDX's names, under which what is linked in may be.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "Unlicense", "0BSD", "CC0-1.0"}

// systems are those that the programs are built for.
var systems = []string{"linux", "darwin", "windows"}

// known has the texts of licences. To take them in is slow.
var known = sync.OnceValues(assets.DefaultClassifier)

// TestLicences: the list has every module that is linked in for one of the systems,
// and each is under a licence that is allowed. -update writes it.
func TestLicences(t *testing.T) {
	c, err := known()
	if err != nil {
		t.Fatal(err)
	}
	list := [][]string{{"name", "version", "licence", "file"}}
	for _, l := range linked(t) {
		text, err := os.ReadFile(l.file)
		if err != nil {
			t.Fatal(err)
		}
		names := licences(c, text)
		for _, name := range names {
			if !slices.Contains(allowed, name) {
				t.Errorf("%s is under %s, which is not among those allowed", l.name, name)
			}
		}
		if len(names) == 0 {
			t.Errorf("%s: nobody knows the licence in %s", l.name, l.file)
		}
		list = append(list, []string{l.name, l.version, strings.Join(names, " AND "), filepath.Base(l.file)})
	}
	var want bytes.Buffer
	if err := csv.NewWriter(&want).WriteAll(list); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(listFile, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(listFile)
	if err != nil || !bytes.Equal(bytes.ReplaceAll(got, []byte("\r"), nil), want.Bytes()) {
		t.Errorf("docs/licenses.csv is not about what is linked in, %v: run make docs", err)
	}
}

// TestLicencesAreRead: a text under a licence that is not allowed is told apart.
func TestLicencesAreRead(t *testing.T) {
	c, err := known()
	if err != nil {
		t.Fatal(err)
	}
	text, err := assets.ReadLicenseFile("License/AGPL-3.0/license.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := licences(c, text); !slices.Equal(got, []string{"AGPL-3.0"}) || slices.Contains(allowed, "AGPL-3.0") {
		t.Errorf("got %q", got)
	}
	if got := licences(c, []byte("All rights reserved.")); len(got) > 0 {
		t.Errorf("no licence is %q", got)
	}
}

// licences are the names of those that a text has or, where it has none, refers to.
func licences(c *classifier.Classifier, text []byte) []string {
	found := map[string][]string{}
	for _, m := range c.Match(c.Normalize(text)).Matches {
		if !slices.Contains(found[m.MatchType], m.Name) {
			found[m.MatchType] = append(found[m.MatchType], m.Name)
		}
	}
	names := found["License"]
	if len(names) == 0 {
		names = found["Header"]
	}
	slices.Sort(names)
	return names
}

// licence is the file that a module's packages are under, or some of them.
type licence struct{ name, version, file string }

// linked are those of all packages that are linked in, sorted.
func linked(t *testing.T) (all []licence) {
	t.Helper()
	seen := map[string]bool{}
	for _, system := range systems {
		for _, p := range packages(t, system) {
			l := nearest(t, p)
			if !seen[l.file] {
				seen[l.file] = true
				all = append(all, l)
			}
		}
	}
	slices.SortFunc(all, func(a, b licence) int { return cmp.Compare(a.name, b.name) })
	return all
}

// listed is a package as go list describes it.
type listed struct {
	Dir, ImportPath string
	Module          *struct {
		Path, Version, Dir string
		Main               bool
		Replace            *struct{ Version string }
	}
}

// packages are those of modules other than this one.
func packages(t *testing.T, system string) (all []listed) {
	t.Helper()
	args := []string{"list", "-deps", "-json=Dir,ImportPath,Module", "../../cmd/compose"}
	if system == "linux" {
		args = append(args, "../../cmd/agent")
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %q: %v: %s", args, err, said.String())
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.Module != nil && !p.Module.Main {
			all = append(all, p)
		}
	}
}

// nearest is the licence of a package: in its folder or the nearest above, in its
// module.
func nearest(t *testing.T, p listed) licence {
	t.Helper()
	version := p.Module.Version
	if p.Module.Replace != nil {
		version = p.Module.Replace.Version
	}
	for dir, name := p.Dir, p.ImportPath; ; dir, name = filepath.Dir(dir), path.Dir(name) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if isLicence(e.Name()) && !e.IsDir() {
				return licence{name, version, filepath.Join(dir, e.Name())}
			}
		}
		if dir == p.Module.Dir {
			t.Fatalf("%s has no file with a licence", p.ImportPath)
		}
	}
}

func isLicence(file string) bool {
	name, end, _ := strings.Cut(strings.ToUpper(file), ".")
	return slices.Contains([]string{"LICENSE", "LICENCE", "COPYING", "UNLICENSE"}, name) && slices.Contains([]string{"", "TXT", "MD"}, end)
}
