package watch_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/watch"
)

// hand is a Watcher that a test works by hand.
type hand struct{ changes chan watch.Changed }

func (h *hand) Changes() <-chan watch.Changed { return h.changes }
func (h *hand) Close() error                  { close(h.changes); return nil }

// bench is a Run in a bubble, whose clock moves only when all wait.
type bench struct {
	t *testing.T
	*services
	*events
	root    string
	hand    *hand
	renewed chan string
	known   *watch.Known
	began   time.Time
}

// start runs the rules on root. It must be called in a bubble.
func start(t *testing.T, s *services, root string, rules ...watch.Rule) *bench {
	t.Helper()
	return startWith(t, s, root, nil, rules...)
}

// startWith is start of a program that prints to files.
func startWith(t *testing.T, s *services, root string, outputs []fs.FileInfo, rules ...watch.Rule) *bench {
	b := &bench{
		t: t, services: s, events: newEvents(), root: root,
		hand: &hand{make(chan watch.Changed)}, renewed: make(chan string), known: new(watch.Known),
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- watch.Run(ctx, rules, s, watch.Options{
			Sink: b.sink, Dir: root, Outputs: outputs, Renewed: b.renewed, Known: b.known,
			Watcher: func([]string, func(string, bool) bool) (watch.Watcher, error) { return b.hand, nil },
		})
	}()
	synctest.Wait()
	b.began = time.Now()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return b
}

// save writes a file and tells the watcher.
func (b *bench) save(name, text string) {
	write(b.t, filepath.Join(b.root, name), text)
	b.tell(name)
}

func (b *bench) tell(names ...string) {
	var c watch.Changed
	for _, n := range names {
		c.Paths = append(c.Paths, filepath.Join(b.root, n))
	}
	b.hand.changes <- c
	synctest.Wait()
}

// after moves the clock, and returns the calls up to then.
func (b *bench) after(d time.Duration) string {
	time.Sleep(d)
	synctest.Wait()
	return strings.Join(b.log(), "\n")
}

func (b *bench) want(got, want string) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func (b *bench) synced() (out []event.Synced) {
	for _, e := range b.list() {
		if s, ok := e.(event.Synced); ok {
			out = append(out, s)
		}
	}
	return out
}

func syncRule(root string) watch.Rule {
	return watch.Rule{Service: "web", Action: watch.Sync, Path: root, Target: "/app"}
}

func TestSaveWaitsTenMilliseconds(t *testing.T) {
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), root, syncRule(root))
		b.save("a", "1")
		b.want(b.after(9*time.Millisecond), "")
		b.want(b.after(time.Millisecond), "patch web-1 +/app/a")
		s := b.synced()
		if len(s) != 1 || s[0].Action != "sync" || s[0].Writes != 1 || s[0].Containers != 1 || !slices.Equal(s[0].Paths, []string{"a"}) {
			t.Errorf("got %+v", s)
		}
		if s[0].Took != 10*time.Millisecond || !s[0].Detected.Equal(b.began) {
			t.Errorf("took %v since %v", s[0].Took, s[0].Detected.Sub(b.began))
		}
	})
}

// A file that is another for the moment in which it is copied is copied again.
func TestChangedWhileCopied(t *testing.T) {
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newServices("web")
		file := filepath.Join(root, "a")
		s.fail = func(string) error { write(t, file, "2"); return nil }
		b := start(t, s, root, syncRule(root))
		b.save("a", "1")
		b.want(b.after(10*time.Millisecond), "patch web-1 +/app/a")
		s.fail = nil
		b.save("a", "1")
		b.after(2 * time.Second)
		agree(t, s, root, "the copy")
	})
}

// A writer that never rests is followed every half second.
func TestBusyWriter(t *testing.T) {
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), root, syncRule(root))
		for i := range 199 {
			b.save("a", strings.Repeat("x", i))
			time.Sleep(5 * time.Millisecond)
		}
		synctest.Wait()
		if n := len(b.log()); n != 1 {
			t.Errorf("after 995 ms there were %d patches", n)
		}
		if s := b.synced(); len(s) > 0 && s[0].Took != 500*time.Millisecond {
			t.Errorf("took %v", s[0].Took)
		}
	})
}

func TestUnchangedIsNotSynced(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "a"), "1")
	synctest.Test(t, func(t *testing.T) {
		s := newServices()
		s.image["/app/a"] = "file -rw-r--r-- 1"
		s.start("web")
		r := syncRule(root)
		r.Action = watch.SyncRestart
		b := start(t, s, root, r)
		for range 2 {
			b.save("a", "1")
			b.tell("gone", "a~")
			b.want(b.after(time.Second), "")
		}
		if s.asked != 1 {
			t.Errorf("the container was asked %d times, want once", s.asked)
		}
	})
}

// Deletes come before writes, and the action last; one for all replicas.
func TestOrder(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "old/x"), "1")
	synctest.Test(t, func(t *testing.T) {
		r := syncRule(root)
		r.Action = watch.SyncRestart
		b := start(t, newServices("web", "web"), root, r)
		if err := os.Rename(filepath.Join(root, "old"), filepath.Join(root, "new")); err != nil {
			t.Fatal(err)
		}
		b.tell("old", "new")
		got := strings.Split(b.after(100*time.Millisecond), "\n")
		slices.Sort(got[:2])
		b.want(strings.Join(got, "\n"), "patch web-1 -/app/old +/app/new +/app/new/x\npatch web-2 -/app/old +/app/new +/app/new/x\nrestart web")
	})
}

// While git holds its lock nothing is flushed; the lock's end ends the wait.
func TestCheckoutIsHeld(t *testing.T) {
	root := t.TempDir()
	lock := filepath.Join(root, ".git/index.lock")
	write(t, lock, "")
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), root, syncRule(root))
		b.save("a", "1")
		b.want(b.after(time.Second), "")
		b.save("b", "1")
		b.want(b.after(time.Second), "")
		os.Remove(lock)
		b.tell(".git/index.lock")
		b.want(b.after(time.Millisecond), "patch web-1 +/app/a +/app/b")
	})
}

// A lock that a dead git left does not end watching.
func TestStaleLock(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, ".git/index.lock"), "")
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), root, syncRule(root))
		b.save("a", "1")
		b.want(b.after(1999*time.Millisecond), "")
		b.want(b.after(time.Millisecond), "patch web-1 +/app/a")
	})
}

// What failed is tried again by itself, and said once.
func TestFailedPatchIsRetried(t *testing.T) {
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newServices("web")
		s.fail = func(string) error { return errors.New("disk full") }
		b := start(t, s, root, syncRule(root))
		b.save("a", "1")
		b.after(5 * time.Second)
		if got := b.synced(); len(got) != 1 || got[0].Err == nil {
			t.Fatalf("got %+v, want one failure", got)
		}
		s.mu.Lock()
		s.fail = nil
		s.mu.Unlock()
		b.after(time.Minute)
		if got := b.synced(); len(got) != 2 || got[1].Err != nil {
			t.Fatalf("got %+v, want a success at last", got)
		}
		if s.boxes["web"][0].tree["/app/a"] == "" {
			t.Error("/app/a did not arrive")
		}
	})
}

// A patch that failed may have deleted nothing: the next one does it again.
func TestFailedPatchDeletesAgain(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "d/f"), "1")
	write(t, filepath.Join(root, "f"), "1")
	synctest.Test(t, func(t *testing.T) {
		s := newServices("web")
		b := start(t, s, root, syncRule(root))
		s.mu.Lock()
		s.fail = func(string) error { return errors.New("disk full") }
		s.mu.Unlock()
		if err := errors.Join(os.RemoveAll(filepath.Join(root, "d")), os.Remove(filepath.Join(root, "f"))); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(root, "d"), "a file")
		write(t, filepath.Join(root, "f/in"), "in a folder")
		b.tell("d", "f", "f/in")
		want := "patch web-1 -/app/d -/app/f +/app/d +/app/f +/app/f/in"
		if got := b.after(5 * time.Second); strings.Count(got, want) < 2 || strings.Count(got, want) != strings.Count(got, "patch") {
			t.Errorf("got:\n%s\nwant more than once:\n%s", got, want)
		}
	})
}

// A container made anew gets what was synced since its image was made.
func TestReplay(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "x"), "1")
	synctest.Test(t, func(t *testing.T) {
		s := newServices("web")
		b := start(t, s, root, syncRule(root))
		b.save("a", "1")
		b.after(time.Second)
		s.stop("web")
		s.start("web")
		b.renewed <- "web"
		b.want(b.after(0), "patch web-1 +/app/a\npatch web-2 +/app/a")
	})
}

// Initially synced files are copied once, before the start.
func TestInitialSync(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "d/x"), "1")
	synctest.Test(t, func(t *testing.T) {
		s := newServices("web")
		r := syncRule(root)
		r.InitialSync = true
		known := new(watch.Known)
		o := watch.Options{Sink: newEvents().sink, Known: known}
		for range 2 {
			if err := watch.InitialSync(t.Context(), []watch.Rule{r}, s, o); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Join(s.log(), "\n"); got != "patch web-1 +/app/d +/app/d/x" {
			t.Errorf("got:\n%s", got)
		}
	})
}

// A link that leads out of the folder is not copied, and named.
func TestEscapingLink(t *testing.T) {
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), root, syncRule(root))
		for name, to := range map[string]string{"in": "a", "up": "../secret", "abs": "/etc/passwd"} {
			if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
				t.Fatal(err)
			}
			b.tell(name)
		}
		b.want(b.after(time.Second), "patch web-1 +/app/in")
		var said []string
		for _, e := range b.list() {
			if m, ok := e.(event.Message); ok {
				said = append(said, m.Text)
			}
		}
		slices.Sort(said)
		if len(said) != 2 || !strings.Contains(said[0], "/abs is not synced") || !strings.Contains(said[1], "/up is not synced") {
			t.Errorf("got %q", said)
		}
	})
}

// A rule about a file, which is replaced, goes and comes back.
func TestSingleFile(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "conf"), "1")
	synctest.Test(t, func(t *testing.T) {
		r := syncRule(filepath.Join(root, "conf"))
		r.Target = "/etc/conf"
		b := start(t, newServices("web"), root, r)
		b.save("other", "1")
		write(t, filepath.Join(root, "new"), "22")
		os.Rename(filepath.Join(root, "new"), filepath.Join(root, "conf"))
		b.tell("conf")
		b.want(b.after(time.Second), "patch web-1 +/etc/conf")
		os.Remove(filepath.Join(root, "conf"))
		b.tell("conf")
		b.want(b.after(time.Second), "patch web-1 +/etc/conf\npatch web-1 -/etc/conf")
	})
}

// A Run with other rules knows what an earlier one did, and forgets its rules.
func TestRulesChange(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "a"), "1")
	synctest.Test(t, func(t *testing.T) {
		s := newServices("web")
		known := new(watch.Known)
		run := func(change string, rules ...watch.Rule) {
			h := &hand{make(chan watch.Changed)}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() {
				done <- watch.Run(ctx, rules, s, watch.Options{
					Sink: newEvents().sink, Known: known, Renewed: make(chan string),
					Watcher: func([]string, func(string, bool) bool) (watch.Watcher, error) { return h, nil },
				})
			}()
			synctest.Wait()
			write(t, filepath.Join(root, change), "changed")
			h.changes <- watch.Changed{Paths: []string{filepath.Join(root, change)}}
			time.Sleep(time.Second)
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		copied := syncRule(root)
		run("a", copied)
		write(t, filepath.Join(root, "between"), "1")
		run("b", copied, watch.Rule{Service: "web", Action: watch.Restart, Path: filepath.Join(root, "b")})
		moved := copied
		moved.Target = "/other"
		run("c", moved)
		want := "patch web-1 +/app/a\npatch web-1 +/app/between\npatch web-1 +/app/b\nrestart web\npatch web-1 +/other/c"
		if got := strings.Join(s.log(), "\n"); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}
