//go:build !windows

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/docker/docker/api/types/versions"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/project"
)

// TestPairs: two commands that change one project at once both do what they are for, or
// say which other one ended them; and what is left is one project. Those of one user wait
// for each other by a lock; those with different state folders, as of two machines, meet at
// the engine. COMPOSE_TEST_PAIRS is how many pairs of each kind there are; 3 without it.
func TestPairs(t *testing.T) {
	t.Parallel()
	host, states := "", []string{"one", "two"}
	if os.Getenv("COMPOSE_TEST_ENGINE") == "1" {
		needAlpine(t)
		if engine := realEngine(t); !engine.podman && versions.LessThan(engine.api, "1.44") {
			states = states[:1] // Docker before 25 makes two networks of one name where both are asked for at once
		}
	} else {
		host = enginetest.Start(t, enginetest.Options{}).Host
	}
	rounds, err := strconv.Atoi(os.Getenv("COMPOSE_TEST_PAIRS"))
	if err != nil {
		rounds = 3
	}
	for _, c := range pairs {
		for _, state := range states {
			if c.locked && state == "two" {
				continue
			}
			t.Run(c.name+"/"+state, func(t *testing.T) {
				t.Parallel()
				p := newPair(t, host, state)
				for range rounds {
					p.run(c)
				}
			})
		}
	}
}

// pairCase is two commands, each a file and arguments.
type pairCase struct {
	name          string
	first, second []string
	// locked is for commands that undo what the other one did: without a common lock one
	// may find that more than three times.
	locked bool
}

var pairs = []pairCase{
	{name: "up and up", first: []string{"a.yaml", "up", "-d"}, second: []string{"a.yaml", "up", "-d"}},
	{name: "up and down", first: []string{"a.yaml", "up", "-d"}, second: []string{"a.yaml", "down"}},
	{name: "up and scale", first: []string{"a.yaml", "up", "-d"}, second: []string{"a.yaml", "scale", "web=3"}},
	{name: "up and up of another file", first: []string{"a.yaml", "up", "-d"}, second: []string{"b.yaml", "up", "-d"}},
	{
		name: "anew and anew", locked: true,
		first: []string{"a.yaml", "up", "-d", "--force-recreate"}, second: []string{"a.yaml", "up", "-d", "--force-recreate"},
	},
}

const pairService = `{image: alpine, command: [sleep, "1000"], stop_grace_period: 0s`

// pairFiles are two versions of a project.
var pairFiles = map[string]string{
	"a.yaml": "services:\n  web: " + pairService + ", depends_on: [db]}\n  db: " + pairService + "}\n",
	"b.yaml": "services:\n  web: " + pairService + ", depends_on: [db], environment: {B: b}}\n  db: " + pairService + ", environment: {B: b}}\n",
}

// pair runs commands on one project.
type pair struct {
	*testing.T
	dir, host, project string
	states             [2]string // their state folders
	c                  *client.Client
}

func newPair(t *testing.T, host, state string) *pair {
	t.Helper()
	p := &pair{T: t, dir: t.TempDir(), host: host}
	p.project = "cpair" + strings.ToLower(strings.ReplaceAll(filepath.Base(filepath.Dir(p.dir)), "_", "-"))
	p.states = [2]string{p.dir, p.dir}
	if state == "two" {
		p.states[1] = t.TempDir()
	}
	for name, text := range pairFiles {
		if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p.c = clientAt(t, host)
	p.host = p.c.DaemonHost()
	t.Cleanup(func() {
		_ = p.command(0, "a.yaml", "down", "-v", "--remove-orphans").Run()
		_ = p.c.Close()
	})
	return p
}

// command is one of those of the first or the second user.
func (p *pair) command(user int, file string, args ...string) *exec.Cmd {
	cmd := composeCommand(p.T, p.dir, p.host, append([]string{"-p", p.project, "-f", file}, args...)...)
	cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+p.states[user])
	return cmd
}

// run runs a pair at once where nothing is, and looks at what is left.
func (p *pair) run(c pairCase) {
	p.Helper()
	type end struct {
		out []byte
		err error
	}
	ends := make(chan end)
	for user, args := range [][]string{c.first, c.second} {
		go func() {
			out, err := p.command(user, args[0], args[1:]...).CombinedOutput()
			ends <- end{out, err}
		}()
	}
	for range 2 {
		if e := <-ends; e.err != nil && !strings.Contains(string(e.out), "interrupted by compose") {
			p.Errorf("%v: %s", e.err, e.out)
		}
	}
	p.consistent()
	if out, err := p.command(0, "a.yaml", "up", "-d").CombinedOutput(); err != nil {
		p.Errorf("the up that follows: %v: %s", err, out)
	}
	if out, err := p.command(0, "a.yaml", "plan").CombinedOutput(); err != nil {
		p.Errorf("there is something to do after that: %v: %s", err, out)
	}
	if out, err := p.command(0, "a.yaml", "down").CombinedOutput(); err != nil {
		p.Errorf("the down that follows: %v: %s", err, out)
	}
}

// consistent checks that each container has a name and a number of its own, and its
// final name.
func (p *pair) consistent() {
	p.Helper()
	list, err := p.c.ContainerList(context.Background(), container.ListOptions{All: true, Filters: ofProject(p.project)})
	if err != nil {
		p.Fatal(err)
	}
	var names []string
	for _, c := range list {
		want := fmt.Sprintf("/%s-%s-%s", p.project, c.Labels[project.LabelService], c.Labels[project.LabelNumber])
		if len(c.Names) == 0 || c.Names[0] != want {
			p.Errorf("%v is not named %s", c.Names, want)
		}
		if slices.Contains(names, want) {
			p.Errorf("there are two of %s", want)
		}
		names = append(names, want)
	}
}
