package progress

import (
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// Row is what is known of a resource.
type Row struct {
	Ref event.Ref `json:"ref"`
	// State, Text, Is and Detail are those of the latest Status. State is "" while
	// nothing was done yet, and event.Working from the first Part of a pull on. Text stays
	// that of a replacement when the resource has started: that it did goes without saying.
	State  event.State `json:"state,omitempty"`
	Text   string      `json:"text,omitempty"`
	Is     string      `json:"is,omitempty"`
	Detail string      `json:"detail,omitempty"`
	// Replaced is the Text of the Status that said of the resource that it was made anew,
	// and Why its Why; "": it was not.
	Replaced string `json:"replaced,omitempty"`
	Why      string `json:"why,omitempty"`
	// Like is the resource that it comes of one thing with (event.Planned.Alike); "": none.
	Like string `json:"like,omitempty"`
	// Changes counts the Statuses with Done.
	Changes int `json:"changes,omitempty"`
	// Replicas is how many resources the row stands for, such as the containers of a
	// service, and Finished how many of them have done what they are to do now; 0: it is that of one resource.
	Replicas int `json:"-"`
	Finished int `json:"-"`
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
	if s.State == event.Done {
		r.Changes++
	}
	r.Ended, r.Held = now, ""
	r.State, r.Text, r.Is, r.Detail = s.State, s.Text, s.Is, s.Detail
	switch {
	case s.Why != "":
		r.Replaced, r.Why = s.Text, s.Why
	case s.State == event.Done && r.Replaced != "" && (s.Text == "Started" || s.Text == "Running"):
		r.Text = r.Replaced
	}
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
