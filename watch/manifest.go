package watch

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/internal/regular"
)

const (
	// hashLimit is the size in bytes up to which a file's content is compared: a
	// larger one counts as changed when its time is.
	hashLimit = 16 << 20
	// firstHashes is how much a tree's first scan reads, in bytes, so that saving a
	// file unchanged for the first time is seen as such in small trees. Opening a
	// file costs as much as reading openCost bytes.
	firstHashes = 32 << 20
	openCost    = 16 << 10
	// recent is how long after a file's time another write may have the same time.
	recent = 2 * time.Second
)

// tree is a folder, or a file, as rules with the same patterns see it.
type tree struct {
	root string
	*filter
	copied     bool     // into containers: what cannot be is refused
	man        Manifest // nothing that is not wanted, but for folders
	scanned    bool
	budget     int64              // bytes that may yet be hashed without need
	refused    map[string]refusal // what is there and left out
	newRefused []string           // those of refused that the user does not know yet
	saved      []string           // files that were written with the content they had
	outputs    []fs.FileInfo      // files that this program prints to
}

// refusal is why something is not copied, and what the user can do.
type refusal struct{ why, hint string }

// unreadable is the refusal of a file that the user may not read: a database's, a key.
var unreadable = refusal{"permission denied", "give yourself the right to read it, or name it under ignore in develop.watch"}

// ownOutput is the refusal of a file that this program prints to.
var ownOutput = refusal{"this program prints to it", "print to a file outside of what is watched, or name it under ignore in develop.watch"}

// change is a path of a tree that is other than it was. A zero Entry is none.
type change struct {
	path     string
	old, new Entry
}

// absent tells that there is nothing.
func (e Entry) absent() bool { return e == Entry{} }

// unknown is what a container holds at a path where that is not known: it equals
// nothing.
var unknown = Entry{Size: -1}

// unsure is what a container holds where this should have been deleted and may
// not have been: unknown, but for that a folder is not written over by a file, nor
// a file by a folder, and that a link of the folder's is not written through.
func (e Entry) unsure() Entry {
	if e.absent() || e == unknown {
		return unknown
	}
	return Entry{Size: -1, Mode: e.Mode&(fs.ModeDir|fs.ModeSymlink) | fs.ModeIrregular}
}

// same tells whether two entries are one content.
func same(a, b Entry) bool {
	if a.absent() || b.absent() {
		return a.absent() && b.absent()
	}
	if a.Mode != b.Mode || a.Size != b.Size || a.Link != b.Link {
		return false
	}
	if !a.Mode.IsRegular() {
		return true
	}
	if a.Sum != ([32]byte{}) && b.Sum != ([32]byte{}) {
		return a.Sum == b.Sum
	}
	return a.ModTime.Equal(b.ModTime) && a.number == b.number
}

// look compares the folder with the manifest at the given paths below the root,
// and below those that are folders, and brings the manifest up to date. The
// changes come in the order of their paths.
func (t *tree) look(paths []string) []change {
	l := &looking{tree: t, now: time.Now(), seen: map[string]bool{}, tops: map[string]bool{}}
	if !t.scanned {
		t.man, t.refused, t.budget = Manifest{}, map[string]refusal{}, firstHashes
		paths = []string{"."}
	}
	for _, p := range slices.Sorted(slices.Values(paths)) { // a folder before what is in it
		if !l.seen[p] {
			l.visit(p, hinted)
		}
	}
	if !t.scanned {
		t.scanned = true
		return nil
	}
	l.vanished()
	slices.SortFunc(l.changes, func(a, b change) int { return strings.Compare(a.path, b.path) })
	return l.changes
}

// looking is one call of look.
type looking struct {
	*tree
	now     time.Time
	seen    map[string]bool // paths that exist
	tops    map[string]bool // what was below them and was not seen is gone
	changes []change
}

// cause is why a path is looked at.
type cause int

const (
	hinted cause = iota // the watcher reported it
	walked              // a folder above it was looked at
)

func (l *looking) visit(rel string, why cause) {
	abs := filepath.Join(l.root, filepath.FromSlash(rel))
	info, err := os.Lstat(abs)
	if err == nil && info.IsDir() && l.pruned(rel) {
		l.tops[rel] = true // it may have been a file
		return
	}
	if err != nil || !l.reachable(rel) {
		l.tops[rel] = true
		return
	}
	if top := l.top(rel); top != rel && (info.IsDir() || l.wanted(rel, info.Mode())) {
		l.visit(top, why)
		return
	}
	if info.IsDir() {
		l.walk(rel, abs, info)
		return
	}
	if l.man[rel].Mode.IsDir() {
		l.tops[rel] = true // what was in it
	}
	l.file(rel, abs, info, why)
}

// top is the topmost folder above rel that the manifest does not have, or that this
// look did not find, else rel.
// Where that came back while others were looked at, rel would be in the manifest
// without it.
func (l *looking) top(rel string) string {
	top := rel
	for dir := rel; dir != "."; {
		dir = path.Dir(dir)
		if !l.man[dir].Mode.IsDir() || !l.seen[dir] && l.below(dir) {
			top = dir
		}
	}
	return top
}

// reachable tells that no folder above a hinted path has become a link: what is
// behind it is not this tree's.
func (l *looking) reachable(rel string) bool {
	for dir := path.Dir(rel); dir != "."; dir = path.Dir(dir) {
		info, err := os.Lstat(filepath.Join(l.root, filepath.FromSlash(dir)))
		if err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

func (l *looking) walk(rel, abs string, info fs.FileInfo) {
	l.tops[rel] = true
	l.note(rel, entry(info))
	children, err := os.ReadDir(abs)
	if errors.Is(err, fs.ErrPermission) {
		l.refuse(rel, unreadable)
	}
	if err != nil {
		return
	}
	for _, c := range children {
		below := path.Join(rel, c.Name())
		info, err := c.Info()
		if err != nil {
			continue
		}
		p := filepath.Join(abs, c.Name())
		if !info.IsDir() {
			l.file(below, p, info, walked)
		} else if !l.pruned(below) {
			l.walk(below, p, info)
		}
	}
}

// file looks at what is no folder.
func (l *looking) file(rel, abs string, info fs.FileInfo, why cause) {
	if !l.wanted(rel, info.Mode()) {
		return
	}
	if slices.ContainsFunc(l.outputs, func(o fs.FileInfo) bool { return os.SameFile(o, info) }) {
		l.refuse(rel, ownOutput)
		return
	}
	e := entry(info)
	switch {
	case e.Mode&fs.ModeSymlink != 0:
		link, err := os.Readlink(abs)
		if err != nil {
			return
		}
		if l.copied && leadsOut(rel, link) {
			l.refuse(rel, refusal{fmt.Sprintf("the link leads out of %s, to %s", l.root, link), "make it a relative link to what is inside, or a copy"})
			return
		}
		e.Link = filepath.ToSlash(link)
	case !e.Mode.IsRegular():
		return // sockets, pipes and devices are nothing to copy
	case l.copied && forbidden(abs, e):
		l.refuse(rel, unreadable)
		return
	default:
		l.content(rel, abs, &e, why)
	}
	delete(l.refused, rel)
	l.note(rel, e)
}

// refuse leaves something out and remembers it, to be said once.
func (l *looking) refuse(rel string, r refusal) {
	l.tops[rel] = true // what was there before
	if l.copied && l.refused[rel] != r {
		l.refused[rel] = r
		l.newRefused = append(l.newRefused, rel)
	}
}

// forbidden tells that a file may not be read. What everybody may read is not
// opened for that.
func forbidden(abs string, e Entry) bool {
	if e.Mode&0o444 == 0o444 {
		return false
	}
	f, err := regular.Open(abs)
	if err == nil {
		f.Close()
	}
	return errors.Is(err, fs.ErrPermission)
}

// content fills in the hash of a file where the rest does not decide.
func (l *looking) content(rel, abs string, e *Entry, why cause) {
	if !l.scanned {
		if l.budget -= e.Size + openCost; l.budget >= 0 && e.Size <= hashLimit {
			e.Sum = hash(abs)
		}
		return
	}
	old, known := l.man[rel]
	unchanged := known && old.Mode == e.Mode && old.Size == e.Size && old.number == e.number && old.ModTime.Equal(e.ModTime)
	young := l.now.Sub(e.ModTime) < recent
	switch {
	case unchanged && (old.Sum == [32]byte{} || !young && why == walked):
		e.Sum = old.Sum
		if young && why == hinted {
			l.man[rel] = unknown // it may have been written twice in one tick of the clock
		}
	case e.Size <= hashLimit:
		e.Sum = hash(abs)
	}
}

// note compares what is at a path with what was.
func (l *looking) note(rel string, e Entry) {
	if !l.scanned {
		l.man[rel] = e
		return
	}
	l.seen[rel] = true
	old, known := l.man[rel]
	l.man[rel] = e
	if known && same(old, e) && e.Mode.IsRegular() && (!old.ModTime.Equal(e.ModTime) || old.number != e.number) {
		l.saved = append(l.saved, rel)
	}
	if known && same(old, e) || e.Mode.IsDir() && !l.wanted(rel, e.Mode) {
		return
	}
	l.changes = append(l.changes, change{rel, old, e})
}

// vanished finds what the manifest has and the folder has no more. A single
// file is looked up, for anything else the manifest is read once.
func (l *looking) vanished() {
	whole := false
	for top := range l.tops {
		if old, ok := l.man[top]; ok && !old.Mode.IsDir() && !l.seen[top] {
			l.gone(top, old)
		} else if ok {
			whole = true
		}
	}
	if !whole {
		return
	}
	for _, p := range slices.Collect(maps.Keys(l.man)) {
		if !l.seen[p] && l.below(p) {
			l.gone(p, l.man[p])
		}
	}
}

func (l *looking) gone(rel string, old Entry) {
	delete(l.man, rel)
	if !old.Mode.IsDir() || l.wanted(rel, old.Mode) {
		l.changes = append(l.changes, change{path: rel, old: old})
	}
}

func (l *looking) below(p string) bool {
	for ; ; p = path.Dir(p) {
		if l.tops[p] {
			return true
		}
		if p == "." {
			return false
		}
	}
}

func entry(info fs.FileInfo) Entry {
	e := Entry{Mode: info.Mode() & (fs.ModeType | fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)}
	if e.Mode.IsRegular() {
		e.Size, e.ModTime, e.number = info.Size(), info.ModTime(), number(info)
	}
	if e.Mode&fs.ModeSymlink != 0 {
		e.Mode = fs.ModeSymlink | fs.ModePerm
	}
	return e
}

// leadsOut tells whether a link at rel leads out of the root. A link that is the
// root itself has nothing to lead to.
func leadsOut(rel, link string) bool {
	if filepath.IsAbs(link) || rel == "." {
		return true
	}
	to := path.Join(path.Dir(rel), filepath.ToSlash(link))
	return to == ".." || strings.HasPrefix(to, "../")
}

// hash is that of a file's content; zero where it cannot be read.
func hash(name string) (sum [32]byte) {
	f, err := regular.Open(name)
	if err != nil {
		return sum
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(f, hashLimit+1)); err != nil {
		return sum
	}
	h.Sum(sum[:0])
	return sum
}
