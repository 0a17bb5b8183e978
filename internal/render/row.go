package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/progress"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

var spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// mark returns the sign at the start of a row, and the colour of it and of the word.
func mark(r *progress.Row, f frame) (string, terminal.Color) {
	switch {
	case r.Waits(f.Moment):
		return "·", terminal.Blue
	case r.State == event.Done:
		return "✔", terminal.Green
	case r.State == event.Failed:
		return "✘", terminal.Red
	case r.State == event.Warning:
		return "!", terminal.Yellow
	case r.State == event.Skipped:
		return "-", terminal.Yellow
	}
	return spinner[int(f.Now.UnixMilli()/spinnerInterval.Milliseconds())%len(spinner)], terminal.Blue
}

// stateText is what a row says of a resource's state.
type stateText struct {
	word  string // in colour: "Pulling"
	rest  string // begins with a space, or ""
	brief string // is shown for rest where there is little room; "": rest is cut off
}

func (s stateText) width() int {
	return runewidth.StringWidth(s.word) + runewidth.StringWidth(s.rest)
}

// words returns what the resource does or did, and how far it is.
func words(r *progress.Row, f frame) stateText {
	s := stateText{word: r.Text, rest: r.Detail}
	switch {
	case r.Waits(f.Moment):
		s = stateText{word: "Waiting", rest: "for " + r.Held}
	case (r.State == event.Failed || r.State == event.Warning) && r.Is != "":
		s.word = strings.ToUpper(r.Is[:1]) + r.Is[1:]
	case r.State == event.Done && r.Why != "":
		s.rest = r.Why
	case r.State != event.Working:
	case r.Transfer.Known():
		s.rest, s.brief = bar(&r.Transfer), brief(&r.Transfer)
	case r.Steps.Line != "":
		s.rest = r.Steps.Line
	}
	if r.Replicas > 0 {
		s.rest = strings.TrimSpace(fmt.Sprintf("%d/%d %s", r.Finished, r.Replicas, s.rest))
	}
	s.word = terminal.Clean(s.word)
	for _, t := range []*string{&s.rest, &s.brief} {
		if *t = terminal.Clean(firstLine(*t)); *t != "" {
			*t = " " + *t
		}
	}
	return s
}

// took returns how long the resource has been at work, "" where it was not.
func took(r *progress.Row, f frame) string {
	d, ok := r.Took(f.Now)
	if !ok {
		return ""
	}
	return elapsed(d)
}

// elapsed returns a duration as the region shows it: "1.2s", "3m05s".
func elapsed(d time.Duration) string {
	d = max(d, 0)
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}

// bar returns the progress of a pull: " 58% ███████░░░░░ 17.2MB/29.8MB", or
// the number of its parts where no sizes are known.
func bar(t *progress.Transfer) string {
	got, total := t.Sizes()
	if total == 0 {
		return layers(t)
	}
	const cells = 12
	full := min(int(t.Done*cells), cells)
	return fmt.Sprintf("%s %s%s %s/%s", percent(t), strings.Repeat("█", full), strings.Repeat("░", cells-full), size(got), size(total))
}

// brief returns the progress of a pull without the bar.
func brief(t *progress.Transfer) string {
	got, total := t.Sizes()
	if total == 0 {
		return layers(t)
	}
	return fmt.Sprintf("%s %s/%s", percent(t), size(got), size(total))
}

func percent(t *progress.Transfer) string { return fmt.Sprintf("%3d%%", int(t.Done*100)) }

func size(bytes int64) string { return units.HumanSizeWithPrecision(float64(bytes), 3) }

func layers(t *progress.Transfer) string {
	finished, all := t.Layers()
	return fmt.Sprintf("%d/%d layers", finished, all)
}
