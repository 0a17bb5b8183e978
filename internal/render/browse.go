package render

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// recentBytes is how much of the latest lines of logs is kept to be searched.
const recentBytes = 1 << 20

// browsing is what a user at a terminal chose to see of the logs. Its methods
// work on nil, too: all is seen and nothing is kept.
type browsing struct {
	only   string         // a service; "": all
	what   *regexp.Regexp // is highlighted; nil: nothing
	recent [][]byte       // lines as they were printed, without their ends
	bytes  int
}

func (b *browsing) shows(service string) bool { return b == nil || b.only == "" || b.only == service }

// keep takes note of printed lines.
func (b *browsing) keep(lines []byte) {
	if b == nil {
		return
	}
	for line := range bytes.Lines(lines) {
		if len(line) > recentBytes {
			continue
		}
		b.recent = append(b.recent, bytes.Clone(bytes.TrimSuffix(line, []byte("\n"))))
		b.bytes += len(line)
	}
	for b.bytes > recentBytes {
		b.bytes -= len(b.recent[0]) + 1
		b.recent = b.recent[1:]
	}
}

// mark highlights in buf[from:] what is searched for.
func (b *browsing) mark(buf []byte, from int) []byte {
	if b == nil || b.what == nil || !b.what.Match(buf[from:]) {
		return buf
	}
	marked := b.what.ReplaceAll(buf[from:], []byte("\x1b[7m${0}\x1b[27m"))
	return append(buf[:from], marked...)
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
	var found bytes.Buffer
	n := 0
	for _, line := range b.recent {
		if b.what.Match(line) {
			n++
			found.Write(b.mark(bytes.Clone(line), 0))
			found.WriteByte('\n')
		}
	}
	fmt.Fprintf((*aboveRegion)(t), "%s\n%s", t.style.in(bold, fmt.Sprintf("── %q is in %d of the latest %d lines ──", cleanText(text), n, len(b.recent))), found.Bytes())
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
