package render

import (
	"fmt"
	"strings"

	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/plan"
)

// lastChange writes which command changed the service last.
//
//	web was recreated 4 minutes ago by deployment @7 (alice@laptop: compose up -d): image
//	changed: 1f2e → 9a8b
func (x *explanation) lastChange() {
	c := x.e.Changed
	if c == nil {
		return
	}
	text := fmt.Sprintf("%s was %s %s by deployment @%d ", x.e.Service, Done(c.Becomes), x.ago(c.At), c.Deployment)
	if c.Elsewhere {
		x.say("  ", text+"elsewhere ("+c.By+")")
		return
	}
	text += "(" + c.By + ": " + Command(c.Command) + ")"
	switch history.Result(c.Outcome) {
	case history.Failed, history.Interrupted:
		text += ", which " + map[string]string{"failed": "failed", "interrupted": "was interrupted"}[c.Outcome]
	case history.Begun:
		text += ", which has not ended"
	}
	change := plan.Change{Becomes: c.Becomes}
	var why []string
	for _, r := range c.Reasons {
		if len(r.Changes) > 0 || !obvious(change, r) {
			why = append(why, r.Short())
		}
	}
	if len(why) > 0 {
		text += ": " + strings.Join(why, "; ")
	}
	x.say("  ", text)
}
