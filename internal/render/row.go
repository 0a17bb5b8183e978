package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// row is a resource's line in the live region.
type row struct {
	ref          event.Ref
	place        int         // in the plan
	state        event.State // "": nothing was done yet
	text, detail string
	held         string    // what its next step waits for
	began, ended time.Time // its first work, its latest change
	steps        steps
	transfer     transfer
}

var spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// begin makes the row one of a resource at work, where no status did.
func (w *row) begin(now time.Time) {
	if w.state == "" {
		w.state, w.began = event.Working, now
	}
}

// waits tells of a row whose next step waits for others. In the last frame
// nothing does: it says how far the resource came.
func (w *row) waits(v view) bool { return !v.last && w.held != "" && w.state != event.Working }

// works tells whether the row moves.
func (w *row) works() bool { return w.state == event.Working || w.held != "" }

// shown tells whether there is anything to say.
func (w *row) shown(v view) bool { return w.state != "" || w.waits(v) }

// mark is the sign in front, and the colour of it and of the word.
func (w *row) mark(v view) (string, terminal.Color) {
	switch {
	case w.waits(v):
		return "·", terminal.Blue
	case w.state == event.Done:
		return "✔", terminal.Green
	case w.state == event.Failed:
		return "✘", terminal.Red
	case w.state == event.Warning:
		return "!", terminal.Yellow
	case w.state == event.Skipped:
		return "-", terminal.Yellow
	}
	return spinner[int(v.now.UnixMilli()/spinGap.Milliseconds())%len(spinner)], terminal.Blue
}

// stateText is the middle of a row. brief is a shorter rest, "" where there is
// none.
type stateText struct{ word, rest, brief string }

func (s stateText) width() int {
	return runewidth.StringWidth(s.word) + runewidth.StringWidth(s.rest)
}

// words are what the resource does or did, and how far it is.
func (w *row) words(v view) stateText {
	s := stateText{word: w.text, rest: w.detail}
	switch {
	case w.waits(v):
		s = stateText{word: "Waiting", rest: "for " + w.held}
	case w.state == event.Failed, w.state == event.Warning:
		s.rest = untold(w.ref, w.detail)
	case w.state != event.Working:
	case w.transfer.known():
		s.rest, s.brief = w.transfer.String(), w.transfer.brief()
	case w.steps.line != "":
		s.rest = w.steps.line
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

// elapsed is how long the resource has been at work, from its first step to its
// latest.
func (w *row) elapsed(now time.Time) string {
	switch {
	case w.began.IsZero(), w.state == event.Skipped:
		return ""
	case !w.works():
		now = w.ended
	}
	return elapsed(now.Sub(w.began))
}

// elapsed is a duration as the region shows it: "1.2s", "3m05s".
func elapsed(d time.Duration) string {
	d = max(d, 0)
	if d < time.Minute {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}

// transfer adds the parts of a pull up.
type transfer struct {
	parts map[string]event.Part
	done  float64 // 0 to 1, never falls
}

// Of a layer's way, this much is its download; the rest is the unpacking.
const downloadShare = 0.8

func (t *transfer) known() bool { return len(t.parts) > 0 }

// add takes the news of a part in.
func (t *transfer) add(p event.Part) {
	if t.parts == nil {
		t.parts = map[string]event.Part{}
	}
	if p.Total == 0 {
		p.Total = t.parts[p.ID].Total // news without numbers keep what is known
	}
	t.parts[p.ID] = p
	var sum, total float64
	for _, p := range t.parts {
		sum += float64(p.Total) * share(p)
		total += float64(p.Total)
	}
	if total > 0 {
		t.done = max(t.done, sum/total)
	}
}

// share is how far a part is, from 0 to 1.
func share(p event.Part) float64 {
	if p.Done {
		return 1
	}
	var f float64
	if p.Total > 0 {
		f = min(float64(p.Current)/float64(p.Total), 1)
	}
	switch text := strings.ToLower(p.Text); {
	case strings.HasPrefix(text, "extract"), strings.HasPrefix(text, "unpack"):
		return downloadShare + (1-downloadShare)*f
	case strings.HasPrefix(text, "download complete"), strings.HasPrefix(text, "verif"):
		return downloadShare
	}
	return downloadShare * f
}

// String is the progress in a line: " 58% ███████░░░░░ 17.2MB/29.8MB", or the
// number of parts where no sizes are known.
func (t *transfer) String() string {
	got, total := t.sizes()
	if total == 0 {
		return t.layers()
	}
	const cells = 12
	full := min(int(t.done*cells), cells)
	return fmt.Sprintf("%s %s%s %s/%s", t.percent(), strings.Repeat("█", full), strings.Repeat("░", cells-full), size(got), size(total))
}

// brief is the progress without the bar.
func (t *transfer) brief() string {
	got, total := t.sizes()
	if total == 0 {
		return t.layers()
	}
	return fmt.Sprintf("%s %s/%s", t.percent(), size(got), size(total))
}

func (t *transfer) percent() string { return fmt.Sprintf("%3d%%", int(t.done*100)) }

func size(bytes int64) string { return units.HumanSizeWithPrecision(float64(bytes), 3) }

// sizes are the bytes that are here, and all.
func (t *transfer) sizes() (got, total int64) {
	for _, p := range t.parts {
		total += p.Total
		if share(p) >= downloadShare {
			got += p.Total
		} else {
			got += min(p.Current, p.Total)
		}
	}
	return got, total
}

func (t *transfer) layers() string {
	finished := 0
	for _, p := range t.parts {
		if p.Done {
			finished++
		}
	}
	return fmt.Sprintf("%d/%d layers", finished, len(t.parts))
}
