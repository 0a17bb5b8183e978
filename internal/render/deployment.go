package render

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/docker/go-units"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/plan"
)

// Deployment writes what a command changed. The error is that of the write.
//
//	@7 compose up -d: done
//	  by alice@laptop 4 minutes ago (2026-11-30 14:08:02), in 1.2 seconds
//	  from /srv/shop/compose.yaml
//	  ~ web  image changed: 1f2e → 9a8b
//	  images
//	    web  nginx:alpine  sha256:1f2e3d4c5b6a  48MB
func Deployment(w io.Writer, d *history.Deployment, o Options) error {
	if o.Now == nil {
		o.Now = time.Now
	}
	x := deploymentText{planText: planText{sum: plan.Summary{Changes: d.Changes}, style: o.style(w)}, d: d, now: o.Now()}
	x.cols, _, _ = Size(w)
	x.head()
	x.changes()
	x.images()
	x.outcome("  ", d.Outcome)
	x.later()
	return terminal.OutputOf(w).Print(&x.b)
}

// deploymentText is a deployment on its way out.
type deploymentText struct {
	planText
	d    *history.Deployment
	now  time.Time
	cols int
}

// say writes a sentence, which a terminal breaks between words.
func (x *deploymentText) say(indent, text string, colors ...terminal.Color) {
	if !x.style {
		colors = nil
	}
	x.b.Lines(behind(terminal.Value(indent), terminal.Clean(text), x.cols, colors...)...)
}

func (x *deploymentText) head() {
	d := x.d
	x.say("", fmt.Sprintf("@%d %s: %s", d.Number, Command(d.Command), Result(d.Outcome.Result)), terminal.Bold)
	when := fmt.Sprintf("by %s %s (%s)", d.By(), Ago(x.now, d.Began), d.Began.Local().Format(time.DateTime))
	if took := d.Ended.Sub(d.Began); !d.Ended.IsZero() && took >= 0 {
		when += fmt.Sprintf(", in %.1fs", took.Seconds())
	}
	x.say("  ", when)
	if len(d.Files) > 0 {
		x.say("  ", "from "+strings.Join(d.Files, ", "))
	}
	if d.Back > 0 {
		x.say("  ", fmt.Sprintf("back to @%d", d.Back))
	}
}

// images lists what the containers ran when the deployment ended.
func (x *deploymentText) images() {
	if len(x.d.Images) == 0 {
		return
	}
	x.line("images")
	t := Fitted{Columns: []FittedColumn{{}, {Cut: CutStart}, {Rank: 2}, {Rank: 1, Right: true}}}
	for _, service := range slices.Sorted(maps.Keys(x.d.Images)) {
		i := x.d.Images[service]
		t.Rows = append(t.Rows, Cells(service, i.Ref, shortImage(i.ID), units.HumanSizeWithPrecision(float64(i.Size), 3)))
	}
	for _, line := range t.Lines(FitTo{Cols: max(x.cols-4, 0)}, Style{}) {
		x.b.Line(terminal.Value("    "), line)
	}
}

const shortDigits = 12

// shortImage is an id as docker shortens it.
func shortImage(id string) string {
	digits := strings.TrimPrefix(id, "sha256:")
	return digits[:min(len(digits), shortDigits)]
}

// outcome writes what went wrong.
func (x *deploymentText) outcome(indent string, o history.Outcome) {
	for _, text := range o.Errors {
		x.say(indent, text, terminal.Red)
	}
	for _, text := range o.Explained {
		x.say(indent, text)
	}
}

// later writes what was changed below the deployment.
func (x *deploymentText) later() {
	if more := x.d.LaterCount - len(x.d.Later); more > 0 {
		x.line(fmt.Sprintf("later: %s, of which these are the last", counted(x.d.LaterCount, "change")))
	} else if len(x.d.Later) > 0 {
		x.line("later")
	}
	for _, e := range x.d.Later {
		text := fmt.Sprintf("%s: %s", Ago(x.now, e.Began), strings.Join(Briefly(e.Changes), ", "))
		if e.Outcome.Result != history.Done {
			text += ": " + Result(e.Outcome.Result)
		}
		x.say("    ", text)
		x.outcome("      ", e.Outcome)
	}
}

// Command is a command line in one text.
func Command(words []string) string { return strings.Join(words, " ") }

// Result is how a deployment ended, in a word or two.
func Result(r history.Result) string {
	if r == history.Begun {
		return "not ended"
	}
	return string(r)
}

// Ago is how long ago something was. What is in the future, since clocks jump, was just
// now.
func Ago(now, t time.Time) string { return duration(now.Sub(t)) + " ago" }

// Briefly are changes in a few words each: "recreated web", "created db ×2". Networks,
// volumes and images are told of where no container changes.
func Briefly(changes []plan.Change) []string {
	containers := slices.ContainsFunc(changes, func(c plan.Change) bool { return c.Kind == event.Container })
	var all []string
	var s planText
	for _, c := range changes {
		if !containers || c.Kind == event.Container {
			all = append(all, Done(c.Becomes)+" "+s.name(c))
		}
	}
	if len(all) == 0 {
		return []string{"nothing"}
	}
	return all
}

// Done is the participle of plan.Words.Becomes: "recreated".
func Done(becomes string) string {
	for _, p := range participles {
		if p.becomes == becomes {
			return p.done
		}
	}
	switch becomes {
	case "build":
		return "built"
	case "configure":
		return "configured"
	}
	return becomes + "ed"
}
