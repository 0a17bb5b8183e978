// Package remote brings Compose files from git repositories and from OCI
// registries to this machine.
//
// Nothing is fetched unless it is allowed: for one call of the program, or by
// the project's trust file. What a reference stood for when it was first used
// (a commit, a digest) is pinned in the project's lock file; a reference that
// has come to stand for something else is refused. A copy is written into a
// fresh folder of the cache and moved into place when it is complete, so that
// what has a name there is whole. Nothing that was fetched is run, and no link
// in it leads out of its folder.
package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// Options say what a Loader may do. The zero value fetches what the project's
// trust file lists.
type Options struct {
	Allowed  bool       // any reference may be fetched: --allow-remote
	Unpinned bool       // the lock file is not written: a dry run
	CacheDir string     // where copies are kept; "": in the user's cache
	Environ  []string   // KEY=value, for git; nil: the process's
	Sink     event.Sink // takes warnings; nil: nobody
	// Busy is held for reading while something is fetched, also for a load that was given
	// up: who gets it for writing knows that git has ended and its folders are gone. nil:
	// nobody asks.
	Busy *sync.RWMutex
}

// Loader is a project.Remote.
type Loader struct{ o Options }

// New returns a loader. It reads and connects nothing yet.
func New(o Options) *Loader {
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	return &Loader{o}
}

// origin is a place that files come from.
type origin interface {
	// resolve asks which revision the reference stands for now.
	resolve(ctx context.Context) (string, error)
	// write puts the files of a revision into an empty folder.
	write(ctx context.Context, revision string, into *os.Root) error
	// folder is where the cache keeps a revision, relative, and unique to the
	// content.
	folder(revision string) string
	// file is the Compose file in the folder.
	file(in *os.Root) (string, error)
}

// Fetch returns a local copy of the file that a reference names. The project's
// folder has its trust file and its lock file. A *hint.Error is about a reference that
// cannot be read, is not trusted, is pinned to another revision, or is not here where
// nothing may be fetched; other errors name the reference and what failed.
func (l *Loader) Fetch(ctx context.Context, want project.Wanted) (project.Copy, error) {
	if l.o.Busy != nil {
		l.o.Busy.RLock()
		defer l.o.Busy.RUnlock()
	}
	ref, err := parse(want.Reference)
	if err != nil {
		return project.Copy{}, err
	}
	lock, err := readLock(want.Dir)
	if err != nil {
		return project.Copy{}, err
	}
	dir, err := l.cacheDir()
	if err != nil {
		return project.Copy{}, err
	}
	f := fetch{l: l, ref: ref, want: want, from: l.origin(ref), cache: cache{dir}, pin: lock.pin(want.Reference, ref)}
	if err := f.cache.own(); err != nil {
		return project.Copy{}, err
	}
	if want.Offline {
		return f.offline()
	}
	if err := f.permit(); err != nil {
		return project.Copy{}, err
	}
	revision, err := f.revision(ctx)
	if err == nil {
		err = f.cache.fill(f.from.folder(revision), func(into *os.Root) error { return f.from.write(ctx, revision, into) })
	}
	if err != nil {
		return project.Copy{}, f.explain(err)
	}
	if !lock.has(want.Reference) && !l.o.Unpinned {
		if err := lock.add(want.Reference, revision); err != nil {
			return project.Copy{}, err
		}
	}
	return f.cache.copy(f.from, revision)
}

// fetch is the way of one reference.
type fetch struct {
	l     *Loader
	ref   reference
	want  project.Wanted
	from  origin
	cache cache
	pin   string // what the reference stood for at first; "": it is new
}

// explain says of an error which reference it is about, where it does not say
// so itself.
func (f fetch) explain(err error) error {
	if _, ok := errors.AsType[*hint.Error](err); ok {
		return err
	}
	return fmt.Errorf("fetching %s: %w", f.want.Reference, err)
}

func (l *Loader) origin(ref reference) origin {
	if ref.Kind == fromOCI {
		return &artifact{ref: ref}
	}
	return &repository{ref: ref, environ: l.o.Environ, sink: l.o.Sink}
}

func (l *Loader) cacheDir() (string, error) {
	if l.o.CacheDir != "" {
		return l.o.CacheDir, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("looking for the cache: %w", err)
	}
	return filepath.Join(dir, "compose-orchestrator", "remote"), nil
}

// offline returns what is pinned and here.
func (f fetch) offline() (project.Copy, error) {
	if f.pin != "" && f.cache.has(f.from.folder(f.pin)) {
		return f.cache.copy(f.from, f.pin)
	}
	return project.Copy{}, hint.New(fmt.Sprintf("%s has not been fetched yet, and this command fetches nothing", f.want.Reference),
		"name the project by -p NAME, or fetch it: compose --allow-remote config --quiet")
}

// permit refuses what neither the call nor the project allows.
func (f fetch) permit() error {
	if f.l.o.Allowed {
		return nil
	}
	trusted, err := readTrust(f.want.Dir)
	if err != nil {
		return err
	}
	if trusted.covers(f.ref) {
		return nil
	}
	return hint.New(fmt.Sprintf("%s is a remote file, and fetching it is not allowed", f.want.Reference),
		fmt.Sprintf("allow it for this call with --allow-remote (COMPOSE_ALLOW_REMOTE=1), or for the project in %s", filepath.Join(f.want.Dir, trustFile)))
}

// revision is what the reference stands for, now as when it was pinned.
func (f fetch) revision(ctx context.Context) (string, error) {
	if r := f.ref.Revision; r != "" && r == f.pin && f.cache.has(f.from.folder(r)) {
		return r, nil // the reference says all by itself
	}
	now, err := f.from.resolve(ctx)
	switch {
	case err == nil && (f.pin == "" || f.pin == now):
		return now, nil
	case err == nil:
		return "", hint.New(fmt.Sprintf("%s has changed: %s pins %s, and it is %s now", f.want.Reference, lockFile, f.pin, now),
			"look at what changed; to take it, remove the entry from "+lockFile)
	case ctx.Err() == nil && f.pin != "" && f.cache.has(f.from.folder(f.pin)):
		f.l.warn(fmt.Sprintf("%s cannot be asked for changes, so what is pinned is used: %v", f.want.Reference, err))
		return f.pin, nil
	}
	return "", err
}

func (l *Loader) warn(text string) {
	if l.o.Sink != nil {
		l.o.Sink(event.Message{Level: event.Warn, Text: text})
	}
}
