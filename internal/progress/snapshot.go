package progress

import (
	"cmp"
	"maps"
	"slices"

	"github.com/compose-orchestrator/compose/event"
)

// Snapshot is a List as data, for a front end that subscribes while a plan runs. It
// shares no memory with the list. It can be encoded as JSON and decoded again
// without loss, except of bytes that are not valid UTF-8.
type Snapshot struct {
	Title string `json:"title"` // of the plan that was announced last
	Plans int    `json:"plans"` // announced and not finished
	// Project is the project's name as containers' names begin with it; "": not
	// known yet.
	Project string `json:"project,omitempty"`
	// Rows are the rows of all resources in their order, also of those that have no
	// State yet.
	Rows []Row `json:"rows"`
	// Outputs are the latest lines that were printed for each resource, sorted by
	// resource.
	Outputs []Output `json:"outputs,omitempty"`
}

// Output is what was printed for a resource: by its build, or by its hooks.
type Output struct {
	Ref   event.Ref `json:"ref"`
	Lines []string  `json:"lines"` // at most 50, the oldest first, with their control sequences
}

// Snapshot returns the present state of the list.
func (l *List) Snapshot() Snapshot {
	s := Snapshot{Title: l.title, Plans: l.plans, Project: l.project, Rows: make([]Row, len(l.rows))}
	for i, r := range l.rows {
		s.Rows[i] = r.clone()
	}
	for ref, lines := range l.builds {
		s.Outputs = append(s.Outputs, Output{ref, slices.Clone(lines)})
	}
	slices.SortFunc(s.Outputs, func(a, b Output) int { return compareRefs(a.Ref, b.Ref) })
	return s
}

// Resume returns a list with the state s. After the same further events it equals
// the list that s was taken from, if the options are the same.
func Resume(s Snapshot, o Options) *List {
	l := New(o)
	l.title, l.plans, l.project = s.Title, s.Plans, s.Project
	for _, row := range s.Rows {
		r := row.clone()
		l.rows, l.byName[r.Ref.String()] = append(l.rows, &r), &r
	}
	for _, o := range s.Outputs {
		l.builds[o.Ref] = slices.Clone(o.Lines)
	}
	return l
}

// clone returns a copy of the row that no change of the row affects.
func (r *Row) clone() Row {
	c := *r
	c.Steps.Names = maps.Clone(r.Steps.Names)
	c.Transfer.Parts = slices.Clone(r.Transfer.Parts)
	return c
}

func compareRefs(a, b event.Ref) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Service, b.Service),
		cmp.Compare(a.Number, b.Number), cmp.Compare(a.Old, b.Old))
}
