package logs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/containerd/errdefs"

	"github.com/compose-orchestrator/compose/event"
)

// Whatever the interleaving and the reads, the merge is complete, keeps each
// log's order, and is the one that sorting by time would give, where a line
// stamped earlier than the one before it in its log counts as that one.
func TestShowProperty(t *testing.T) {
	for seed := range uint64(40) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		s := newShelf()
		var targets []Target
		type entry struct {
			key    int64
			source int
			text   string
		}
		var want []entry
		for i := range 1 + rnd.IntN(7) {
			name := fmt.Sprint("c", i)
			targets = append(targets, target(name))
			now, key := origin+rnd.Int64N(1e6), int64(0)
			s.edit(name, func(j *journal) {
				j.slow = rnd
				for k := range rnd.IntN(400) {
					now += rnd.Int64N(5) * rnd.Int64N(5000)
					ns := now
					if rnd.IntN(5) == 0 {
						ns -= rnd.Int64N(3000)
					}
					key = max(key, ns)
					text := fmt.Sprint(k, strings.Repeat("x", rnd.IntN(50)))
					j.records = append(j.records, record{ns, event.Stream(1 + rnd.IntN(2)), text + "\n"})
					want = append(want, entry{key, i, name + ": " + text})
				}
			})
		}
		slices.SortStableFunc(want, func(a, b entry) int {
			if a.key != b.key {
				return int(max(min(a.key-b.key, 1), -1))
			}
			return a.source - b.source
		})
		var h heard
		if err := Show(t.Context(), s, targets, Options{}, h.sink); err != nil {
			t.Fatal(err)
		}
		got := h.texts()
		if len(got) != len(want) {
			t.Fatalf("seed %d: got %d lines, want %d", seed, len(got), len(want))
		}
		for i, w := range want {
			if got[i] != w.text {
				t.Fatalf("seed %d: line %d is %q, want %q", seed, i, got[i], w.text)
			}
		}
	}
}

func TestShowOptions(t *testing.T) {
	s := newShelf()
	for i := range int64(10) {
		s.say("a", origin+i, fmt.Sprint(i))
	}
	at := func(i int64) time.Time { return time.Unix(0, origin+i) }
	tests := []struct {
		o    Options
		want string
	}{
		{Options{}, "0123456789"},
		{Options{Tail: "all"}, "0123456789"},
		{Options{Tail: "-1"}, "0123456789"},
		{Options{Tail: "3"}, "789"},
		{Options{Tail: "0"}, ""},
		{Options{Since: at(8)}, "89"},
		{Options{Until: at(1)}, "01"},
		{Options{Since: at(3), Until: at(4)}, "34"},
	}
	for _, tt := range tests {
		got := ""
		err := Show(t.Context(), s, []Target{target("a")}, tt.o, func(e event.Event) {
			for _, l := range e.(event.Logs) {
				got += string(l.Text)
				if !l.Time.IsZero() {
					t.Errorf("%+v: a line has a time that was not asked for", tt.o)
				}
			}
		})
		if err != nil || got != tt.want {
			t.Errorf("%+v: got %s and %v, want %s", tt.o, got, err, tt.want)
		}
	}
	err := Show(t.Context(), s, []Target{target("a")}, Options{Tail: "1", Timestamps: true}, func(e event.Event) {
		if l := e.(event.Logs)[0]; !l.Time.Equal(at(9)) || l.Time.Location() != time.UTC {
			t.Errorf("got the time %v, want %v", l.Time, at(9).UTC())
		}
	})
	if err != nil {
		t.Error(err)
	}
	if err := Show(t.Context(), s, nil, Options{Tail: "few"}, nil); err == nil {
		t.Error("tail \"few\": got no error")
	}
}

// One container's trouble does not hide the others' lines.
func TestShowTrouble(t *testing.T) {
	s := newShelf()
	s.say("a", t2, "1", "2")
	s.say("b", t1, "1")
	s.say("cut", t1, "1", "2")
	s.edit("cut", func(j *journal) { j.cut = 1 })
	s.edit("gone", func(j *journal) { j.err = fmt.Errorf("no such container: %w", errdefs.ErrNotFound) })
	s.edit("none", func(j *journal) { j.err = errdefs.ErrNotImplemented })
	s.edit("bad", func(j *journal) { j.err = errors.New("the disk is full") })
	var h heard
	targets := []Target{target("a"), target("b"), target("cut"), target("gone"), target("none"), target("bad")}
	err := Show(t.Context(), s, targets, Options{}, h.sink)
	if want := "reading the log of cut: the stream broke off: unexpected EOF\nreading the log of bad: the disk is full"; err == nil || err.Error() != want {
		t.Errorf("got error %v, want %s", err, want)
	}
	got := h.texts()
	slices.SortStableFunc(got, func(a, b string) int { // the message comes when it comes
		return strings.Count(b, "warn") - strings.Count(a, "warn")
	})
	want := []string{"warn the log of none cannot be read: its logging driver keeps nothing to read", "b: 1", "cut: 1", "a: 1", "a: 2"}
	if !sameTexts(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A sink that is slow holds the reads back.
func TestShowHoldsBack(t *testing.T) {
	s := newShelf()
	line := strings.Repeat("x", 1000)
	s.edit("a", func(j *journal) {
		for range 20_000 {
			j.records = append(j.records, record{t1, 1, line + "\n"})
		}
	})
	read := &counted{shelf: s}
	n := 0
	err := Show(t.Context(), read, []Target{target("a")}, Options{}, func(e event.Event) {
		if n += len(e.(event.Logs)); read.bytes.Load() > int64(n)*1040+2*budget+4*bufMax {
			t.Fatalf("%d bytes are read after %d lines", read.bytes.Load(), n)
		}
	})
	if err != nil || n != 20_000 {
		t.Errorf("got %d lines and %v", n, err)
	}
}

func TestShowCancelled(t *testing.T) {
	s := newShelf()
	for range 3 * outLines {
		s.say("a", t1, "text")
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := Show(ctx, s, []Target{target("a")}, Options{}, func(event.Event) { n++; cancel() })
	if !errors.Is(err, context.Canceled) || n != 1 {
		t.Errorf("got %v after %d calls, want the context's error after 1", err, n)
	}
}
