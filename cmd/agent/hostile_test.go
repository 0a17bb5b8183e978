//go:build linux

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// needRoot says how these tests are run where they are not run as root: they are about
// files of several owners.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: sudo go test ./cmd/agent")
	}
}

// someone is a user of the container.
const someone = 1000

func (s *session) stat(name string) (is unix.Stat_t) {
	s.Helper()
	if err := unix.Lstat(s.at(name), &is); err != nil {
		s.Fatal(name, err)
	}
	return is
}

func (s *session) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// A file is always a new one: what is there may have other names, may be a pipe that
// nobody reads, or a device.
func TestAgentMakesFilesAnew(t *testing.T) {
	needRoot(t)
	s := start(t)
	s.must(os.WriteFile(s.at("shadow"), []byte("root's"), 0o600))
	s.must(os.Mkdir(s.at("box"), 0o755))
	s.must(os.Link(s.at("shadow"), s.at("box/hard")))
	s.must(unix.Mkfifo(s.at("box/pipe"), 0o600))
	s.must(unix.Mknod(s.at("box/null"), unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))))
	s.must(unix.Mkfifo(s.at("box/.none"), 0o600))
	s.must(unix.Mkfifo(s.at("agent.new"), 0o600)) // where files are filled
	for _, name := range []string{"box/hard", "box/pipe", "box/null"} {
		w := s.file(name, "synced")
		w.UID, w.GID = someone, someone
		s.applies(change{Writes: []write{w}})
		s.want(name, "synced")
		if is := s.stat(name); is.Uid != someone || is.Nlink != 1 || is.Mode != unix.S_IFREG|0o644 {
			t.Errorf("%s: owner %d, %d names, mode %o", name, is.Uid, is.Nlink, is.Mode)
		}
	}
	s.want("shadow", "root's")
	if is := s.stat("shadow"); is.Uid != 0 || is.Mode != unix.S_IFREG|0o600 {
		t.Errorf("the other name's file: owner %d, mode %o", is.Uid, is.Mode)
	}
	// Nor is one opened that has the place of a folder.
	for _, c := range []change{
		{Writes: []write{s.file("box/.none/f", "x")}},
		{Writes: []write{{Place: s.place("box/.none"), Mode: os.ModeDir | 0o755, UID: someone, GID: someone}}},
	} {
		if got, err := s.send(c); err != nil || got.Error == "" || got.Denied {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	s.applies(change{Deletes: []place{s.place("box/.none/f"), s.place("box/.none")}})
}

// A folder that is there gets its owner and mode, unless somebody else than root and
// its owner may have put it there.
func TestAgentFoldersOfOthers(t *testing.T) {
	needRoot(t)
	type owned struct {
		uid, gid int
		mode     uint32
	}
	root, its := owned{0, 0, 0o755}, owned{someone, someone, 0o755}
	for name, c := range map[string]struct {
		above, around, is owned
		given             bool
	}{
		"root's throughout":               {root, root, owned{0, 0, 0o700}, true},
		"the user's throughout":           {root, its, owned{someone, someone, 0o700}, true},
		"root's in the user's":            {root, its, owned{0, 0, 0o700}, false},
		"another's in the user's":         {root, its, owned{2000, 2000, 0o700}, false},
		"root's below the user's":         {its, root, owned{0, 0, 0o700}, false},
		"the user's in root's":            {root, root, owned{someone, someone, 0o700}, true},
		"in one for all":                  {root, owned{0, 0, 0o777}, owned{0, 0, 0o700}, false},
		"in one for all, sticky":          {root, owned{0, 0, 0o1777}, owned{0, 0, 0o700}, true},
		"in the user's, sticky":           {root, owned{someone, someone, 0o1777}, owned{0, 0, 0o700}, false},
		"in a group's":                    {root, owned{0, 5, 0o775}, owned{0, 0, 0o700}, false},
		"in its own group's":              {root, owned{someone, 5, 0o775}, owned{someone, 5, 0o700}, true},
		"in its own group's, but root's":  {root, owned{0, 5, 0o2775}, owned{0, 5, 0o700}, false},
		"below what a group may write to": {owned{0, 5, 0o775}, root, owned{0, 0, 0o700}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			for _, f := range []struct {
				name string
				owned
			}{{"above", c.above}, {"above/around", c.around}, {"above/around/is", c.is}} {
				s.must(os.Mkdir(s.at(f.name), 0o700))
				s.must(os.Chown(s.at(f.name), f.uid, f.gid))
				s.must(unix.Chmod(s.at(f.name), f.mode))
			}
			s.applies(change{Writes: []write{{Place: s.place("above/around/is"), Mode: os.ModeDir | 0o750, UID: someone, GID: someone}}})
			is := s.stat("above/around/is")
			want := c.is
			if c.given {
				want = owned{someone, someone, 0o750}
			}
			if got := (owned{int(is.Uid), int(is.Gid), is.Mode & 0o7777}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// What is made in a folder with the set-group-ID bit is the user's all the same; below
// it, folders keep the bit.
func TestAgentGroups(t *testing.T) {
	needRoot(t)
	s := start(t)
	s.must(os.Mkdir(s.at("team"), 0o755))
	s.must(os.Chown(s.at("team"), 0, 5))
	s.must(os.Chmod(s.at("team"), 0o775|os.ModeSetgid|os.ModeSticky))
	f := s.file("team/on/the/way", "x")
	f.UID, f.GID = someone, someone
	s.applies(change{Writes: []write{f}})
	for name, mode := range map[string]uint32{"team/on": 0o2755, "team/on/the": 0o2755, "team/on/the/way": 0o644} {
		if is := s.stat(name); is.Uid != someone || is.Gid != someone || is.Mode&0o7777 != mode {
			t.Errorf("%s: owner %d:%d, mode %o, want mode %o", name, is.Uid, is.Gid, is.Mode&0o7777, mode)
		}
	}
}

// TestAgentRacesNewFolder: who swaps a folder just made for another of root's is not
// given that.
func TestAgentRacesNewFolder(t *testing.T) {
	needRoot(t)
	s := start(t)
	s.must(os.Mkdir(s.at("box"), 0o755))
	s.must(os.Chown(s.at("box"), someone, someone))
	s.must(os.Mkdir(s.at("box/private"), 0o700))
	s.must(os.WriteFile(s.at("box/private/key"), []byte("root's"), 0o600))
	private, err := os.Open(s.at("box/private"))
	s.must(err)
	defer private.Close()
	swap := func() error {
		err := unix.Renameat2(unix.AT_FDCWD, s.at("box/private"), unix.AT_FDCWD, s.at("box/d"), unix.RENAME_EXCHANGE)
		if errors.Is(err, unix.ENOENT) {
			return nil
		}
		return err
	}
	done := s.repeat(swap)
	for range races / 10 { // these end up on the disk
		for _, w := range []write{{Place: s.place("box/d"), Mode: os.ModeDir | 0o755}, s.file("box/d/f", "x")} {
			w.UID, w.GID = someone, someone
			_ = s.a.apply(change{Writes: []write{w}})
			for _, name := range []string{"box/d", "box/private"} {
				_ = os.Remove(s.at(name + "/f"))
				_ = os.Remove(s.at(name))
			}
		}
		_ = unix.Renameat2(unix.AT_FDCWD, s.at("box/d"), unix.AT_FDCWD, s.at("box/private"), unix.RENAME_NOREPLACE)
	}
	done()
	var is unix.Stat_t
	if err := unix.Fstat(int(private.Fd()), &is); err != nil || is.Uid != 0 || is.Mode&0o7777 != 0o700 {
		t.Errorf("the private folder: owner %d, mode %o, %v", is.Uid, is.Mode&0o7777, err)
	}
}

// TestAgentRacesTarget: a folder or a link that takes a file's place in the last moment
// stays, and the next file can be staged.
func TestAgentRacesTarget(t *testing.T) {
	s := start(t)
	s.must(os.MkdirAll(s.at("box/d/below"), 0o755))
	s.must(os.Symlink("elsewhere", s.at("box/l")))
	for _, other := range []string{"box/d", "box/l"} {
		s.applies(change{Writes: []write{s.file("box/f", "old")}})
		done := s.flip("box/f", other)
		for range races {
			_ = s.a.apply(change{Writes: []write{s.file("box/f", "new")}})
		}
		done()
		if is := s.stat("box/f"); is.Mode&unix.S_IFMT != unix.S_IFREG { // it stopped the other way round
			s.must(unix.Renameat2(unix.AT_FDCWD, s.at("box/f"), unix.AT_FDCWD, s.at(other), unix.RENAME_EXCHANGE))
		}
		s.applies(change{Writes: []write{s.file("box/f", "last")}})
		s.want("box/f", "last")
	}
	s.stat("box/d/below")
	if to, err := os.Readlink(s.at("box/l")); err != nil || to != "elsewhere" {
		t.Errorf("the link: got %q, %v", to, err)
	}
	if left, err := os.ReadDir(s.at("box")); err != nil || len(left) != 3 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// Before Linux 5.6, and where a filter of system calls is older, there is no openat2.
func TestAgentSteps(t *testing.T) {
	s := start(t)
	s.must(os.MkdirAll(s.at("a/b"), 0o755))
	s.must(os.Symlink("b", s.at("a/l")))
	rel := func(name string) string { return strings.TrimPrefix(s.at(name), "/") }
	for name, want := range map[string]error{"a/b": nil, "a/l": &linkError{s.at("a/l"), "b"}, "a/l/c": &linkError{s.at("a/l"), "b"}, "a/c": unix.ENOENT, "agent/x": unix.ENOTDIR} {
		in, err := s.a.stepTo(rel(name), nil)
		var link *linkError
		switch {
		case err == nil:
			there, serr := in.stat(".")
			if is := s.stat(name); serr != nil || there.Ino != is.Ino {
				t.Errorf("%s: another folder, %v", name, serr)
			}
			in.close()
		case errors.As(err, &link):
			if want == nil || err.Error() != want.Error() {
				t.Errorf("%s: got %v, want %v", name, err, want)
			}
			continue
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
}

// Changes leave no descriptor open, whatever comes of them.
func TestAgentClosesWhatItOpens(t *testing.T) {
	s := start(t)
	s.must(os.Symlink("/tmp", s.at("out")))
	c := []change{
		{Writes: []write{s.file("new/er/f", "x")}}, {Writes: []write{s.file("out/f", "x")}}, {Writes: []write{s.file("agent/f", "x")}},
		{Writes: []write{{Place: s.place("new/er"), Mode: os.ModeDir | 0o750, UID: os.Getuid(), GID: os.Getgid()}}},
		{Writes: []write{{Place: s.place("new/l"), Mode: os.ModeSymlink | 0o777, Link: "f", UID: os.Getuid(), GID: os.Getgid()}}},
		{Writes: []write{s.file("new", "x")}}, {Deletes: []place{s.place("out/f"), s.place("never/f")}}, {Deletes: []place{s.place("new")}},
	}
	open := func() int {
		names, err := filepath.Glob("/proc/self/fd/*")
		s.must(err)
		return len(names)
	}
	all := func() {
		for _, c := range c {
			_ = s.a.apply(c)
		}
	}
	all()
	before := open()
	for range 100 {
		all()
	}
	if after := open(); after > before+10 { // other tests' are closed late
		t.Errorf("%d descriptors are open, before %d", after, before)
	}
}
