package progress

import (
	"fmt"
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// groupFrom is how many replicas of a service take one row instead of one each.
const groupFrom = 4

// Grouped returns Shown with one row in place of those of a service that has many
// replicas, and of resources that are alike: it stands where the first of them does, and
// says how far they are. What failed, was skipped or has a warning keeps its row.
func (l *List) Grouped(at Moment) []*Row {
	rows := l.Shown(at)
	groups := map[string][]*Row{}
	for _, r := range rows {
		if key, _ := r.group(); key != "" {
			groups[key] = append(groups[key], r)
		}
	}
	var grouped []*Row
	for _, r := range rows {
		key, least := r.group()
		of := groups[key]
		switch {
		case len(of) < max(least, 2):
			grouped = append(grouped, r)
		case r == of[0]:
			grouped = append(grouped, group(of, at))
		}
	}
	return grouped
}

// group says which rows the row may stand in one with, and how many they must be at
// least; "": it is by itself.
func (r *Row) group() (key string, least int) {
	ref := r.Ref
	switch {
	case r.State == event.Failed || r.State == event.Warning || r.State == event.Skipped, ref.Old != "":
		return "", 0
	case r.Like != "":
		return r.Like, 2
	case ref.Kind == event.Container && ref.Number > 0:
		return "service " + ref.Service, groupFrom
	}
	return "", 0
}

// group is one row for several. It shows what the one does that is at
// work or waits; of those that are at work, one that is furthest.
func group(of []*Row, at Moment) *Row {
	shown, stage := of[0], 0
	for _, r := range of {
		better := r.urgency(at) > shown.urgency(at) || r.urgency(at) == shown.urgency(at) && r.aims() > shown.aims()
		if better {
			shown = r
		}
		stage = max(stage, r.aims())
	}
	g := shown.clone()
	g.Ref.Name, g.Ref.Number, g.Replicas = serviceName(shown.Ref), 0, len(of)
	if shown.Like != "" {
		g.Ref.Name = fmt.Sprintf("%s +%d", of[0].Ref.Name, len(of)-1)
	}
	for _, r := range of {
		if r.State == event.Done && !r.Waits(at) && r.Changes == stage {
			g.Finished++
		}
		if g.Began.IsZero() || !r.Began.IsZero() && r.Began.Before(g.Began) {
			g.Began = r.Began
		}
		if r.Ended.After(g.Ended) {
			g.Ended = r.Ended
		}
		if r.Why != shown.Why {
			g.Why = ""
		}
	}
	return &g
}

// urgency orders replicas by what their common row is to show.
func (r *Row) urgency(at Moment) int {
	switch {
	case r.State == event.Working:
		return 2
	case r.Waits(at):
		return 1
	}
	return 0
}

// aims is the number of changes that the resource has when it has done what it does.
func (r *Row) aims() int {
	if r.State == event.Working {
		return r.Changes + 1
	}
	return r.Changes
}

// serviceName is a container's name without its number: "demo-web".
func serviceName(ref event.Ref) string {
	if project := projectOf(ref); project != "" {
		return strings.TrimRight(strings.TrimRight(ref.Name, "0123456789"), "-_")
	}
	return ref.Service
}

// size is how many resources the row stands for.
func (r *Row) size() int { return max(1, r.Replicas) }

// Size is how many resources the rows stand for.
func Size(rows []*Row) (n int) {
	for _, r := range rows {
		n += r.size()
	}
	return n
}
