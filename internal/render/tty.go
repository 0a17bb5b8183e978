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
	logInterval     = 50 * time.Millisecond  // the least time between frames that print lines above
	spinnerInterval = 100 * time.Millisecond // the least time between other frames
	maxInterval     = 500 * time.Millisecond // the longest wait after a frame that took long to draw
	drawShare       = 100                    // drawing takes at most a hundredth of the time, up to maxInterval
)

// tty keeps a live region at the bottom of a terminal: a header and a line for
// each resource. Lines that are printed meanwhile go above it. When a plan has
// ended the region's last state stays on the screen.
//
// A frame is one write. A frame is drawn after a change, and repeatedly while a
// resource is at work or waits, for the spinner and the times. Otherwise no timer
// runs.
type tty struct {
	out      *terminal.Output
	now      func() time.Time
	style    style
	logs     *logs
	messages messages
	builds   printer         // gets the output of builds as plain lines; nil: the region alone shows it
	filter   terminal.Filter // of builds
	mu       *sync.Mutex     // the renderer's; a frame takes it

	region    *region // nil: nothing is shown
	brief     bool    // the region is of plans of which nothing needs to stay, and they succeed
	footer    Footer
	above     terminal.Buffer // lines to print above the region with the next frame
	screen    terminal.Region
	timer     *time.Timer // of the next frame; nil: no frame is scheduled
	due       time.Time   // when the timer expires
	timerID   int         // numbers timers, so that a stopped one draws nothing
	lastFrame time.Time
	took      time.Duration // to draw the last frame
	err       error         // of the first write that failed
}

func newTTY(o Options, mu *sync.Mutex) *tty {
	t := &tty{out: terminal.OutputOf(o.Err), now: o.Now, style: o.style(o.Err), mu: mu}
	t.screen.Output, t.screen.Keyboard = t.out, o.Keyboard
	err := o.newStream(o.Err)
	err.to, err.terminal = (*aboveRegion)(t), true
	out := o.newStream(o.Out)
	if out.terminal || o.Out == o.Err {
		out.to, out.terminal = err.to, true
	}
	t.logs = newLogs(out, err, o.Logs)
	t.messages = messages{err.to, t.style, t.out.Size}
	if o.Builds != o.Err && !IsTerminal(o.Builds) {
		t.builds, t.filter = terminal.OutputOf(o.Builds), o.builds()
	}
	return t
}

// aboveRegion prints lines on the terminal: above the live region while there is
// one.
type aboveRegion tty

// Print returns nil: the first error is that of the display's close.
func (a *aboveRegion) Print(b *terminal.Buffer) error {
	t := (*tty)(a)
	if t.region == nil && t.footer.empty() {
		t.keepError(t.out.Print(b))
		return nil
	}
	t.above.Append(b)
	if t.above.Len() > maxAbove {
		t.draw() // so that a fast log takes no more memory
	}
	return nil
}

// maxAbove is how many bytes of lines may wait for the next frame.
const maxAbove = 1 << 16

// keepError keeps the error of the first write that failed.
func (t *tty) keepError(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *tty) event(e event.Event) {
	switch x := e.(type) {
	case event.Planned:
		t.brief = x.Brief && (t.region == nil || t.brief)
		if t.region != nil || len(x.Refs) > 0 { // nothing to do is nothing to show
			t.open().Add(e, t.now())
		}
	case event.Held, event.Part:
		t.open().Add(e, t.now())
	case event.Status:
		t.open().Add(e, t.now())
		if x.State == event.Failed {
			t.failedStep(x.Ref)
		}
	case event.Finished:
		if t.region != nil {
			t.brief = t.brief && x.Err == nil
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
		if m, ok := e.(event.Message); ok && m.Level == event.Plain {
			return
		}
		if a, ok := e.(event.Attached); ok && !a.Quiet {
			t.logView() // a search can ask for lines that came before it
		}
		t.end(e)
		if !t.logs.event(e) {
			t.messages.event(e)
		}
	}
	t.scheduleFrame()
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

// scheduleFrame schedules a frame that shows what changed.
func (t *tty) scheduleFrame() {
	if t.region == nil && t.footer.empty() {
		return
	}
	gap := t.interval()
	if t.above.Len() > 0 {
		gap = logInterval
	}
	t.schedule(gap - t.now().Sub(t.lastFrame))
}

// interval is the time between two frames that print no lines above. It is longer
// where frames take long: on a busy machine or a slow terminal.
func (t *tty) interval() time.Duration {
	return min(max(spinnerInterval, drawShare*t.took), maxInterval)
}

// open returns the live region, a new one where there is none.
func (t *tty) open() *region {
	if t.region == nil {
		t.region = newRegion(t.style)
	}
	return t.region
}

// schedule has a frame drawn after d, or before where an earlier one is scheduled.
func (t *tty) schedule(d time.Duration) {
	d = max(d, 0)
	due := t.now().Add(d)
	if t.timer != nil {
		if !due.Before(t.due) {
			return
		}
		t.timer.Stop()
	}
	t.timerID++
	timerID := t.timerID
	t.timer, t.due = time.AfterFunc(d, func() { t.frame(timerID) }), due
}

// frame draws the frame of a timer that expired.
func (t *tty) frame(timerID int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer == nil || t.timerID != timerID {
		return // the timer was stopped while this waited for the lock
	}
	t.timer = nil
	panics := true
	defer func() {
		if panics { // nobody else would give the terminal back
			_ = t.screen.Release()
		}
	}()
	t.draw()
	panics = false
	if t.region != nil && t.region.Works() {
		t.schedule(t.interval())
	}
}

// draw draws a frame now.
func (t *tty) draw() {
	cols, rows := t.size()
	t.lastFrame = t.now()
	f := frame{cols - 1, rows - 1, progress.Moment{Now: t.lastFrame}}
	var foot []terminal.Text
	if !t.footer.empty() && f.rows > 1 {
		foot = append(foot, t.footer.line(f.cols, t.style))
	}
	f.rows -= len(foot)
	var lines []terminal.Text
	if t.region != nil {
		lines = t.region.lines(f)
	}
	t.show(append(lines, foot...), cols, rows)
	t.took = t.now().Sub(t.lastFrame)
}

// setFooter replaces the line at the bottom.
func (t *tty) setFooter(f Footer) {
	t.footer = f
	t.logView()
	t.draw()
	if f.empty() && t.region == nil {
		t.stopTimer()
		t.keepError(t.screen.Release())
	}
}

func (t *tty) stopTimer() {
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// commit draws the region's last frame, which stays on the screen, and ends the
// region.
func (t *tty) commit() {
	t.stopTimer()
	if t.region == nil {
		return
	}
	cols, rows := t.size()
	var lines []terminal.Text
	if at := (progress.Moment{Now: t.now(), Ended: true}); !t.brief || progress.Count(t.region.Shown(at), at).Warned > 0 {
		lines = t.region.lines(frame{cols - 1, rows - 1, at})
	}
	t.keepError(t.screen.Finish(&t.above, lines, cols, rows))
	t.above.Reset(2 * maxAbove)
	t.region = nil
	t.scheduleFrame() // for the footer
}

func (t *tty) show(lines []terminal.Text, cols, rows int) {
	t.keepError(t.screen.Draw(&t.above, lines, cols, rows))
	t.above.Reset(2 * maxAbove)
}

// redraw draws the region again, below what another program has written.
func (t *tty) redraw() {
	t.screen.Forget()
	if t.region != nil || !t.footer.empty() {
		t.draw()
	}
}

// size is called for each frame: no signal is needed when the window's size changes.
func (t *tty) size() (cols, rows int) { return sizeOf(t.out) }

func (t *tty) close() error {
	t.setFooter(Footer{})
	t.commit()
	t.keepError(t.screen.Restore())
	return t.err
}
