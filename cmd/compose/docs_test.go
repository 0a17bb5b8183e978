//go:build !windows

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/versions"
	"github.com/spf13/cobra"
)

// README.md and the pages of docs say what is true. In a block of the kind "console"
// the lines that begin with "$ " are typed, on a terminal and in the page's order,
// into an engine in memory and, with COMPOSE_TEST_ENGINE=1, into a real one; what
// they print must be what the page has, and make docs writes it anew. A "yaml" block
// is a file of that session where the line above it ends in "`NAME`:", and is loaded
// by itself where not. Of all other commands, flags and names must exist.

// docsNotRun are the blocks that a test cannot run, by their first line, and why.
// Of their commands the flags are checked.
var docsNotRun = map[string]string{
	"make install": "writes to /usr/local",
	`compose ps --format json | jq -r 'select(.State == "exited") | .Service'`:                                   "needs jq",
	"compose --allow-remote -f https://example.com/acme/stack.git#main:deploy up -d":                             "needs a repository and a registry on the network",
	`warning: remote file "oci://registry.example.com/acme/stack:1": service "web" binds "/var/run/docker.sock"`: "needs a registry on the network",
	"waiting for compose up (alice@laptop, pid 4711), which changes this project since 10:03:20":                 "needs two commands at the same moment: two_commands.txtar",
}

// docsOfDevelopers have diagrams, and no commands for users.
var docsOfDevelopers = map[string]bool{"docs/architecture.md": true}

// docPages are README.md and the pages of docs.
func docPages(t *testing.T) []docPage {
	t.Helper()
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages (%v)", err)
	}
	var pages []docPage
	for _, file := range append(files, "../../README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel("../..", file)
		if err != nil {
			t.Fatal(err)
		}
		if name = filepath.ToSlash(name); !docsOfDevelopers[name] {
			pages = append(pages, parseDocPage(name, text))
		}
	}
	return pages
}

// TestDocsOnEngine: what the pages show is what a real engine gives. With -update it
// writes what it sees; the project is "shop" then. It stands before TestDocs, which
// leaves as they are the times that a real engine took.
func TestDocsOnEngine(t *testing.T) {
	needEngine(t)
	if engine := realEngine(t); !versions.GreaterThanOrEqualTo(engine.api, "1.48") {
		t.Skip("the sessions in docs are of a new Docker")
	}
	for i, p := range docPages(t) {
		if !p.hasSession() {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(p.name), ".md"), func(t *testing.T) {
			name := docProject
			if !*update {
				name += "-" + strconv.FormatInt(int64(os.Getpid()*32+i), 36)
			}
			p.follow(t, docReal(t, docFolder(t, name), strings.Join(p.lines, "\n")))
		})
	}
}

// TestDocs: and what the engine in memory gives.
func TestDocs(t *testing.T) {
	for _, p := range docPages(t) {
		if !p.hasSession() {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(p.name), ".md"), func(t *testing.T) {
			t.Parallel()
			p.follow(t, docMemory(t, docFolder(t, docProject)))
		})
	}
}

// docFolder is a reader's folder, empty.
func docFolder(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (p docPage) hasSession() bool {
	for _, b := range p.blocks {
		if b.lang == "console" {
			return true
		}
	}
	return false
}

// follow does what the page says and compares what that prints, or writes it into
// the page where the user asked for that.
func (p docPage) follow(t *testing.T, s *docSession) {
	t.Helper()
	contents := map[int]string{}
	for _, b := range p.blocks {
		if command, ok := p.hidden(b); ok {
			s.prepare(command)
			continue
		}
		if b.file != "" {
			s.write(b.file, p.text(b))
			continue
		}
		if b.lang != "console" {
			continue
		}
		var text strings.Builder
		changed := false
		for _, c := range p.commands(b) {
			got := s.run(c.command)
			if docStable(got) == docStable(c.output) {
				got = c.output
			} else if changed = true; !*update {
				t.Errorf("%s:%d: $ %s: got:\n%s\nthe page has (run make docs where that is outdated):\n%s", p.name, b.start+1, c.command, got, c.output)
			}
			fmt.Fprintf(&text, "$ %s\n%s", c.command, got)
		}
		if changed {
			contents[b.start] = text.String()
		}
	}
	if len(contents) == 0 || !*update || t.Failed() {
		return
	}
	if err := os.WriteFile("../../"+p.name, []byte(p.with(contents)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestDocsBlocks: every block is of a kind that is tested, or one that is known not
// to be.
func TestDocsBlocks(t *testing.T) {
	known := map[string]bool{}
	for _, p := range docPages(t) {
		for _, line := range p.loose {
			t.Errorf("%s:%d: code without a fence: write ```console, ```yaml or ```sh above it", p.name, line+1)
		}
		for _, b := range p.blocks {
			first := strings.TrimSpace(p.lines[b.start])
			switch {
			case b.file != "" || b.lang == "" && docHidden.MatchString(first) || b.lang == "console":
			case b.lang == "yaml":
				loadDocYAML(t, p, b)
			case docsNotRun[firstWords(first)] != "":
				known[firstWords(first)] = true
				for _, line := range p.lines[b.start:b.end] {
					checkDocCommand(t, p.name, line)
				}
			default:
				t.Errorf("%s:%d: a block %q that no test looks at", p.name, b.start, b.lang)
			}
		}
	}
	for first := range docsNotRun {
		if !known[first] {
			t.Errorf("docsNotRun has %q, with which no block begins", first)
		}
	}
}

// firstWords is a line without its comment.
func firstWords(line string) string {
	line, _, _ = strings.Cut(line, " #")
	return strings.TrimSpace(line)
}

var topLevel = regexp.MustCompile(`(?m)^(services|name|include):`)

// loadDocYAML loads a block that is no file of a session: a Compose file, or else
// attributes of a service.
func loadDocYAML(t *testing.T, p docPage, b docBlock) {
	t.Helper()
	text := p.text(b)
	if !topLevel.MatchString(text) {
		if !regexp.MustCompile(`(?m)^(image|build):`).MatchString(text) {
			text = "image: alpine\n" + text
		}
		text = "services:\n  web:\n    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
	}
	dir := docFolder(t, docProject)
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := composeCommand(t, dir, "", "config", "-q").CombinedOutput(); err != nil {
		t.Errorf("%s:%d: %v: %s", p.name, b.start, err, out)
	}
}

var docInline = regexp.MustCompile("`((?:docker )?compose [^`]+)`")

var figure = regexp.MustCompile(`^\| .* [0-9.]+ m?s \|$`)

// TestDocsFigures: the times in README.md are those of docs/performance.md.
func TestDocsFigures(t *testing.T) {
	measured, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, line := range strings.Split(string(readme), "\n") {
		if figure.MatchString(line) {
			found++
			if !strings.Contains(string(measured), line) {
				t.Errorf("docs/performance.md does not have README.md's line %q", line)
			}
		}
	}
	if found == 0 {
		t.Error("README.md has no times")
	}
}

// TestDocsCommands: the commands and flags in the pages' sentences exist.
func TestDocsCommands(t *testing.T) {
	for _, p := range docPages(t) {
		for i, line := range p.lines {
			for _, m := range docInline.FindAllStringSubmatch(line, -1) {
				checkDocCommand(t, fmt.Sprintf("%s:%d", p.name, i+1), m[1])
			}
		}
	}
}

// checkDocCommand looks a command line up, up to its first pipe, redirection or
// comment, if it is one of this program.
func checkDocCommand(t *testing.T, where, line string) {
	t.Helper()
	line, _, _ = strings.Cut(firstWords(line), " | ")
	line, _, _ = strings.Cut(line, " > ")
	words := strings.Fields(strings.TrimPrefix(line, "docker "))
	if len(words) < 2 || words[0] != "compose" {
		return
	}
	root := new(app).root()
	cmd, args, err := root.Traverse(words[1:])
	if err != nil {
		t.Errorf("%s: `%s`: %v", where, line, err)
		return
	}
	cmd.FParseErrWhitelist = cobra.FParseErrWhitelist{}
	if err := cmd.ParseFlags(args); err != nil && !strings.Contains(err.Error(), "help requested") {
		t.Errorf("%s: `%s`: %v", where, line, err)
	}
}
