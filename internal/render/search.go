package render

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// recentBytes is how many bytes of the latest lines of logs are kept for Search.
const recentBytes = 1 << 20

// logView is what a user at a terminal chose to see of the logs. A nil *logView
// shows everything and keeps nothing.
type logView struct {
	service string          // whose logs are shown; "": of all services
	pattern *regexp.Regexp  // is highlighted; nil: nothing
	recent  []terminal.Text // lines as they were printed
	bytes   int             // of recent
}

func (b *logView) shows(service string) bool {
	return b == nil || b.service == "" || b.service == service
}

// keep keeps printed lines for Search, the latest recentBytes of them.
func (b *logView) keep(lines *terminal.Buffer) {
	if b == nil {
		return
	}
	for line := range lines.Each() {
		if line.Len() >= recentBytes {
			continue
		}
		b.recent = append(b.recent, line)
		b.bytes += line.Len() + 1
	}
	for b.bytes > recentBytes {
		b.bytes -= b.recent[0].Len() + 1
		b.recent = b.recent[1:]
	}
}

// mark highlights the matches of the pattern in the bytes of buf from an index on.
func (b *logView) mark(buf *terminal.Buffer, from int) {
	if b != nil && b.pattern != nil {
		buf.Mark(from, b.pattern)
	}
}

// Only shows the logs of one service from now on; "": of all services. It works in
// ModeTTY only.
func (r *Renderer) Only(service string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t, ok := r.d.(*tty); ok {
		t.logView().service = service
	}
}

// Search prints those of the latest lines of logs that contain a text, in upper or
// lower case, and highlights it in later lines; "" ends that. It works in ModeTTY
// only.
func (r *Renderer) Search(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, ok := r.d.(*tty)
	if !ok {
		return
	}
	b := t.logView()
	if b.pattern = nil; text == "" {
		return
	}
	b.pattern = inAnyColors(text)
	var found, all terminal.Buffer
	n := 0
	for _, line := range b.recent {
		if b.pattern.MatchString(line.String()) {
			n++
			from := found.Len()
			found.Add(line)
			b.mark(&found, from)
			found.End()
		}
	}
	all.Line(t.style.of(terminal.Bold, fmt.Sprintf("── %q is in %d of the latest %d lines ──", text, n, len(b.recent))))
	all.Append(&found)
	_ = (*aboveRegion)(t).Print(&all) // it returns nil: the display keeps the error
	t.scheduleFrame()
}

// inAnyColors returns a pattern of a text in upper or lower case, between whose
// characters there may be colour sequences.
func inAnyColors(text string) *regexp.Regexp {
	var what []string
	for _, r := range text {
		what = append(what, regexp.QuoteMeta(string(r)))
	}
	return regexp.MustCompile("(?i)" + strings.Join(what, `(?:\x1b\[[0-9;:]*m)*`))
}

// logView returns the logs' view. The first call makes it; lines are kept from then
// on.
func (t *tty) logView() *logView {
	if t.logs.view == nil {
		t.logs.view = &logView{}
	}
	return t.logs.view
}
