package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// cutOff writes at which published ports nobody answers for a while, or any more.
func (s *planText) cutOff() {
	var titles []string
	ports := map[string][]string{} // by title
	for _, c := range s.CutOff {
		title := "ports cut off meanwhile"
		if c.Ended {
			title = "ports no longer published"
		}
		if len(c.When) > 0 {
			title += ", if " + refNames(c.When) + " turns out to be new"
		}
		if !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
		text := strings.Join(c.Ports, ", ")
		if c.Last != nil {
			took := max(time.Second, (time.Duration(c.Last.Milliseconds) * time.Millisecond).Round(time.Second))
			text += fmt.Sprintf("; %s in @%d", took, c.Last.Deployment)
		}
		ports[title] = append(ports[title], fmt.Sprintf("%s (%s)", c.Service, text))
	}
	for _, title := range titles {
		s.line(title + ": " + strings.Join(ports[title], ", "))
	}
}

// namedAtMost is how many names a line lists.
const namedAtMost = 6

// untouched names the services of which every container stays as it is, whatever turns out.
func (s *planText) untouched() {
	if len(s.sum.Changes) == 0 {
		return
	}
	changed := map[string]bool{}
	for _, step := range s.Steps {
		if ref := step.Action.Resource(); ref.Kind == event.Container {
			changed[ref.Service] = true
		}
	}
	var kept []plan.Affected
	for _, ref := range s.Kept {
		i := slices.IndexFunc(kept, func(k plan.Affected) bool { return k.Name == ref.Service })
		switch {
		case changed[ref.Service]:
		case i >= 0:
			kept[i].Count++
		default:
			kept = append(kept, plan.Affected{Name: ref.Service, Count: 1})
		}
	}
	if len(kept) == 0 {
		return
	}
	names := affectedNames(kept[:min(len(kept), namedAtMost)])
	if more := len(kept) - namedAtMost; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	s.line("not touched: " + names)
}

// affectedNames are names with how many of each: "web ×3, worker".
func affectedNames(of []plan.Affected) string {
	names := make([]string, len(of))
	for i, a := range of {
		names[i] = a.Name
		if a.Count > 1 {
			names[i] += fmt.Sprintf(" ×%d", a.Count)
		}
	}
	return strings.Join(names, ", ")
}
