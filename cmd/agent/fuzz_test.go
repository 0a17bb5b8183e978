//go:build linux

package main

import (
	"bytes"
	"encoding/gob"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

func gobOf(t testing.TB, value any) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(value); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// FuzzChanges: whatever comes in the place of changes, no more is made of it than
// came, and a change that is understood is the same when sent on.
func FuzzChanges(f *testing.F) {
	f.Add(gobOf(f, change{Deletes: []place{{Name: "/a"}}, Writes: []write{{Place: place{Name: "/b", Own: true}, Mode: os.ModeSymlink | 0o777, Link: "c"}, {Content: []byte("x"), ModTime: -1}}}))
	f.Add(gobOf(f, answer{Error: "no"}))
	f.Add(gobOf(f, "text"))
	f.Add([]byte{0xfc, 0x3f, 0xff, 0xff, 0xff, 'x'})
	f.Fuzz(func(t *testing.T, sent []byte) {
		var c change
		if gob.NewDecoder(bytes.NewReader(sent)).Decode(&c) != nil {
			return
		}
		size := len(c.Deletes) + len(c.Writes)
		for _, d := range c.Deletes {
			size += len(d.Name)
		}
		for _, w := range c.Writes {
			size += len(w.Place.Name) + len(w.Link) + len(w.Content)
		}
		if size > len(sent) {
			t.Errorf("%d bytes became %d", len(sent), size)
		}
		var again change
		first := gobOf(t, c)
		if err := gob.NewDecoder(bytes.NewReader(first)).Decode(&again); err != nil || !bytes.Equal(gobOf(t, again), first) {
			t.Errorf("%+v became %+v, %v", c, again, err)
		}
	})
}

// FuzzApply: whatever a container has put in the way of a change, what is outside of
// the folder that the change is for stays.
func FuzzApply(f *testing.F) {
	f.Add("l", "..", "l/victim", "x", uint32(0o644), "")
	f.Add("d/l", "../../victim", "d/l", "x", uint32(0o4755), "")
	f.Add("l", "nowhere", "l/a/b", "", uint32(os.ModeDir)|0o700, "")
	f.Add("a", "..", "a", "", uint32(os.ModeSymlink)|0o777, "../victim")
	f.Add("a", "/", "a/etc", "x", uint32(os.ModeNamedPipe), "")
	f.Fuzz(func(t *testing.T, link, to, name, content string, mode uint32, target string) {
		link, name = path.Clean(link), path.Clean(name)
		for _, p := range []string{link, name} {
			if !filepath.IsLocal(p) || p == "." || strings.Contains(p, "\x00") {
				t.Skip("the engine sends none")
			}
		}
		s := start(t)
		in, victim := s.at("in"), s.at("victim")
		if path.IsAbs(to) { // of this machine's own folders none is tried
			to = s.at("other") + path.Clean(to)
		}
		if err := os.MkdirAll(path.Dir(path.Join(in, link)), 0o755); err != nil {
			t.Skip(err)
		}
		if err := os.WriteFile(victim, []byte("whole"), 0o600); err != nil {
			t.Fatal(err)
		}
		// More steps up than there are folders would lead to this machine's own, too.
		if strings.Count(to, "..") > strings.Count(link, "/")+1 {
			t.Skip("leads out of the test")
		}
		if err := os.Symlink(to, path.Join(in, link)); err != nil {
			t.Skip(err)
		}
		w := s.file("in/"+name, content)
		w.Mode, w.Link = os.FileMode(mode), target
		if _, err := s.send(change{Writes: []write{w}}); err != nil {
			t.Fatalf("the agent ended: %v, %v", err, <-s.ended)
		}
		if _, err := s.send(change{Deletes: []place{s.place("in/" + name)}}); err != nil {
			t.Fatalf("the agent ended: %v, %v", err, <-s.ended)
		}
		info, err := os.Lstat(victim)
		if err != nil || info.Mode() != 0o600 {
			t.Fatalf("the file outside is %v, %v", info, err)
		}
		if got, err := os.ReadFile(victim); err != nil || string(got) != "whole" {
			t.Errorf("the file outside is now %q, %v", got, err)
		}
		entries, err := os.ReadDir(s.dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if n := e.Name(); n != "in" && n != "victim" && !strings.HasPrefix(n, "agent") {
				t.Errorf("%s is new outside", n)
			}
		}
	})
}
