package logs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/containerd/errdefs"

	"github.com/compose-orchestrator/compose/event"
)

// following runs Follow on a shelf inside a synctest bubble.
type following struct {
	*shelf
	heard
	t       *testing.T
	changes chan Change
	cancel  context.CancelFunc
	done    chan error
}

func follow(t *testing.T, o Options) *following {
	ctx, cancel := context.WithCancel(t.Context())
	f := &following{shelf: newShelf(), t: t, changes: make(chan Change), cancel: cancel, done: make(chan error, 1)}
	go func() { f.done <- Follow(ctx, f.shelf, f.changes, o, f.sink) }()
	return f
}

// start marks a container as running and tells the follower.
func (f *following) start(name string, at int64) {
	f.run(name, true)
	f.tell(name, at)
}

func (f *following) tell(name string, at int64) {
	c := Change{Target: target(name)}
	if at != 0 {
		c.At = time.Unix(0, at)
	}
	f.changes <- c
}

// exit marks a container as ended and tells the follower.
func (f *following) exit(name string, at int64, code int) {
	f.run(name, false)
	t := target(name)
	f.changes <- Change{Target: t, At: time.Unix(0, at), Exit: &event.Exit{Source: t.Source, Code: code}}
}

// expect waits until nothing moves, timers included, and compares.
func (f *following) expect(want ...string) {
	f.t.Helper()
	time.Sleep(time.Minute)
	if got := f.texts(); !slices.Equal(got, want) {
		f.t.Errorf("got  %q\nwant %q", got, want)
	}
}

// finish closes the changes and waits for the end.
func (f *following) finish() error {
	close(f.changes)
	return <-f.done
}

// A container's runs come by one path, each with its exit behind its lines.
func TestFollowRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, Options{})
		f.say("a", t1, "before")
		f.start("a", t2)
		f.say("a", t2, "one")
		f.expect("a: one")
		f.say("a", t2+1, "two")
		f.exit("a", t2+2, 3)
		f.expect("a: one", "a: two", "a exited 3")
		f.start("a", t3)
		f.say("a", t3, "three")
		f.exit("a", t3+1, 0)
		f.expect("a: one", "a: two", "a exited 3", "a: three", "a exited 0")
		if err := f.finish(); err != nil {
			t.Error(err)
		}
	})
}

// A container that lives for no time is shown completely, and runs that are
// read late are told apart.
func TestFollowLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, Options{})
		f.say("quick", t1, "hello")
		f.tell("quick", t1)
		f.exit("quick", t1+1, 0)
		f.expect("quick: hello", "quick exited 0")

		f.start("a", t1)
		f.say("a", t1, "1")
		synctest.Wait()
		// What follows is told while the first reading still runs.
		f.tell("a", t2)
		f.tell("a", t2)
		f.changes <- Change{Target: target("a"), At: time.Unix(0, t2+5), Exit: &event.Exit{Source: target("a").Source, Code: 2}}
		f.tell("a", t3)
		f.say("a", t2, "2")
		f.say("a", t3, "3")
		f.exit("a", t3+5, 3)
		f.expect("quick: hello", "quick exited 0", "a: 1", "a: 2", "a: 3", "a exited 2", "a exited 3")
		if err := f.finish(); err != nil {
			t.Error(err)
		}
	})
}

// A run known to be over when it is read does not run on into the next.
func TestFollowBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, Options{})
		f.start("slow", t1)
		f.say("slow", t1, "1")
		synctest.Wait()
		for i, at := range []int64{t2, t3} { // two more runs, while the first is read
			f.tell("slow", at)
			t := target("slow")
			f.changes <- Change{Target: t, At: time.Unix(0, at+10), Exit: &event.Exit{Source: t.Source, Code: i}}
		}
		f.edit("slow", func(j *journal) {
			j.run(false)
			j.records = append(j.records, record{t2, 1, "2\n"}, record{t3, 1, "3\n"})
		})
		f.expect("slow: 1", "slow: 2", "slow exited 0", "slow: 3", "slow exited 1")
		if err := f.finish(); err != nil {
			t.Error(err)
		}
	})
}

// The past is merged by time even where it comes late, then the present is
// followed without a gap.
func TestFollowHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, Options{Tail: "2"})
		f.say("a", t1, "0")
		f.say("a", t1+1, "1")
		f.say("a", t3, "3")
		f.say("b", t2, "2")
		f.run("a", true)
		f.tell("a", 0)
		f.tell("b", 0)
		f.expect("a: 1", "b: 2", "a: 3")
		f.say("a", t3+1, "4", "5", "6", "7")
		f.expect("a: 1", "b: 2", "a: 3", "a: 4", "a: 5", "a: 6", "a: 7")
		f.run("a", false)
		if err := f.finish(); err != nil {
			t.Error(err)
		}
	})
}

// Lines in front of a tail stay away though their times are later, as those of
// two streams written at once can be, and a later run is followed from there.
func TestFollowTailOutOfOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, Options{Tail: "2"})
		f.say("a", t1, "0")
		f.say("a", t2+5, "out 1", "out 2")
		f.say("a", t2, "err 1")
		f.say("a", t2+1, "err 2")
		f.tell("a", 0)
		f.expect("a: err 1", "a: err 2")
		f.say("a", t2-1, "out 3")
		f.start("a", t2-1)
		f.expect("a: err 1", "a: err 2", "a: out 3")
		f.run("a", false)
		if err := f.finish(); err != nil {
			t.Error(err)
		}
	})
}

// With a tail of none only what happens from now on is shown, but of the next
// run everything.
func TestFollowTailNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, Options{Tail: "0"})
		f.say("a", t1, "old")
		f.start("a", 0)
		synctest.Wait()
		f.run("a", false)
		synctest.Wait()
		f.say("a", t2, "new")
		f.start("a", t2)
		f.expect("a: new")
		f.run("a", false)
		if err := f.finish(); err != nil {
			t.Error(err)
		}
	})
}

// Lines of two containers that arrive close together are shown by time, and
// none waits longer than hold.
func TestFollowOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, Options{})
		f.start("a", t1)
		f.start("b", t1)
		synctest.Wait()
		f.say("a", t3, "later")
		time.Sleep(hold / 2)
		f.say("b", t2, "earlier")
		f.expect("b: earlier", "a: later")

		said := time.Now()
		f.say("a", t3+1, "alone")
		for len(f.texts()) < 3 {
			time.Sleep(time.Millisecond)
		}
		if late := time.Since(said); late > hold+2*time.Millisecond {
			t.Errorf("a line was held for %v, want at most %v", late, hold)
		}
		f.cancel()
		if err := f.finish(); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
}

// Streams that break off are taken up again where they were, now or when the
// container is named again.
func TestFollowBroken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, Options{})
		f.edit("a", func(j *journal) { j.cut = 3 })
		f.start("a", t1)
		f.say("a", t1, "1")
		f.expect("a: 1") // the stream has lasted
		f.say("a", t2, "2", "3")
		f.say("a", t2+1, "4")
		// It breaks after 3, is opened again, and breaks at once there.
		f.expect("a: 1", "a: 2", "a: 3")
		f.edit("a", func(j *journal) { j.cut = 0 })
		f.tell("a", t3)
		f.expect("a: 1", "a: 2", "a: 3", "a: 4")
		f.run("a", false)
		if err := f.finish(); err != nil {
			t.Errorf("got %v after the log was taken up again, want none", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, Options{})
		f.edit("a", func(j *journal) { j.err = errors.New("connection refused") })
		f.start("a", t1)
		f.expect()
		if err := f.finish(); err == nil || err.Error() != "reading the log of a: connection refused" {
			t.Errorf("got %v", err)
		}
	})
}

// A logging driver that cannot be read is mentioned once, and exits go on.
func TestFollowUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := follow(t, Options{})
		f.edit("a", func(j *journal) { j.err = errdefs.ErrNotImplemented })
		f.start("a", t1)
		f.exit("a", t1, 1)
		f.start("a", t2)
		f.exit("a", t2, 2)
		f.expect("warn the log of a cannot be read: its logging driver keeps nothing to read", "a exited 1", "a exited 2")
		if err := f.finish(); err != nil {
			t.Error(err)
		}
	})
}

// Whatever happens to the streams and the containers, all lines come, once, and
// in each container's order.
func TestFollowProperty(t *testing.T) {
	for seed := range uint64(30) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 9))
			f := follow(t, Options{})
			want := map[string][]string{}
			now := origin
			names := []string{"a", "b", "c"}
			for _, name := range names {
				f.start(name, now)
			}
			for i := range 300 {
				name := names[rnd.IntN(len(names))]
				switch rnd.IntN(12) {
				case 0: // restart
					f.exit(name, now, 0)
					now++
					f.start(name, now)
				case 1: // the connection breaks and the session names it again
					f.edit(name, func(j *journal) { j.cut = 1 + rnd.IntN(10) })
				case 2:
					f.edit(name, func(j *journal) { j.cut = 0 })
					f.tell(name, now)
				case 3:
					time.Sleep(time.Duration(rnd.IntN(2000)) * time.Millisecond)
				default:
					now += 1 + rnd.Int64N(1000)
					text := fmt.Sprint(i)
					want[name] = append(want[name], text)
					f.say(name, now, text)
				}
			}
			for _, name := range names {
				f.edit(name, func(j *journal) { j.cut = 0 })
				f.tell(name, now)
				f.run(name, false)
			}
			if err := f.finish(); err != nil {
				t.Fatal(err)
			}
			got := map[string][]string{}
			for _, text := range f.texts() {
				if name, text, ok := strings.Cut(text, ": "); ok {
					got[name] = append(got[name], text)
				}
			}
			for _, name := range names {
				if !slices.Equal(got[name], want[name]) {
					t.Fatalf("seed %d: of %s got %v\nwant %v", seed, name, got[name], want[name])
				}
			}
		})
	}
}
