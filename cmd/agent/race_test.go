//go:build linux

package main

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// repeat does something over and over, as a process beside the agent may, until done
// is called.
func (s *session) repeat(do func() error) (done func()) {
	s.Helper()
	stop, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				ended <- nil
				return
			default:
			}
			if err := do(); err != nil {
				ended <- err
				return
			}
		}
	}()
	return func() {
		s.Helper()
		close(stop)
		if err := <-ended; err != nil {
			s.Fatal(err)
		}
	}
}

// flip swaps two names.
func (s *session) flip(one, other string) (done func()) {
	return s.repeat(func() error {
		return unix.Renameat2(unix.AT_FDCWD, s.at(one), unix.AT_FDCWD, s.at(other), unix.RENAME_EXCHANGE)
	})
}

// races is how often a change is made while a folder on its way becomes a link.
const races = 5000

// hostile is a folder of somebody who swaps box/d, a folder, for a link to what is
// root's alone: the folder vault and the file secret.
func hostile(t *testing.T, to string) *session {
	s := start(t)
	for _, dir := range []string{"box", "box/d", "vault"} {
		if err := os.Mkdir(s.at(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"secret", "vault/f"} {
		if err := os.WriteFile(s.at(name), []byte("root's"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(s.at(to), s.at("box/l")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.want("secret", "root's")
		s.want("vault/f", "root's")
		for name, mode := range map[string]os.FileMode{"secret": 0o600, "vault/f": 0o600, "vault": 0o755 | os.ModeDir} {
			if info, err := os.Lstat(s.at(name)); err != nil {
				t.Error(err)
			} else if info.Mode() != mode {
				t.Errorf("%s: %v, want %v", name, info.Mode(), mode)
			}
		}
		if left, err := os.ReadDir(s.at("vault")); err != nil || len(left) != 1 {
			t.Errorf("in the vault: %v, %v", left, err)
		}
	})
	return s
}

// TestAgentRacesFolder: who swaps a folder for a link while it gets its mode does not
// get what the link leads to made readable.
func TestAgentRacesFolder(t *testing.T) {
	s := hostile(t, "secret")
	done := s.flip("box/d", "box/l")
	c := change{Writes: []write{{Place: s.place("box/d"), Mode: os.ModeDir | 0o755, UID: os.Getuid(), GID: os.Getgid()}}}
	for range races {
		_ = s.a.apply(c)
	}
	done()
}

// TestAgentRacesParent: nothing is written, made, linked or deleted behind a link that
// takes the place of a folder on the way.
func TestAgentRacesParent(t *testing.T) {
	uid, gid := os.Getuid(), os.Getgid()
	for name, make := range map[string]func(s *session) change{
		"file":   func(s *session) change { return change{Writes: []write{s.file("box/d/new", "x")}} },
		"over":   func(s *session) change { return change{Writes: []write{s.file("box/d/f", "x")}} },
		"delete": func(s *session) change { return change{Deletes: []place{s.place("box/d/f")}} },
		"folder": func(s *session) change {
			return change{Writes: []write{{Place: s.place("box/d/deep"), Mode: os.ModeDir | 0o700, UID: uid, GID: gid}}}
		},
		"between": func(s *session) change { return change{Writes: []write{s.file("box/d/deep/er/f", "x")}} },
		"link": func(s *session) change {
			return change{Writes: []write{{Place: s.place("box/d/l"), Mode: os.ModeSymlink | 0o777, Link: "f", UID: uid, GID: gid}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := hostile(t, "vault")
			done := s.flip("box/d", "box/l")
			for range races {
				_ = s.a.apply(make(s))
			}
			done()
		})
	}
}
