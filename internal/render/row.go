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

// mark is the sign in front, and the colour of it and of the word.
func mark(w *progress.Row, v view) (string, terminal.Color) {
	switch {
	case w.Waits(v.Moment):
		return "·", terminal.Blue
	case w.State == event.Done:
		return "✔", terminal.Green
	case w.State == event.Failed:
		return "✘", terminal.Red
	case w.State == event.Warning:
		return "!", terminal.Yellow
	case w.State == event.Skipped:
		return "-", terminal.Yellow
	}
	return spinner[int(v.Now.UnixMilli()/spinGap.Milliseconds())%len(spinner)], terminal.Blue
}

// stateText is the middle of a row. brief is a shorter rest, "" where there is
// none.
type stateText struct{ word, rest, brief string }

func (s stateText) width() int {
	return runewidth.StringWidth(s.word) + runewidth.StringWidth(s.rest)
}

// words are what the resource does or did, and how far it is.
func words(w *progress.Row, v view) stateText {
	s := stateText{word: w.Text, rest: w.Detail}
	switch {
	case w.Waits(v.Moment):
		s = stateText{word: "Waiting", rest: "for " + w.Held}
	case w.State == event.Failed, w.State == event.Warning:
		s.rest = untold(w.Ref, w.Detail)
	case w.State != event.Working:
	case w.Transfer.Known():
		s.rest, s.brief = bar(&w.Transfer), brief(&w.Transfer)
	case w.Steps.Line != "":
		s.rest = w.Steps.Line
	}
	s.word = terminal.Clean(s.word)
	for _, t := range []*string{&s.rest, &s.brief} {
		if *t = terminal.Clean(firstLine(*t)); *t != "" {
			*t = " " + *t
		}
	}
	return s
}

// untold is what an error says beyond its row: not "starting container a-web-1:",
// nor that it is the engine's answer. There is room for few words, and all of it
// comes below when the command ends.
func untold(r event.Ref, detail string) string {
	for _, name := range []string{r.Name, r.Service} {
		if doing, cause, ok := strings.Cut(detail, " "+name+": "); ok && name != "" && !strings.Contains(doing, ":") {
			detail = cause
			break
		}
	}
	detail = strings.TrimPrefix(detail, "Error response from daemon: ")
	detail = strings.TrimPrefix(detail, "dependency failed to start: ")
	return strings.TrimPrefix(detail, strings.ToLower(string(r.Kind))+" "+r.Name+" ")
}

// took is how long the resource has been at work, "" where it was not.
func took(w *progress.Row, v view) string {
	d, ok := w.Took(v.Now)
	if !ok {
		return ""
	}
	return elapsed(d)
}

// elapsed is a duration as the region shows it: "1.2s", "3m05s".
func elapsed(d time.Duration) string {
	d = max(d, 0)
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}

// bar is the progress of a pull in a line: " 58% ███████░░░░░ 17.2MB/29.8MB", or
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

// brief is the progress without the bar.
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
