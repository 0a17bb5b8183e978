package watch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/fsnotify/fsnotify"

	"github.com/compose-orchestrator/compose/event"
)

// tooMany is how many paths are reported one by one. Beyond it everything is to be looked
// at.
const tooMany = 50_000

// NewWatcher watches with the system's notifications, and by polling where they
// run out. A root's parent is watched too, for the root to come and go. The error is
// always nil.
func NewWatcher(roots []string, ignore func(path string, dir bool) bool) (Watcher, error) {
	return newNotifier(roots, ignore, (*fsnotify.Watcher).Add)
}

// notifier is a Watcher by fsnotify. Its fields but out and quit belong to the
// goroutine of run, once that runs.
type notifier struct {
	roots  []string
	ignore func(path string, dir bool) bool
	add    func(*fsnotify.Watcher, string) error

	fs              *fsnotify.Watcher // nil: there is none to be had
	lost            chan error        // of fs: events were lost
	dirs            map[string]fileID // watched folders
	names           map[fileID]string // what fs calls them
	poll            *poller           // of what fs does not watch; nil: nothing
	reportedPolling bool              // that there is polling

	pending Changed
	paths   map[string]bool // of pending
	out     chan Changed
	quit    chan struct{}
	wg      sync.WaitGroup
}

func newNotifier(roots []string, ignore func(string, bool) bool, add func(*fsnotify.Watcher, string) error) (*notifier, error) {
	n := &notifier{
		ignore: ignore, add: add, paths: map[string]bool{},
		out: make(chan Changed), quit: make(chan struct{}),
	}
	for _, r := range roots {
		n.roots = append(n.roots, filepath.Clean(r))
	}
	n.open()
	n.wg.Go(n.run)
	return n, nil
}

// Changes implements Watcher.
func (n *notifier) Changes() <-chan Changed { return n.out }

// Close implements Watcher.
func (n *notifier) Close() error {
	close(n.quit)
	n.wg.Wait()
	return nil
}

// open watches all roots anew.
func (n *notifier) open() {
	n.dirs, n.names = map[string]fileID{}, map[fileID]string{}
	f, err := fsnotify.NewWatcher()
	if err != nil {
		n.fs, n.lost = nil, nil
		for _, r := range n.roots {
			n.fallBack(r, err)
		}
		return
	}
	// fsnotify holds a lock while it sends an error: Add would wait for ever if
	// nobody took it.
	lost := make(chan error, 1)
	n.fs, n.lost = f, lost
	n.wg.Go(func() {
		for err := range f.Errors {
			select {
			case lost <- err:
			default:
			}
		}
	})
	for _, r := range n.roots {
		n.watchRoot(r)
	}
}

func (n *notifier) close() {
	if n.fs != nil {
		n.fs.Close()
	}
	if n.poll != nil {
		n.poll.Close()
	}
}

func (n *notifier) run() {
	defer close(n.out)
	defer n.close()
	for {
		var events chan fsnotify.Event
		if n.fs != nil {
			events = n.fs.Events
		}
		var polled <-chan Changed
		if n.poll != nil {
			polled = n.poll.Changes()
		}
		var out chan Changed
		if len(n.pending.Paths) > 0 || n.pending.Rescan || n.pending.Message != nil {
			out = n.out
		}
		select {
		case <-n.quit:
			return
		case e := <-events:
			n.event(e)
		case <-n.lost:
			n.reopen()
		case c := <-polled:
			for _, p := range c.Paths {
				n.report(p)
			}
			n.pending.Rescan = n.pending.Rescan || c.Rescan
		case out <- n.pending:
			n.pending, n.paths = Changed{}, map[string]bool{}
		}
	}
}

// reopen starts over after events were lost: folders may have come that are not
// watched, and what the watched ones are called may be wrong.
func (n *notifier) reopen() {
	n.fs.Close()
	n.open()
	n.pending.Rescan = true
}

func (n *notifier) report(p string) {
	if n.paths[p] || n.pending.Rescan {
		return
	}
	if len(n.paths) == tooMany {
		n.pending.Paths, n.paths, n.pending.Rescan = nil, map[string]bool{}, true
		return
	}
	n.paths[p] = true
	n.pending.Paths = append(n.pending.Paths, p)
}

func (n *notifier) event(e fsnotify.Event) {
	if e.Name == "" {
		return // of a folder that is not watched any more
	}
	name := filepath.Clean(e.Name)
	if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
		if n.unwatch(name) && e.Has(fsnotify.Rename) {
			n.unwatchBelow(name)
		}
	}
	for _, r := range n.roots {
		if _, above := relative(name, r); above {
			n.watchRoot(r)
			n.report(r)
		}
	}
	if !n.inside(name) {
		return
	}
	if e.Has(fsnotify.Create) || e.Has(fsnotify.Chmod) && !n.watched(name) { // it may be readable now
		if info, err := os.Lstat(name); err == nil && info.IsDir() {
			if n.ignore(name, true) {
				return
			}
			n.watchTree(name)
			n.report(name)
			return
		}
	}
	if !n.ignore(name, false) || !n.ignore(name, true) {
		n.report(name)
	}
}

// inside tells whether the path is below a root that is a folder.
func (n *notifier) inside(name string) bool {
	for _, r := range n.roots {
		if rel, ok := relative(r, name); ok && rel != "." {
			return true
		}
	}
	return false
}

func (n *notifier) watched(name string) bool {
	_, ok := n.dirs[name]
	return ok
}

// unwatch ends watching what is gone; false: it was not watched.
func (n *notifier) unwatch(name string) bool {
	id, watched := n.dirs[name]
	if !watched {
		return false
	}
	delete(n.dirs, name)
	_ = n.fs.Remove(name) // it may be gone
	if n.names[id] == name {
		delete(n.names, id)
	}
	return true
}

// unwatchBelow ends watching what was in a folder that was renamed: it is still
// there, and watched under names that are no longer its own.
func (n *notifier) unwatchBelow(name string) {
	for d := range n.dirs {
		if strings.HasPrefix(d, name+string(filepath.Separator)) {
			n.unwatch(d)
		}
	}
}

// watchRoot watches a root with what is in it, and the nearest folder above that
// exists, in which it may be made.
func (n *notifier) watchRoot(root string) {
	if n.fs == nil {
		return
	}
	for dir := filepath.Dir(root); ; dir = filepath.Dir(dir) {
		if _, ok := n.dirs[dir]; ok {
			break
		}
		err := n.watch(dir)
		if err == nil || dir == filepath.Dir(dir) {
			break
		}
		if exhausted(err) {
			n.fallBack(root, err)
			return
		}
	}
	if info, err := os.Lstat(root); err == nil && info.IsDir() {
		n.watchTree(root)
	}
}

// watchTree watches a folder and those in it. Each is watched before it is read,
// so that what comes meanwhile is reported.
func (n *notifier) watchTree(dir string) {
	if n.fs == nil {
		return
	}
	if err := n.watch(dir); err != nil {
		if exhausted(err) {
			n.fallBack(dir, err)
		}
		return // gone, or not ours to read
	}
	children, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, c := range children {
		if p := filepath.Join(dir, c.Name()); c.IsDir() && !n.ignore(p, true) {
			n.watchTree(p)
		}
	}
}

// watch watches a folder. One that was moved is watched already, and fsnotify would
// go on to call it what it was, until it learns of the move and watches it no more.
func (n *notifier) watch(dir string) error {
	id, err := identify(dir)
	if err != nil {
		return err
	}
	if was, ok := n.names[id]; ok && was != dir {
		_ = n.fs.Remove(was) // it may be gone, and this one have its number
	}
	if err := n.add(n.fs, dir); err != nil {
		return err
	}
	n.dirs[dir] = id
	if id != (fileID{}) {
		n.names[id] = dir
	}
	return nil
}

// exhausted tells that the system watches no more for this user.
func exhausted(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOMEM)
}

// fallBack polls a folder that cannot be watched, and says so once.
func (n *notifier) fallBack(dir string, cause error) {
	if n.poll == nil {
		n.poll = newPoller(nil, n.ignore, pollEvery)
	}
	n.poll.add(dir)
	if !n.reportedPolling {
		n.reportedPolling = true
		n.pending.Message = exhaustion(cause)
	}
}

func exhaustion(cause error) *event.Message {
	name, why := "max_user_watches", cause.Error()
	if errors.Is(cause, syscall.EMFILE) {
		name = "max_user_instances"
	}
	m := &event.Message{Level: event.Warn}
	if now := limit(os.DirFS("/proc/sys/fs/inotify"), name); now > 0 {
		why, m.Hint = fmt.Sprintf("fs.inotify.%s is %d", name, now), raise(name, now)
	}
	m.Text = "the system cannot watch all folders (" + why + "): the rest is polled, changes there show later"
	return m
}
