package render

import (
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/progress"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// How often the live region is drawn.
const (
	frameGap = 50 * time.Millisecond  // at least, between two frames
	spinGap  = 100 * time.Millisecond // likewise, where none brings lines of logs
	restGap  = 500 * time.Millisecond // at most, where frames take their time
	restPart = 100                    // the display works for one part of this many
)

// tty keeps a live region at the bottom of a terminal: a header and a line for
// each resource. What is printed meanwhile goes above it. When a plan has
// ended its last state stays on the screen.
//
// A frame is one write. It is drawn soon after something changed, and while
// something works, for the spinner; where nothing lives, no timer runs.
type tty struct {
	out      *terminal.Output
	now      func() time.Time
	style    style
	logs     *logs
	messages messages
	builds   printer         // gets what builds print as plain lines; nil: it is shown alone
	filter   terminal.Filter // of that
	mu       *sync.Mutex     // the renderer's; a frame takes it

	region    *region // nil: nothing is shown
	footer    Footer
	above     terminal.Buffer
	screen    terminal.Region
	timer     *time.Timer // of the next frame; nil: none is due
	due       time.Time   // when it is
	turn      int         // tells it from those that were called off
	lastFrame time.Time
	took      time.Duration // the last frame
	err       error         // the first of the writes
}

func newTTY(o Options, mu *sync.Mutex) *tty {
	t := &tty{out: terminal.OutputOf(o.Err), now: o.Now, style: o.style(o.Err), mu: mu}
	t.screen.Output = t.out
	err := o.newStream(o.Err)
	err.to, err.terminal = (*aboveRegion)(t), true
	out := o.newStream(o.Out)
	if out.terminal || o.Out == o.Err {
		out.to, out.terminal = err.to, true
	}
	t.logs = newLogs(out, err, o.Logs)
	t.messages = messages{err.to, t.style}
	if o.Builds != o.Err && !IsTerminal(o.Builds) {
		t.builds, t.filter = terminal.OutputOf(o.Builds), o.builds()
	}
	return t
}

// aboveRegion is the terminal for those who print lines: above the live region
// while there is one.
type aboveRegion tty

// Print never fails: the first failure is returned in the end.
func (a *aboveRegion) Print(b *terminal.Buffer) error {
	t := (*tty)(a)
	if t.region == nil && t.footer.empty() {
		t.failed(t.out.Print(b))
		return nil
	}
	t.above.Append(b)
	if t.above.Len() > mostAbove {
		t.draw() // a fast log is not kept in memory
	}
	return nil
}

// mostAbove is how many bytes of lines wait for the next frame.
const mostAbove = 1 << 16

// failed takes note of a write's error.
func (t *tty) failed(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *tty) event(e event.Event) {
	switch x := e.(type) {
	case event.Planned, event.Held, event.Part:
		t.open().Add(e, t.now())
	case event.Status:
		t.open().Add(e, t.now())
		if x.State == event.Failed {
			t.failedStep(x.Ref)
		}
	case event.Finished:
		if t.region != nil {
			t.region.Add(e, t.now())
			t.end(e)
		}
	case event.Output:
		if t.builds != nil && x.Ref.Kind == event.Image && x.Text != "" {
			show(t.builds, outputLine(x, t.filter))
		}
		if !t.logs.event(e) {
			t.open().Add(e, t.now())
		}
	default:
		if a, ok := e.(event.Attached); ok && !a.Quiet {
			t.browsing() // a search can ask for lines that came before it
		}
		t.end(e)
		if !t.logs.event(e) {
			t.messages.event(e)
		}
	}
	t.soon()
}

// failedStep prints above the region what the failed step of a build printed.
func (t *tty) failedStep(image event.Ref) {
	for _, line := range t.region.FailedStep(image) {
		t.above.Line(t.style.in(terminal.Dim, terminal.Printed(line, terminal.Plain)))
	}
}

// end leaves the region's last state on the screen where e is the end of it.
func (t *tty) end(e event.Event) {
	if t.region != nil && t.region.Ends(e) {
		t.commit()
	}
}

// soon sees to it that what has changed is drawn.
func (t *tty) soon() {
	if t.region == nil && t.footer.empty() {
		return
	}
	gap := t.rest()
	if t.above.Len() > 0 {
		gap = frameGap
	}
	t.schedule(gap - t.now().Sub(t.lastFrame))
}

// rest is the time between two frames that bring no lines of logs: longer on a
// machine that has better things to do than to draw, or on a slow terminal.
func (t *tty) rest() time.Duration { return min(max(spinGap, restPart*t.took), restGap) }

// open returns the live region, a new one where there is none.
func (t *tty) open() *region {
	if t.region == nil {
		t.region = newRegion(t.style)
	}
	return t.region
}

// schedule sees to it that a frame is drawn after d, or before.
func (t *tty) schedule(d time.Duration) {
	d = max(d, 0)
	due := t.now().Add(d)
	if t.timer != nil {
		if !due.Before(t.due) {
			return
		}
		t.timer.Stop()
	}
	t.turn++
	turn := t.turn
	t.timer, t.due = time.AfterFunc(d, func() { t.frame(turn) }), due
}

// frame draws because its time has come.
func (t *tty) frame(turn int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer == nil || t.turn != turn {
		return // it was called off while this waited for the lock
	}
	t.timer = nil
	t.draw()
	if t.region != nil && t.region.Works() {
		t.schedule(t.rest())
	}
}

// draw brings the screen up to date.
func (t *tty) draw() {
	cols, rows := t.size()
	t.lastFrame = t.now()
	v := view{cols - 1, rows - 1, progress.Moment{Now: t.lastFrame}}
	var foot []terminal.Text
	if !t.footer.empty() && v.rows > 1 {
		foot = append(foot, t.footer.line(v.cols, t.style))
	}
	v.rows -= len(foot)
	var lines []terminal.Text
	if t.region != nil {
		lines = t.region.lines(v)
	}
	t.show(append(lines, foot...), cols, rows)
	t.took = t.now().Sub(t.lastFrame)
}

// setFooter changes the line at the bottom.
func (t *tty) setFooter(f Footer) {
	t.footer = f
	t.browsing()
	t.draw()
	if f.empty() && t.region == nil {
		t.stopTimer()
		t.failed(t.screen.Release())
	}
}

func (t *tty) stopTimer() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// commit leaves the last state of the lines on the screen, as many as fit, and
// ends the region.
func (t *tty) commit() {
	t.stopTimer()
	if t.region == nil {
		return
	}
	cols, rows := t.size()
	lines := t.region.lines(view{cols - 1, rows - 1, progress.Moment{Now: t.now(), Ended: true}})
	t.failed(t.screen.Finish(&t.above, lines, cols, rows))
	t.above.Reset(2 * mostAbove)
	t.region = nil
	t.soon() // the footer
}

func (t *tty) show(lines []terminal.Text, cols, rows int) {
	t.failed(t.screen.Draw(&t.above, lines, cols, rows))
	t.above.Reset(2 * mostAbove)
}

// redraw draws anew, below what something else has written.
func (t *tty) redraw() {
	t.screen.Forget()
	if t.region != nil || !t.footer.empty() {
		t.draw()
	}
}

// size is asked for at each frame: so a resized window needs no signal.
func (t *tty) size() (cols, rows int) { return sizeOf(t.out) }

func (t *tty) close() error {
	t.setFooter(Footer{})
	t.commit()
	t.failed(t.screen.Restore())
	return t.err
}
