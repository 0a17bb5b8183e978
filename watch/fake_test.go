package watch_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/watch"
)

// services are containers whose trees are maps. A new container has its image.
type services struct {
	mu      sync.Mutex
	next    int
	image   map[string]string
	boxes   map[string][]*box // by service
	calls   []string
	asked   int // how many files Holds was asked for
	fail    func(call string) error
	rebuild func(ctx context.Context, names []string) error
}

type box struct {
	watch.Container
	tree map[string]string // path → what is there
}

func newServices(names ...string) *services {
	s := &services{image: map[string]string{}, boxes: map[string][]*box{}}
	for _, n := range names {
		s.start(n)
	}
	return s
}

// start adds a container made of the image.
func (s *services) start(name string) *box {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	id := fmt.Sprint(s.next)
	b := &box{watch.Container{ID: id, Name: name + "-" + id}, maps.Clone(s.image)}
	s.boxes[name] = append(s.boxes[name], b)
	return b
}

// stop removes the oldest container.
func (s *services) stop(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.boxes[name] = s.boxes[name][1:]
}

func (s *services) call(format string, args ...any) error {
	c := fmt.Sprintf(format, args...)
	s.calls = append(s.calls, c)
	if s.fail != nil {
		return s.fail(c)
	}
	return nil
}

func (s *services) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *services) Containers(_ context.Context, name string) ([]watch.Container, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []watch.Container
	for _, b := range s.boxes[name] {
		out = append(out, b.Container)
	}
	return out, nil
}

func (s *services) Patch(_ context.Context, name string, c watch.Container, p watch.Patch) (left []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var did []string
	for _, d := range p.Deletes {
		did = append(did, "-"+d)
	}
	for _, w := range p.Writes {
		did = append(did, "+"+w.Target)
	}
	if err := s.call("patch %s %s", c.Name, strings.Join(did, " ")); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(s.boxes[name], func(b *box) bool { return b.ID == c.ID })
	if i < 0 {
		return nil, errors.New("no such container: " + c.Name)
	}
	return s.boxes[name][i].apply(p)
}

func (b *box) apply(p watch.Patch) (left []string, err error) {
	for _, d := range p.Deletes {
		b.remove(d)
	}
	for _, w := range p.Writes {
		v, err := content(w.Source)
		if errors.Is(err, fs.ErrNotExist) {
			left = append(left, w.Target)
			continue
		}
		if err != nil {
			return nil, err
		}
		if text, ok := strings.CutPrefix(v, "file "); ok {
			v = fmt.Sprintf("file %v %s", w.Mode, text[strings.Index(text, " ")+1:])
		}
		// As an archive would: missing parents are made, another kind is replaced.
		if v != "dir" {
			b.remove(w.Target)
		}
		b.tree[w.Target] = v
	}
	return left, nil
}

func (b *box) remove(target string) {
	for p := range b.tree {
		if p == target || strings.HasPrefix(p, target+"/") {
			delete(b.tree, p)
		}
	}
}

func (s *services) Holds(_ context.Context, c watch.Container, writes []watch.Write) ([]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	holds := make([]bool, len(writes))
	for _, boxes := range s.boxes {
		for _, b := range boxes {
			for i, w := range writes {
				now, err := content(w.Source)
				holds[i] = holds[i] || err == nil && b.ID == c.ID && b.tree[w.Target] == now
			}
		}
	}
	s.asked += len(writes)
	return holds, nil
}

func (s *services) Restart(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.call("restart %s", name)
}

func (s *services) Exec(_ context.Context, name string, hook types.ServiceHook) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.call("exec %s %s", name, strings.Join(hook.Command, " "))
}

func (s *services) Rebuild(ctx context.Context, names []string) error {
	s.mu.Lock()
	err := s.call("rebuild %s", strings.Join(names, " "))
	do := s.rebuild
	s.mu.Unlock()
	if err == nil && do != nil {
		err = do(ctx, names)
	}
	return err
}

// content is what a path holds, in a word.
func content(p string) (string, error) {
	info, err := os.Lstat(p)
	if err != nil {
		return "", err
	}
	switch {
	case info.IsDir():
		return "dir", nil
	case info.Mode()&fs.ModeSymlink != 0:
		to, err := os.Readlink(p)
		return "-> " + to, err
	}
	b, err := os.ReadFile(p)
	return fmt.Sprintf("file %v %s", info.Mode(), b), err
}

// folder is what a container should have of a folder.
func folder(t *testing.T, root, target string, skip func(rel string) bool) map[string]string {
	t.Helper()
	want := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == root {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		if skip(rel) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		want[path.Join(target, filepath.ToSlash(rel))], err = content(p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// difference lists what two trees do not have in common.
func difference(got, want map[string]string) []string {
	var out []string
	for p, v := range want {
		if g, ok := got[p]; !ok {
			out = append(out, "missing "+p)
		} else if g != v {
			out = append(out, fmt.Sprintf("%s is %q, want %q", p, g, v))
		}
	}
	for p := range got {
		if _, ok := want[p]; !ok {
			out = append(out, "superfluous "+p)
		}
	}
	slices.Sort(out)
	return out
}

// events collects what Run says.
type events struct {
	mu   sync.Mutex
	all  []event.Event
	more chan struct{}
}

func newEvents() *events { return &events{more: make(chan struct{}, 1)} }

func (e *events) sink(ev event.Event) {
	e.mu.Lock()
	e.all = append(e.all, ev)
	e.mu.Unlock()
	select {
	case e.more <- struct{}{}:
	default:
	}
}

func (e *events) list() []event.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.all)
}

// write makes a file and the folders above it.
func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
