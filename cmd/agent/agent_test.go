//go:build linux

package main

import (
	"encoding/gob"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// session is an agent at work in a folder.
type session struct {
	*testing.T
	a       *agent
	dir     string
	in      *io.PipeWriter
	changes *gob.Encoder
	answers *gob.Decoder
	ended   chan error
}

func start(t *testing.T) *session {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // another agent of the test has the umask at 0
		t.Fatal(err)
	}
	own := filepath.Join(dir, "agent")
	if err := os.WriteFile(own, []byte("program"), 0o700); err != nil {
		t.Fatal(err)
	}
	a, err := newAgent(own)
	if err != nil {
		t.Fatal(err)
	}
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	s := &session{T: t, a: a, dir: dir, in: stdin, changes: gob.NewEncoder(stdin), answers: gob.NewDecoder(stdout), ended: make(chan error, 1)}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		err := a.serve(in, out)
		out.CloseWithError(io.ErrUnexpectedEOF)
		in.CloseWithError(io.ErrClosedPipe)
		s.ended <- err
	}()
	t.Cleanup(func() {
		stdin.Close()
		stdout.Close()
		<-stopped // it uses these descriptors, whose numbers another test gets
		a.open.Close()
		a.home.close()
		a.root.close()
	})
	return s
}

func (s *session) at(name string) string { return filepath.Join(s.dir, name) }

func (s *session) place(name string) place { return place{Name: s.at(name)} }

func (s *session) file(name, content string) write {
	return write{
		Place: s.place(name), Mode: 0o644, UID: os.Getuid(), GID: os.Getgid(),
		ModTime: 1_700_000_000_123_000_000, Content: []byte(content),
	}
}

func (s *session) send(c change) (got answer, err error) {
	s.Helper()
	if err := s.changes.Encode(c); err != nil {
		return answer{}, err
	}
	err = s.answers.Decode(&got)
	return got, err
}

// applies sends what must work.
func (s *session) applies(c change) {
	s.Helper()
	if got, err := s.send(c); err != nil || got != (answer{}) {
		s.Fatalf("got %+v, %v", got, err)
	}
}

func (s *session) want(name, content string) {
	s.Helper()
	if got, err := os.ReadFile(s.at(name)); err != nil || string(got) != content {
		s.Errorf("%s: got %q, %v, want %q", name, got, err, content)
	}
}

func TestAgentWritesAndDeletes(t *testing.T) {
	s := start(t)
	script := s.file("a/b/run", "#!\n")
	script.Mode |= os.ModeSetuid | 0o111
	link := write{Place: s.place("link"), Mode: os.ModeSymlink | 0o777, Link: "a/b/run", UID: os.Getuid(), GID: os.Getgid()}
	s.applies(change{Writes: []write{script, link}})
	s.want("link", "#!\n")
	info, err := os.Stat(s.at("a/b/run"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode(), os.ModeSetuid|0o755; got != want {
		t.Errorf("mode %v, want %v", got, want)
	}
	if got := info.ModTime().UnixNano(); got != script.ModTime {
		t.Errorf("time %d, want %d", got, script.ModTime)
	}

	folder := write{Place: s.place("folder"), Mode: os.ModeDir | 0o750, UID: os.Getuid(), GID: os.Getgid()}
	s.applies(change{
		Deletes: []place{s.place("a"), s.place("never"), s.place("never/below")},
		Writes:  []write{folder, s.file("a", "now a file")},
	})
	s.want("a", "now a file")
	if info, err := os.Stat(s.at("folder")); err != nil || info.Mode() != os.ModeDir|0o750 {
		t.Errorf("the folder: %v, %v", info, err)
	}
	if _, err := os.Stat(s.at("never")); err == nil {
		t.Error("a delete made a folder")
	}
	s.in.Close()
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
	left, err := filepath.Glob(s.at("agent*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

// Who has the old file open goes on reading that, whether or not the agent was
// idle between the changes.
func TestAgentReplacesWhole(t *testing.T) {
	s := start(t)
	for _, pause := range []bool{false, true, false} {
		s.applies(change{Writes: []write{s.file("f", "old")}})
		if pause {
			s.a.ready()
		}
		f, err := os.Open(s.at("f"))
		if err != nil {
			t.Fatal(err)
		}
		s.applies(change{Writes: []write{s.file("f", "new")}})
		s.applies(change{Writes: []write{s.file("f", "newer")}})
		if got, err := io.ReadAll(f); err != nil || string(got) != "old" {
			t.Errorf("the open file: got %q, %v", got, err)
		}
		f.Close()
		s.want("f", "newer")
	}
	spare := func() bool {
		s.a.mu.Lock()
		defer s.a.mu.Unlock()
		return s.a.spare != nil
	}
	for late := time.Now().Add(time.Minute); !spare(); time.Sleep(idle / 10) {
		if time.Now().After(late) {
			t.Fatal("an idle agent has no spare file")
		}
	}
}

// What follows a refused path is left, and the next change is made.
func TestAgentRefusesLinks(t *testing.T) {
	s := start(t)
	if err := os.Symlink("/tmp", s.at("out")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []change{
		{Writes: []write{s.file("out/f", "x"), s.file("after", "y")}},
		{Deletes: []place{s.place("out/f")}, Writes: []write{s.file("after", "y")}},
	} {
		got, err := s.send(c)
		if want := (answer{Link: s.at("out"), To: "/tmp"}); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	// Nor is one replaced, or removed, that is not the folder's own.
	for _, c := range []change{{Writes: []write{s.file("out", "x")}}, {Deletes: []place{s.place("out")}}} {
		got, err := s.send(c)
		if want := (answer{Link: s.at("out"), To: "/tmp"}); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	if _, err := os.Stat(s.at("after")); err == nil {
		t.Error("what followed was made")
	}
	own := s.file("out", "own")
	own.Place.Own = true
	s.applies(change{Writes: []write{own}})
	s.want("out", "own")
	s.applies(change{Writes: []write{s.file("next", "z")}})
	s.want("next", "z")
}

func TestAgentTellsErrors(t *testing.T) {
	s := start(t)
	if err := os.Mkdir(s.at("full"), 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := s.send(change{Writes: []write{s.file("full", "x")}})
	if err != nil || !strings.Contains(got.Error, "file exists") {
		t.Errorf("a file in a folder's place: got %+v, %v", got, err)
	}
}

// What the container has in a folder's place is not given the folder's mode, nor
// what it leads to.
func TestAgentKeepsWhatIsNoFolder(t *testing.T) {
	s := start(t)
	elsewhere := t.TempDir()
	if err := os.Chmod(elsewhere, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, s.at("link")); err != nil {
		t.Fatal(err)
	}
	s.applies(change{Writes: []write{s.file("file", "kept")}})
	for _, name := range []string{"link", "file"} {
		got, err := s.send(change{Writes: []write{{Place: s.place(name), Mode: os.ModeDir | 0o700, UID: os.Getuid(), GID: os.Getgid()}}})
		if err != nil || got.Link != s.at(name) && !strings.Contains(got.Error, "file exists") {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	if info, err := os.Stat(elsewhere); err != nil || info.Mode().Perm() != 0o711 {
		t.Errorf("what the link leads to: %v, %v", info.Mode(), err)
	}
}

// What is to go may be gone with more than itself.
func TestAgentDeletesWhatIsNot(t *testing.T) {
	s := start(t)
	s.applies(change{Writes: []write{s.file("file", "kept")}})
	s.applies(change{Deletes: []place{
		s.place("file/below"), s.place("file/far/below"),
		s.place("no/folder/f"),
	}})
	s.want("file", "kept")
	if _, err := os.Stat(s.at("no")); err == nil {
		t.Error("a delete made a folder")
	}
}

// An agent whose file was replaced changes nothing more.
func TestAgentReplaced(t *testing.T) {
	s := start(t)
	if err := os.Remove(s.at("agent")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.at("agent"), nil, 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := s.send(change{Writes: []write{s.file("late", "x")}}); err == nil {
		t.Errorf("it answered %+v", got)
	}
	if err := <-s.ended; err == nil {
		t.Error("it ended without an error")
	}
	if _, err := os.Stat(s.at("late")); err == nil {
		t.Error("it made the change")
	}
}
