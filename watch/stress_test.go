package watch_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/watch"
)

// TestStress changes a folder in every way that people and programs do, over
// both watchers, while containers come and go. After each burst the containers
// hold what the folder does.
func TestStress(t *testing.T) {
	for _, c := range []struct {
		name string
		open func([]string, func(string, bool) bool) (watch.Watcher, error)
	}{{"notify", watch.NewWatcher}, {"poll", watch.NewPoller}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bursts := 40
			if testing.Short() {
				bursts = 8
			}
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			stress(t, c.open, rand.New(rand.NewPCG(seed, 0)), bursts)
		})
	}
}

func stress(t *testing.T, open func([]string, func(string, bool) bool) (watch.Watcher, error), r *rand.Rand, bursts int) {
	root := filepath.Join(t.TempDir(), "src")
	m := &mess{t: t, root: root, r: r}
	for i := range 30 {
		write(t, filepath.Join(root, fmt.Sprintf("d%d", i%5), fmt.Sprintf("f%d", i)), fmt.Sprint(i))
	}
	m.git("init", "-q", ".")
	m.git("add", ".")
	m.git("-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x")
	s := newServices()
	s.image = folder(t, root, "/app", skipped)
	s.start("web")
	ev := newEvents()
	renewed := make(chan string)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	rules := []watch.Rule{{Service: "web", Action: watch.Sync, Path: root, Target: "/app", Ignore: []string{"out"}}}
	o := watch.Options{Sink: ev.sink, Watcher: open, Renewed: renewed, Known: new(watch.Known)}
	// What the containers hold is the folder at this moment.
	if err := watch.InitialSync(ctx, rules, s, o); err != nil {
		t.Fatal(err)
	}
	go func() { done <- watch.Run(ctx, rules, s, o) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	for i := range bursts {
		for range 1 + r.IntN(40) {
			m.step()
		}
		switch r.IntN(4) {
		case 0:
			s.start("web")
			renewed <- "web"
		case 1:
			s.start("web")
			s.stop("web")
			renewed <- "web"
		}
		agree(t, s, root, fmt.Sprintf("burst %d: %s", i, strings.Join(m.did, "; ")))
		m.did = nil
	}
}

// skipped are the paths that the rule of the test is not about.
func skipped(rel string) bool {
	base := filepath.Base(rel)
	return rel == "out" || base == ".git" || strings.HasSuffix(base, "~") || strings.HasSuffix(base, ".swp") ||
		base == "4913" || strings.HasSuffix(base, "___jb_tmp___") || base == "outside"
}

// agree waits until all containers hold what the folder does.
func agree(t *testing.T, s *services, root, after string) {
	t.Helper()
	want := folder(t, root, "/app", skipped)
	var diff []string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		diff = nil
		s.mu.Lock()
		for _, b := range s.boxes["web"] {
			for _, d := range difference(b.tree, want) {
				diff = append(diff, b.Name+": "+d)
			}
		}
		s.mu.Unlock()
		if len(diff) == 0 {
			return
		}
	}
	t.Fatalf("after %s:\n%s\n%s", after, strings.Join(diff, "\n"), strings.Join(s.log(), "\n"))
}

// mess makes changes.
type mess struct {
	t    *testing.T
	root string
	r    *rand.Rand
	did  []string
}

func (m *mess) git(args ...string) {
	cmd := exec.Command("git", args...)
	cmd.Dir = m.root
	if out, err := cmd.CombinedOutput(); err != nil {
		m.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// path is a random path of few, so that they meet.
func (m *mess) path() string {
	parts := []string{fmt.Sprintf("d%d", m.r.IntN(6))}
	for range m.r.IntN(3) {
		parts = append(parts, fmt.Sprintf("s%d", m.r.IntN(3)))
	}
	if m.r.IntN(8) == 0 {
		parts[0] = "out"
	}
	return filepath.Join(m.root, filepath.Join(parts...))
}

func (m *mess) file() string { return filepath.Join(m.path(), fmt.Sprintf("f%d", m.r.IntN(8))) }

func (m *mess) text() []byte { return fmt.Appendf(nil, "%d", m.r.IntN(10)) }

// step is one change. What cannot be done at the moment is not.
func (m *mess) step() {
	f, g := m.file(), m.file()
	kind := m.r.IntN(14)
	m.did = append(m.did, fmt.Sprint(kind, " ", strings.TrimPrefix(f, m.root), " ", strings.TrimPrefix(g, m.root)))
	if kind < 8 {
		os.MkdirAll(filepath.Dir(f), 0o755)
	}
	switch kind {
	case 0, 1:
		os.WriteFile(f, m.text(), 0o644)
	case 2: // vim: the backup first, then the file anew
		os.WriteFile(filepath.Join(filepath.Dir(f), "4913"), nil, 0o644)
		os.Remove(filepath.Join(filepath.Dir(f), "4913"))
		os.Rename(f, f+"~")
		os.WriteFile(f, m.text(), 0o644)
		os.Remove(f + "~")
	case 3: // JetBrains
		os.WriteFile(f+"___jb_tmp___", m.text(), 0o644)
		os.Rename(f+"___jb_tmp___", f)
	case 4: // VS Code and others: a temporary file, then a rename
		os.WriteFile(f+".tmp", m.text(), 0o600)
		os.Rename(f+".tmp", f)
	case 5:
		os.Symlink(fmt.Sprintf("f%d", m.r.IntN(8)), f)
	case 6:
		os.Chmod(f, []os.FileMode{0o644, 0o755}[m.r.IntN(2)])
	case 7:
		os.Symlink("/etc/passwd", filepath.Join(filepath.Dir(f), "outside"))
	case 8:
		os.Remove(f)
	case 9:
		os.Rename(f, g)
	case 10:
		os.Rename(m.path(), m.path())
	case 11:
		os.RemoveAll(m.path())
	case 12:
		if m.r.IntN(4) == 0 {
			m.git("checkout", "-q", "-f", ".")
		}
	case 13: // a folder where a file was, and the other way round
		p := m.path()
		if info, err := os.Lstat(f); err == nil && !info.IsDir() {
			os.Remove(f)
			os.MkdirAll(filepath.Join(f, "x"), 0o755)
		} else if m.r.IntN(3) == 0 {
			os.RemoveAll(p)
			os.WriteFile(p, m.text(), 0o644)
		}
	}
}
