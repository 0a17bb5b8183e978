package main

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/reference"
)

var update = flag.Bool("update", false, "write docs/reference, docs/man, the sessions in docs and the golden screens anew")

// TestReference: the manual pages and the reference say what the commands say.
func TestReference(t *testing.T) {
	book := reference.Book{Root: new(app).root(), Version: version, Groups: groupsInReference, Sections: sections(t)}
	want := map[string][]byte{}
	for name, text := range book.Files() {
		want[filepath.Join("../../docs", filepath.FromSlash(name))] = text
	}
	if *update {
		rewrite(t, want)
		return
	}
	stale := func(file, why string) { t.Errorf("%s %s: run make docs", filepath.Clean(file), why) }
	for file, text := range want {
		have, err := os.ReadFile(file)
		switch {
		case err != nil:
			stale(file, "is missing")
		case !bytes.Equal(bytes.ReplaceAll(have, []byte("\r\n"), []byte("\n")), text):
			stale(file, "is out of date")
		}
	}
	for _, file := range pages(t) {
		if want[file] == nil {
			stale(file, "is about no command")
		}
	}
}

func groupsInReference(cmd *cobra.Command) []reference.Group {
	var all []reference.Group
	for _, g := range groupsOf(cmd) {
		all = append(all, reference.Group{Title: g.title, Flags: g.flags})
	}
	return all
}

// pages are the files that are generated now.
func pages(t *testing.T) []string {
	t.Helper()
	man, err := filepath.Glob("../../docs/man/*.1")
	if err != nil {
		t.Fatal(err)
	}
	markdown, err := filepath.Glob("../../docs/reference/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(man, markdown)
}

func rewrite(t *testing.T, files map[string][]byte) {
	t.Helper()
	for _, file := range pages(t) {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	for file, text := range files {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// sectionTitles are the sections of docs/configuration.md that the root's page has
// too, and what they are called there.
var sectionTitles = []struct{ there, here string }{
	{"Variables", "Environment"}, {"Files", "Files"}, {"Exit codes", "Exit status"},
}

var (
	sectionRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (?:\\* )?(.*) \\|$")
	markup     = regexp.MustCompile("`|\\[([^\\]]*)\\]\\([^)]*\\)")
)

// sections are the tables of docs/configuration.md.
func sections(t *testing.T) []reference.Section {
	t.Helper()
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	var all []reference.Section
	for _, title := range sectionTitles {
		_, rest, ok := strings.Cut(string(text), "\n## "+title.there+"\n")
		if !ok {
			t.Fatalf("docs/configuration.md has no section %q", title.there)
		}
		rest, _, _ = strings.Cut(rest, "\n## ")
		s := reference.Section{Title: title.here}
		for _, row := range sectionRow.FindAllStringSubmatch(rest, -1) {
			s.Entries = append(s.Entries, [2]string{row[1], markup.ReplaceAllString(row[2], "$1")})
		}
		all = append(all, s)
	}
	return all
}

var variable = regexp.MustCompile(`^(COMPOSE|DOCKER|BUILDX|BUILDKIT|XDG)_[A-Z_]+$|^NO_COLOR$`)

// notForUsers are variables that docker sets for its plugins.
var notForUsers = []string{"DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND", "DOCKER_CLI_PLUGIN_SOCKET"}

// TestVariablesDocumented: docs/configuration.md has every variable of these names
// that the program's source has.
func TestVariablesDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, where := range variablesInSource(t, "../..") {
		if !slices.Contains(notForUsers, name) && !bytes.Contains(text, []byte("| `"+name+"` |")) {
			t.Errorf("docs/configuration.md lacks %s, which is in %s", name, where)
		}
	}
}

// variablesInSource are the string literals that are a variable's name, in the
// packages that the program is made of.
func variablesInSource(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && slices.Contains([]string{"enginetest", "bench", "examples", "agent"}, e.Name()):
			return filepath.SkipDir
		case e.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if name, err := strconv.Unquote(lit.Value); err == nil && variable.MatchString(name) {
					found[name] = file
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
