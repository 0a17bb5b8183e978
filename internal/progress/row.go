package progress

import (
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// Row is what is known of a resource.
type Row struct {
	Ref event.Ref `json:"ref"`
	// State, Text and Detail are those of the latest Status. State is "" while
	// nothing was done yet, and event.Working from the first Part of a pull on.
	State  event.State `json:"state,omitempty"`
	Text   string      `json:"text,omitempty"`
	Detail string      `json:"detail,omitempty"`
	// Held is what the resource's next step waits for, "db-1 to be healthy"; "":
	// nothing.
	Held string `json:"held,omitempty"`
	// Began is when the resource was first at work; zero: it was not.
	Began time.Time `json:"began,omitzero"`
	// Ended is the time of the latest Status; zero: there was none.
	Ended    time.Time `json:"ended,omitzero"`
	Steps    Steps     `json:"steps,omitzero"`    // of its build
	Transfer Transfer  `json:"transfer,omitzero"` // of its pull
}

// Moment is the time for which rows are shown.
type Moment struct {
	Now time.Time
	// Ended: the plan has ended. No row waits any more; one that waited shows what
	// was done last.
	Ended bool
}

// status takes the resource's change.
func (r *Row) status(s event.Status, now time.Time) {
	if s.State == event.Working && r.Began.IsZero() {
		r.Began = now
	}
	if s.State != event.Working || r.State != event.Working {
		r.Steps = Steps{}
	}
	r.Ended, r.Held = now, ""
	r.State, r.Text, r.Detail = s.State, s.Text, s.Detail
}

// part takes the progress of a part of a pull. A resource without a State is at work
// from then on.
func (r *Row) part(p event.Part, now time.Time) {
	if r.State == "" {
		r.State, r.Began = event.Working, now
	}
	r.Transfer.add(p)
}

// Waits tells whether the resource's next step waits for other resources.
func (r *Row) Waits(at Moment) bool { return !at.Ended && r.Held != "" && r.State != event.Working }

// works tells whether the resource is at work or waits: its row changes with time.
func (r *Row) works() bool { return r.State == event.Working || r.Held != "" }

// shown tells whether the row has a state to show.
func (r *Row) shown(at Moment) bool { return r.State != "" || r.Waits(at) }

// Took is how long the resource has been at work: from Began until now, or until
// Ended where it neither works nor waits. ok is false where it was never at work,
// and where it was skipped.
func (r *Row) Took(now time.Time) (d time.Duration, ok bool) {
	switch {
	case r.Began.IsZero(), r.State == event.Skipped:
		return 0, false
	case !r.works():
		now = r.Ended
	}
	return now.Sub(r.Began), true
}
