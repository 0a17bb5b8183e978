// Package render shows what happens: it turns events into a live region of a
// terminal, plain lines, JSON lines or next to nothing, prints the logs of
// containers with their prefixes, and writes tables, listings and errors.
//
// Results, the logs of containers and, in plain mode, what builds print go to
// the output, everything else to the error stream. What is not a terminal gets
// plain lines: no colour, no cursor moves. All that is shown is a terminal.Text,
// or passes a terminal.Output.
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
	// ModeQuiet shows warnings, and what a failed step of a build printed. The error itself is
	// the command's to print, here as in the other modes.
	ModeQuiet Mode = "quiet"
)

// ParseMode reads the value of --progress or COMPOSE_PROGRESS; "" is ModeAuto.
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
	// NoColor leaves colours out and changes nothing else: NO_COLOR, --no-color.
	NoColor bool
	// Out takes the logs of containers and what belongs to them. nil: Err, and
	// with JSON they are objects of its stream.
	Out io.Writer
	// Builds takes what builds print in plain mode, and beside a terminal's live
	// region where it is no terminal itself: compose build > log. nil: Err.
	Builds io.Writer
	// Err takes progress and messages.
	Err  io.Writer
	Logs LogOptions
	Now  func() time.Time // nil: time.Now
}

// Renderer shows events. Its methods are safe for concurrent use.
type Renderer struct {
	mu sync.Mutex // guards below
	d  display    // nil after Close
}

// display is one way to show events; a Renderer calls it under its lock.
type display interface {
	event(event.Event)
	close() error
}

// New returns a renderer that shows events as o says.
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
	messages := messages{terminal.OutputOf(o.Err), o.style(o.Err)}
	switch mode {
	case ModeJSON:
		r.d = &jsonLines{out: terminal.OutputOf(o.Err), now: o.Now, logs: logs, separate: separate}
	case ModeQuiet:
		r.d = &quiet{messages: messages, logs: logs, builds: progress.Tails{}}
	default:
		r.d = &plain{messages: messages, logs: logs, builds: terminal.OutputOf(o.Builds), filter: o.builds()}
	}
	return r, nil
}

// builds is the filter of what builds print: their colours also go to a pipe.
func (o Options) builds() terminal.Filter {
	return style(!o.NoColor && o.ANSI != ANSINever).filter()
}

// Event shows e. It is an event.Sink.
func (r *Renderer) Event(e event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.d != nil {
		r.d.event(e)
	}
}

// Leave leaves the terminal to others while during runs: the cursor is seen, and
// what comes is shown after that.
func (r *Renderer) Leave(during func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t, ok := r.d.(*tty); ok {
		t.failed(t.screen.Release())
	}
	during()
}

// Redraw draws the live region anew below the cursor: a process that was stopped
// goes on, and its shell has written on the terminal meanwhile.
func (r *Renderer) Redraw() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t, ok := r.d.(*tty); ok {
		t.redraw()
	}
}

// Close leaves the terminal as it should be. What comes later is not shown. A
// second call does nothing.
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
