package archtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// rules are the arrows of the document: folder → folders it may import.
type rules map[string]arrow

// arrow is one line of the document.
type arrow struct {
	line string
	to   []string
}

// parseArrows reads the indented lines with an arrow below "Import arrows". The
// document is the only place where they stand.
func parseArrows(doc string) (rules, error) {
	_, section, ok := strings.Cut(doc, "## Import arrows")
	if !ok {
		return nil, errors.New(`docs/architecture.md has no section "Import arrows"`)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	words := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' })
	}
	r := rules{}
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "    ") {
			continue
		}
		from, to, ok := strings.Cut(strings.TrimSpace(line), "→")
		if !ok {
			return nil, fmt.Errorf("docs/architecture.md: no arrow in %q", line)
		}
		a := arrow{line: strings.Join(strings.Fields(line), " ")}
		switch strings.TrimSpace(to) {
		case "the standard library", "nothing":
		default:
			a.to = words(to)
		}
		for _, f := range words(from) {
			r[f] = a
		}
	}
	return r, nil
}

// owner is the folder of the document that dir belongs to:
// "engine/enginetest" for "engine/enginetest/testbed"; "" where there is none.
func (r rules) owner(dir string) string {
	best := ""
	for f := range r {
		if within(dir, f) && len(f) > len(best) {
			best = f
		}
	}
	return best
}

// refuse says why the package in dir must not import name, or "".
func (r rules) refuse(mod, dir, name string) string {
	for _, ir := range importRules {
		if ir.matches(name) && ir.applies(dir) {
			return ir.why
		}
	}
	target, ours := strings.CutPrefix(name, mod+"/")
	if unruled(dir) || !ours && isStandard(name) {
		return ""
	}
	owner := r.owner(dir)
	if owner == "" {
		return fmt.Sprintf("docs/architecture.md has no arrow that starts at %s", dir)
	}
	a := r[owner]
	if !ours {
		if strings.HasSuffix(a.line, "the standard library") {
			return "breaks the arrow " + a.line
		}
		return ""
	}
	if within(target, owner) || slices.ContainsFunc(a.to, func(to string) bool { return within(target, to) }) {
		return ""
	}
	return "breaks the arrow " + a.line
}

// unruled are folders that the document does not draw: this package, and
// programs that belong to the workshop.
func unruled(dir string) bool {
	return within(dir, "internal/archtest") || within(dir, "internal/deps")
}

// within tells whether the folder or import path p is dir or below it.
func within(p, dir string) bool { return p == dir || strings.HasPrefix(p, dir+"/") }

// isStandard tells paths of the standard library: their first element has no
// dot.
func isStandard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}

// scope is where a rule applies: in the folders of in (all, where it is empty)
// and not in those of except.
type scope struct{ in, except []string }

func (s scope) applies(dir string) bool {
	hit := func(f string) bool { return within(dir, f) }
	return (len(s.in) == 0 || slices.ContainsFunc(s.in, hit)) && !slices.ContainsFunc(s.except, hit) && !unruled(dir)
}

// importRule refuses imports at or below some paths, save those of but.
type importRule struct {
	scope
	paths, but []string
	why        string
}

func (r importRule) matches(name string) bool {
	hit := func(p string) bool { return within(name, p) }
	return slices.ContainsFunc(r.paths, hit) && !slices.ContainsFunc(r.but, hit)
}

const composeGo = "github.com/compose-spec/compose-go"

var importRules = []importRule{
	{
		scope: scope{except: []string{"engine", "build", "logs"}},
		paths: []string{"github.com/docker/docker", "github.com/docker/cli", "github.com/docker/go-connections", "github.com/moby/moby", "github.com/moby/buildkit"},
		but:   []string{"github.com/docker/cli/templates"}, // text functions; names no type of the engine
		why:   "Docker's types live in engine, build and logs only",
	},
	{
		scope: scope{except: []string{"project", "planner", "engine", "build", "watch"}},
		paths: []string{composeGo + "/v2/types"},
		why:   "compose-go's types may be named by project, planner, engine, build and watch only",
	},
	{
		scope: scope{except: []string{"project"}},
		paths: []string{composeGo},
		but:   []string{composeGo + "/v2/types"},
		why:   "compose-go's loader and cli are used by project only",
	},
	{
		scope: scope{in: []string{"planner"}},
		paths: []string{"context", "os", "net", "io/ioutil", "syscall", "math/rand", "crypto/rand", "log", "github.com/sirupsen/logrus"},
		but:   []string{"net/netip", "net/url"}, // values, no I/O
		why:   "planner is pure: no context, os, net, rand or logger",
	},
	{
		scope: scope{in: []string{"internal/progress"}},
		paths: []string{"context", "os", "net", "io", "syscall", "log", "golang.org", "github.com"},
		but:   []string{"github.com/compose-orchestrator/compose"}, // what of it, the arrows say
		why:   "internal/progress is pure: the standard library without I/O",
	},
	{
		scope: scope{in: []string{"session/follow/account"}},
		paths: []string{"context", "os", "net", "io", "sync", "syscall", "log", "golang.org", "github.com"},
		but:   []string{"github.com/compose-orchestrator/compose"}, // what of it, the arrows say
		why:   "session/follow/account is pure: the standard library without I/O or locks",
	},
	{
		scope: scope{except: []string{"cmd/compose"}},
		paths: []string{"log", "github.com/sirupsen/logrus"},
		why:   "libraries never log, they emit events",
	},
}

// nameRule refuses uses of names, as "time.Now".
type nameRule struct {
	scope
	names []string
	why   string
}

// clock are the names that read the time or wait for it.
var clock = []string{"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.NewTimer", "time.NewTicker", "time.Tick"}

var nameRules = []nameRule{
	{
		scope: scope{in: []string{"planner"}},
		names: clock,
		why:   "planner has no clock: the time is an input",
	},
	{
		scope: scope{in: []string{"internal/progress"}},
		names: clock,
		why:   "internal/progress has no clock: the time comes with the event",
	},
	{
		scope: scope{in: []string{"session/follow/account"}},
		names: clock,
		why:   "session/follow/account has no clock: the time comes with the event",
	},
	{
		scope: scope{except: []string{"cmd/compose", "cmd/agent", "internal/bench", "internal/enginetable", "internal/memoryengine"}}, // the programs
		names: []string{"fmt.Print", "fmt.Printf", "fmt.Println", "os.Stdout", "os.Stderr", "os.Exit"},
		why:   "libraries never print or exit, they emit events and return errors",
	},
}
