package render

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// recentBytes is how much of the latest lines of logs is kept to be searched.
const recentBytes = 1 << 20

// browsing is what a user at a terminal chose to see of the logs. Its methods
// work on nil, too: all is seen and nothing is kept.
type browsing struct {
	only   string          // a service; "": all
	what   *regexp.Regexp  // is highlighted; nil: nothing
	recent []terminal.Text // lines as they were printed
	bytes  int
}

func (b *browsing) shows(service string) bool { return b == nil || b.only == "" || b.only == service }

// keep takes note of printed lines.
func (b *browsing) keep(lines *terminal.Buffer) {
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

// mark highlights in buf, from an index on, what is searched for.
func (b *browsing) mark(buf *terminal.Buffer, from int) {
	if b != nil && b.what != nil {
		buf.Mark(from, b.what)
	}
}

// Only shows the logs of one service from now on; "": of all.
func (r *Renderer) Only(service string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t, ok := r.d.(*tty); ok {
		t.browsing().only = service
	}
}

// Search shows which of the latest lines contain a text, in whatever case, and
// highlights it in those to come; "" ends that.
func (r *Renderer) Search(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t, ok := r.d.(*tty)
	if !ok {
		return
	}
	b := t.browsing()
	if b.what = nil; text == "" {
		return
	}
	b.what = inAnyColors(text)
	var found, all terminal.Buffer
	n := 0
	for _, line := range b.recent {
		if b.what.MatchString(line.String()) {
			n++
			from := found.Len()
			found.Add(line)
			b.mark(&found, from)
			found.End()
		}
	}
	all.Line(t.style.of(terminal.Bold, fmt.Sprintf("── %q is in %d of the latest %d lines ──", text, n, len(b.recent))))
	all.Append(&found)
	_ = (*aboveRegion)(t).Print(&all) // the display keeps its errors
	t.soon()
}

// inAnyColors finds a text in whatever case, and with colours that change in it.
func inAnyColors(text string) *regexp.Regexp {
	var what []string
	for _, r := range text {
		what = append(what, regexp.QuoteMeta(string(r)))
	}
	return regexp.MustCompile("(?i)" + strings.Join(what, `(?:\x1b\[[0-9;:]*m)*`))
}

// browsing begins to keep what is printed, at the first call.
func (t *tty) browsing() *browsing {
	if t.logs.browse == nil {
		t.logs.browse = &browsing{}
	}
	return t.logs.browse
}
