//go:build unix

package effects

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
)

// TestEffects makes the project and looks at it from within and without.
func TestEffects(t *testing.T) {
	testbed.NeedAPI(t, "1.49", "the project has every attribute")
	b := newBench(t)
	have := b.probe()
	up := []string{"--progress", "plain", "up", "-d"}
	for name, ok := range have {
		if ok {
			up = append([]string{"--profile", name}, up...)
		}
	}
	b.run(b.compose, up...)
	b.look(sorted(checks(), have, b.lacking(have)))
	for name, lacks := range have {
		if !lacks {
			t.Logf("not seen here: %s", strings.Join(lostWithout(name), ", ")+" ("+needs[name].lack+")")
		}
	}
}

// bench is the project in a folder of the test, and the machine.
type bench struct {
	t       *testing.T
	dir     string
	compose string
	env     []string
}

// newBench skips the test where there is no engine. At the test's end the
// project is taken down.
func newBench(t *testing.T) *bench {
	t.Helper()
	if os.Getenv("COMPOSE_TEST_ENGINE") != "1" {
		t.Skip("needs an engine: COMPOSE_TEST_ENGINE=1 is not set")
	}
	alone(t)
	b := &bench{t: t, dir: t.TempDir()}
	if err := os.CopyFS(b.dir, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	b.compose = program(t)
	b.env = append(os.Environ(),
		"COMPOSE="+b.compose, "COMPOSE_FILE="+strings.Join(files, string(os.PathListSeparator)),
		"TOKEN=s3cret", "HOST_SIDE=here", "FILES="+b.dir)
	nic, _ := b.shell("ip -o route show default | sed 's/.* dev \\([^ ]*\\).*/\\1/;q'")
	disk, _ := b.shell(`for d in $(ls /sys/block); do test -b /dev/$d && echo /dev/$d; done | grep -v -e loop -e zram | head -n1`)
	b.env = append(b.env, "NIC="+strings.TrimSpace(nic), "DISK="+strings.TrimSpace(disk))
	b.clear()
	t.Cleanup(b.clear)
	for _, kind := range []string{"volume", "network"} {
		b.run("docker", kind, "create", projectName+"-given")
	}
	return b
}

// alone waits until no other process runs these tests on this machine: they use
// fixed names, ports and addresses.
func alone(t *testing.T) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(os.TempDir(), projectName+".lock"), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() }) // which ends the lock
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
}

// program is what is tested.
func program(t *testing.T) string {
	t.Helper()
	if bin := os.Getenv("COMPOSE_BIN"); bin != "" {
		path, err := filepath.Abs(bin)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	bin := filepath.Join(t.TempDir(), "compose")
	if out, err := exec.Command("go", "build", "-o", bin, "../cmd/compose").CombinedOutput(); err != nil {
		t.Fatalf("building cmd/compose: %v\n%s", err, out)
	}
	return bin
}

// clear removes everything of the project, whoever made it.
func (b *bench) clear() {
	label := " --filter label=com.docker.compose.project=" + projectName
	for _, script := range []string{
		"docker ps -aq" + label + " | xargs -r -n8 -P4 docker rm -fv",
		"docker network ls -q" + label + " | xargs -r docker network rm",
		"docker volume ls -q" + label + " | xargs -r docker volume rm",
		"docker network rm -f " + projectName + "-given; docker volume rm -f " + projectName + "-given",
	} {
		if out, err := b.shell(script + " >/dev/null"); err != nil {
			b.t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
}

// run calls a program in the project's folder; its failure ends the test.
func (b *bench) run(name string, args ...string) string {
	b.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = b.dir, b.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		b.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, stderr.Bytes())
	}
	return stdout.String()
}

// shell runs a script on the host, in the project's folder.
func (b *bench) shell(script string) (string, error) {
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir, cmd.Env = b.dir, b.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// probe tells what this machine has, by key of needs.
func (b *bench) probe() map[string]bool {
	have := map[string]bool{}
	for name, n := range needs {
		_, err := b.shell(n.probe)
		have[name] = err == nil
	}
	if have["macvlan"] {
		have["ipvlan"] = false // one interface is not parent of both
	}
	return have
}

// lacking are the services that are not there, because of what the machine
// lacks.
func (b *bench) lacking(have map[string]bool) map[string]bool {
	b.t.Helper()
	gone := map[string]bool{}
	for name, services := range profiles() {
		for _, s := range services {
			gone[s] = !have[name]
		}
	}
	return gone
}

// sorted takes the checks apart: those in containers, by service, and those on
// the host. What cannot be seen here is left out.
func sorted(all []check, have, gone map[string]bool) (inside map[string][]check, outside []check) {
	inside = map[string][]check{}
	for _, c := range all {
		switch {
		case c.need != "" && !have[c.need], gone[c.service]:
		case c.service == "":
			outside = append(outside, c)
		default:
			inside[c.service] = append(inside[c.service], c)
		}
	}
	return inside, outside
}

// look runs the checks: those of each container as one script, then those on
// the host, some of which stop a container.
func (b *bench) look(inside map[string][]check, outside []check) {
	b.t.Helper()
	var g errgroup.Group
	g.SetLimit(4)
	for _, service := range slices.Sorted(maps.Keys(inside)) {
		g.Go(func() error { return b.within(service, inside[service]) })
	}
	if err := g.Wait(); err != nil {
		b.t.Error(err)
	}
	for _, c := range outside {
		g.Go(func() error {
			out, _ := b.shell(c.shell) // what it prints says more than its status
			report(b.t, c, strings.TrimSpace(out))
			return nil
		})
	}
	_ = g.Wait() // they return nil
}

// within runs the checks of one container as one script.
func (b *bench) within(service string, list []check) error {
	var scripts []string
	for _, c := range list {
		scripts = append(scripts, c.shell)
	}
	out, err := exec.Command("docker", "exec", container(service), "sh", "-c", batch(scripts)).CombinedOutput()
	seen := outputs(string(out))
	if err != nil || len(seen) != len(list) {
		return fmt.Errorf("looking into %s: %w\n%s", service, err, out)
	}
	for i, c := range list {
		report(b.t, c, seen[i])
	}
	return nil
}

// container is the name of a service's first container.
func container(service string) string {
	if service == "process" {
		return projectName + "-named"
	}
	return projectName + "-" + service + "-1"
}

func report(t *testing.T, c check, got string) {
	t.Helper()
	if got != c.want {
		t.Errorf("%s (%s)\n$ %s\n got: %q\nwant: %q", c.attributes, c.service, c.shell, got, c.want)
	}
}
