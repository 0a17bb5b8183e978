package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/event"
)

// row is a resource's line in the live region.
type row struct {
	ref          event.Ref
	state        event.State
	text, detail string
	tail         string // the last line that its build printed
	timed        bool   // it was seen at work
	began, ended time.Time
	transfer     transfer
}

var spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// mark is the sign in front, and the colour of it and of the word.
func (w *row) mark(now time.Time) (string, color) {
	switch w.state {
	case event.Done:
		return "✔", green
	case event.Failed:
		return "✘", red
	case event.Warning:
		return "!", yellow
	case event.Skipped:
		return "-", yellow
	}
	return spinner[int(now.UnixMilli()/spinGap.Milliseconds())%len(spinner)], blue
}

// name and short are the resource with and without its kind.
func (w *row) name() string  { return w.ref.String() }
func (w *row) short() string { return strings.TrimPrefix(w.ref.String(), string(w.ref.Kind)+" ") }

// stateText is the middle of a row.
type stateText struct{ word, rest string }

func (s stateText) width() int {
	return runewidth.StringWidth(s.word) + runewidth.StringWidth(s.rest)
}

// word is what the resource does or did, and how far it is.
func (w *row) word() stateText {
	rest := w.detail
	if w.state == event.Working {
		switch {
		case w.transfer.known():
			rest = w.transfer.String()
		case w.tail != "":
			rest = strings.TrimSpace(w.tail)
		}
	}
	if rest = cleanText(firstLine(rest)); rest != "" {
		rest = " " + strings.ReplaceAll(rest, "\t", " ")
	}
	return stateText{cleanText(w.text), rest}
}

// elapsed is how long the present phase takes or took: "1.2s", "3m05s".
func (w *row) elapsed(now time.Time) string {
	if !w.timed {
		return ""
	}
	if w.state != event.Working {
		now = w.ended
	}
	d := max(now.Sub(w.began), 0)
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
	var total, got int64
	finished := 0
	for _, p := range t.parts {
		total += p.Total
		if p.Done {
			finished++
		}
		if s := share(p); s >= downloadShare {
			got += p.Total
		} else {
			got += min(p.Current, p.Total)
		}
	}
	if total == 0 {
		return fmt.Sprintf("%d/%d layers", finished, len(t.parts))
	}
	const cells = 12
	full := min(int(t.done*cells), cells)
	return fmt.Sprintf("%3d%% %s%s %s/%s", int(t.done*100), strings.Repeat("█", full), strings.Repeat("░", cells-full),
		units.HumanSizeWithPrecision(float64(got), 3), units.HumanSizeWithPrecision(float64(total), 3))
}
