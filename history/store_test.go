package history

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func begin(t *testing.T, s *Store) *Deployment {
	t.Helper()
	d := &Deployment{Project: "shop", Began: time.Unix(1700000000, 0).UTC(), Outcome: Outcome{Result: Begun}}
	if err := s.Begin(d); err != nil {
		t.Fatal(err)
	}
	return d
}

func numbers(t *testing.T, s *Store) (all []int) {
	t.Helper()
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range list {
		all = append(all, l.Number)
	}
	return all
}

// TestStore: deployments are numbered from 1 and end; folder and files are their user's
// alone.
func TestStore(t *testing.T) {
	s := Open(t.TempDir(), "engine", "shop")
	if list, err := s.List(); err != nil || len(list) > 0 {
		t.Fatalf("before the first: %v, %v", list, err)
	}
	if _, err := s.Get(1); err == nil || !strings.Contains(err.Error(), "there is no deployment @1") {
		t.Errorf("got %v", err)
	}
	d := begin(t, s)
	d.Outcome.Result = Done
	if err := s.Put(d); err != nil {
		t.Fatal(err)
	}
	begin(t, s)
	got, err := s.Get(1)
	if err != nil || got.Outcome.Result != Done || got.Number != 1 || got.Project != "shop" {
		t.Errorf("got %+v, %v", got, err)
	}
	if all := numbers(t, s); !slices.Equal(all, []int{1, 2}) {
		t.Errorf("got %v", all)
	}
	for path, want := range map[string]os.FileMode{s.Dir(): 0o700, filepath.Join(s.Dir(), "1.json"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if entries, _ := os.ReadDir(s.Dir()); len(entries) != 2 {
		t.Errorf("the folder holds %v", entries)
	}
}

// TestTwenty: the last 20 stay, and their numbers go on.
func TestTwenty(t *testing.T) {
	s := Open(t.TempDir(), "engine", "shop")
	for range Kept + 5 {
		begin(t, s)
	}
	if all := numbers(t, s); len(all) != Kept || all[0] != 6 {
		t.Errorf("got %v", all)
	}
	gone, err := s.Prune(3)
	if all := numbers(t, s); err != nil || len(gone) != Kept-3 || !slices.Equal(all, []int{23, 24, 25}) {
		t.Errorf("got %v, %v, left %v", gone, err, all)
	}
	if _, err := s.Prune(0); err != nil {
		t.Fatal(err)
	}
	if d := begin(t, s); d.Number != 26 {
		t.Errorf("after a prune of all: @%d", d.Number)
	}
}

// TestBeginTogether: commands that share no lock get numbers of their own.
func TestBeginTogether(t *testing.T) {
	s := Open(t.TempDir(), "engine", "shop")
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { begin(t, s) })
	}
	all.Wait()
	if got := numbers(t, s); len(got) != 10 || got[9] != 10 {
		t.Errorf("got %v", got)
	}
}

// TestUnreadable: what cannot be read is listed as such, and the next number is behind it.
func TestUnreadable(t *testing.T) {
	s := Open(t.TempDir(), "engine", "shop")
	begin(t, s)
	for name, content := range map[string][]byte{
		"2.json":                    nil,
		"3.json":                    []byte(`{"schema": "compose.deployment/1", "numb`),
		"4.json":                    []byte(`{"schema": "compose.deployment/2"}`),
		"5.json":                    bytes.Repeat([]byte(" "), maxBytes+1),
		"6.json":                    []byte(`{"schema": "compose.deployment/1", "number": "six"}`),
		"07.json":                   nil, // not ours
		"-8.json":                   nil,
		"new-X":                     nil,
		"notes.txt":                 nil,
		"99999999999999999999.json": nil,
	} {
		if err := os.WriteFile(filepath.Join(s.Dir(), name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Mkdir(filepath.Join(s.Dir(), "8.json"), 0o700), os.Symlink("/etc/passwd", filepath.Join(s.Dir(), "9.json"))); err != nil {
		t.Fatal(err)
	}
	list, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range list {
		got = append(got, fmt.Sprint(l.Number, l.Err != nil))
	}
	if want := []string{"1 false", "2 true", "3 true", "4 true", "5 true", "6 true", "8 true", "9 true"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if newest, err := s.Newest(); err != nil || newest.Number != 1 {
		t.Errorf("the newest: %v, %v", newest, err)
	}
	if d := begin(t, s); d.Number != 10 {
		t.Errorf("the next: @%d", d.Number)
	}
	if _, err := s.Get(4); err == nil || !strings.Contains(err.Error(), "another version") {
		t.Errorf("got %v", err)
	}
}

// TestFolderOfOthers: a folder that others may write to is not used.
func TestFolderOfOthers(t *testing.T) {
	s := Open(t.TempDir(), "engine", "shop")
	begin(t, s)
	if err := os.Chmod(s.Dir(), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := s.List(); err == nil {
		t.Error("it is read")
	}
	if err := s.Begin(&Deployment{}); err == nil {
		t.Error("it is written to")
	}
}

// TestNames: an engine's id is no path.
func TestNames(t *testing.T) {
	for _, id := range []string{"../../etc", "..", "", "AAAA:BBBB", "a/b", strings.Repeat("x", 300), ".hidden"} {
		rel, err := filepath.Rel("/state", Open("/state", id, "shop").Dir())
		if err != nil || strings.HasPrefix(rel, ".") || strings.Count(rel, "/") != 1 || strings.ContainsAny(rel, ":") {
			t.Errorf("%q: %s, %v", id, rel, err)
		}
	}
}

// TestLater: entries below a deployment are replaced when they end, and the newest stay.
func TestLater(t *testing.T) {
	d := &Deployment{}
	for i := range maxLater + 5 {
		began := time.Unix(int64(i), 0)
		d.PutEntry(Entry{Began: began, Outcome: Outcome{Result: Begun}})
		d.PutEntry(Entry{Began: began, Outcome: Outcome{Result: Done}})
	}
	if len(d.Later) != maxLater || d.LaterCount != maxLater+5 || d.Later[0].Outcome.Result != Done || d.Later[0].Began != time.Unix(5, 0) {
		t.Errorf("got %d of %d, the first %+v", len(d.Later), d.LaterCount, d.Later[0])
	}
}
