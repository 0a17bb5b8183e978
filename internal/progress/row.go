package progress

import (
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// Row is what is known of a resource.
type Row struct {
	Ref          event.Ref
	State        event.State // "": nothing was done yet
	Text, Detail string      // of the latest Status
	Held         string      // what its next step waits for: "db-1 to be healthy"; "": nothing
	Began, Ended time.Time   // its first work, its latest change; zero: there was none
	Steps        Steps       // of its build
	Transfer     Transfer    // its pull

	place int // in the plan
}

// Moment is when rows are looked at.
type Moment struct {
	Now  time.Time
	Last bool // nothing moves any more
}

// begin makes the row one of a resource at work, where no status did.
func (w *Row) begin(now time.Time) {
	if w.State == "" {
		w.State, w.Began = event.Working, now
	}
}

// Waits tells of a row whose next step waits for others. In the last moment
// nothing does: the row says how far the resource came.
func (w *Row) Waits(at Moment) bool { return !at.Last && w.Held != "" && w.State != event.Working }

// works tells whether the row moves.
func (w *Row) works() bool { return w.State == event.Working || w.Held != "" }

// Shown tells whether there is anything to say.
func (w *Row) Shown(at Moment) bool { return w.State != "" || w.Waits(at) }

// Took is how long the resource has been at work, from its first step to its
// latest; ok is false where it was not, or was skipped.
func (w *Row) Took(now time.Time) (d time.Duration, ok bool) {
	switch {
	case w.Began.IsZero(), w.State == event.Skipped:
		return 0, false
	case !w.works():
		now = w.Ended
	}
	return now.Sub(w.Began), true
}
