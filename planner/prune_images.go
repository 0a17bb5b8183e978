package planner

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// pruneUntagged adds what becomes of the images whose names the plan's pulls and
// builds may give to others. It comes last: a container that goes may be made of
// one.
func (d *upDraft) pruneUntagged() {
	byID := map[string][]imageStep{}
	for _, i := range slices.SortedFunc(maps.Values(d.images), func(a, b imageStep) int { return strings.Compare(a.ref.Name, b.ref.Name) }) {
		if img, have := d.s.Images[i.ref.Name]; have && img.ID != "" && i.step != 0 {
			byID[img.ID] = append(byID[img.ID], i)
		}
	}
	var gone []int
	for _, s := range d.plan.Steps {
		if _, ok := s.Action.(RemoveContainer); ok {
			gone = append(gone, s.ID)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		s := plan.Step{Reason: plan.Reason{Code: BecauseUntagged}, Optional: true}
		after := slices.Clone(gone)
		for _, i := range byID[id] {
			s.When = append(s.When, i.ref)
			after = append(after, i.step)
		}
		ref := event.Ref{Kind: event.Image, Name: s.When[0].Name, Old: shortID(id)}
		s.Action = PruneImage{Ref: ref, ID: id, Remove: d.o.PruneImages}
		d.add(s, after...)
	}
}

// shortID cuts an id or a digest to what listings show and people compare by eye.
func shortID(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	return id[:min(12, len(id))]
}
