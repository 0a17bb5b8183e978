// Package render shows what happens: it turns events into a live region of a
// terminal, plain lines, JSON lines or next to nothing, prints the logs of
// containers with their prefixes, and writes tables, listings and errors.
//
// Results, the logs of containers and, in plain mode, the output of builds go to
// standard output; everything else goes to standard error. A stream that is not a
// terminal gets plain lines without colours and cursor movement. Everything is
// written as a terminal.Text, or through a terminal.Output.
package render

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/progress"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Mode is a way to show progress.
type Mode string

// The modes of --progress.
const (
	// ModeAuto is ModeTTY where the error stream is a terminal, and ModePlain elsewhere.
	ModeAuto Mode = "auto"
	// ModeTTY keeps a live region at the bottom of a terminal.
	ModeTTY Mode = "tty"
	// ModePlain prints a line for each change.
	ModePlain Mode = "plain"
	// ModeJSON prints an object for each event; see encode.
	ModeJSON Mode = "json"
	// ModeQuiet prints warnings, and the output of a build's failed step. The error that ends
	// a command is printed by the command, in all modes.
	ModeQuiet Mode = "quiet"
)

// ParseMode reads the value of --progress or COMPOSE_PROGRESS; "" is ModeAuto. Any
// other value than a Mode is an error that names the modes.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case "":
		return ModeAuto, nil
	case ModeAuto, ModeTTY, ModePlain, ModeJSON, ModeQuiet:
		return m, nil
	}
	return "", fmt.Errorf("unknown progress %q: use auto, tty, plain, json or quiet", s)
}

// Options say where and how to show events.
type Options struct {
	Mode Mode // "": ModeAuto
	ANSI ANSI // "": from the streams
	// NoColor turns off colours and nothing else: NO_COLOR, --no-color.
	NoColor bool
	// Out gets the logs of containers, and among them exits and the output of hooks.
	// nil: Err; with ModeJSON logs are then objects like other events.
	Out io.Writer
	// Builds gets the output of builds in ModePlain, and in ModeTTY where it is not a
	// terminal: compose build > log. nil: Err.
	Builds io.Writer
	// Err gets progress and messages.
	Err io.Writer
	// Keyboard is that of the terminal Err: what is typed does not show while ModeTTY
	// draws. nil: it does.
	Keyboard *terminal.Keyboard
	Logs     LogOptions
	Now      func() time.Time // nil: time.Now
	// Folded makes groups of GitHub Actions of the output of builds, in ModePlain.
	Folded bool
}

// Renderer shows events. Its methods are safe for concurrent use. Who makes one
// closes it.
type Renderer struct {
	mu sync.Mutex // guards below
	d  display    // nil after Close
}

// display is one mode. A Renderer calls it under its lock.
type display interface {
	event(event.Event)
	close() error
}

// New returns a renderer that shows events as o says. The error is ParseMode's.
func New(o Options) (*Renderer, error) {
	mode, err := ParseMode(string(o.Mode))
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	separate := o.Out != nil
	if !separate {
		o.Out = o.Err
	}
	if o.Builds == nil {
		o.Builds = o.Err
	}
	mode = o.resolve(mode)
	r := &Renderer{}
	if mode == ModeTTY {
		r.d = newTTY(o, &r.mu)
		return r, nil
	}
	logs := newLogs(o.newStream(o.Out), o.newStream(o.Err), o.Logs)
	if mode != ModePlain {
		logs.progress = stream{}
	}
	messages := messages{terminal.OutputOf(o.Err), o.style(o.Err), terminal.OutputOf(o.Err).Size}
	switch mode {
	case ModeJSON:
		r.d = &jsonLines{out: terminal.OutputOf(o.Err), now: o.Now, logs: logs, separate: separate}
	case ModeQuiet:
		r.d = &quiet{messages: messages, logs: logs, builds: progress.Tails{}}
	default:
		p := &plain{messages: messages, logs: logs, builds: terminal.OutputOf(o.Builds), filter: o.builds()}
		if o.Folded {
			p.folds = newFolds(terminal.OutputOf(o.Builds))
		}
		r.d = p
	}
	return r, nil
}

// builds returns the filter for the output of builds. Their colours also go to a
// pipe.
func (o Options) builds() terminal.Filter {
	return style(!o.NoColor && o.ANSI != ANSINever).filter()
}

// Live tells whether events change a live region of a terminal: ModeTTY.
func (r *Renderer) Live() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, live := r.d.(*tty)
	return live
}

// Event shows e; after Close it does nothing. It is an event.Sink.
func (r *Renderer) Event(e event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.d != nil {
		r.d.event(e)
	}
}

// Leave calls during, while another program has the terminal: the cursor is shown,
// and events wait until during returns.
func (r *Renderer) Leave(during func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t, ok := r.d.(*tty); ok {
		t.keepError(t.screen.Release())
	}
	during()
}

// Redraw draws the live region again, below the cursor. It is called after another
// program has written on the terminal, as the shell does while a process is stopped.
func (r *Renderer) Redraw() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t, ok := r.d.(*tty); ok {
		t.redraw()
	}
}

// Close leaves the last state of the live region on the terminal and shows the
// cursor. Later events are not shown. The error is that of the first failed write to
// the terminal in ModeTTY, nil in other modes. A second call does nothing.
func (r *Renderer) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.d == nil {
		return nil
	}
	err := r.d.close()
	r.d = nil
	return err
}
