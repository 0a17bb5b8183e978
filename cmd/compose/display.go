package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"
	"sync"

	"github.com/sirupsen/logrus"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/plan"
)

// display is where events go. It is made at the first one, when the flags have
// been read.
func (a *app) display() *render.Renderer {
	a.opening.Lock()
	defer a.opening.Unlock()
	if a.out != nil {
		return a.out
	}
	progress := a.stderr
	if truthy(a.getenv("COMPOSE_STATUS_STDOUT")) {
		progress = a.stdout
	}
	out, builds := a.stdout, a.stdout
	if a.stdoutTaken {
		out, builds = a.stderr, progress
	}
	o := a.look()
	o.Mode, o.Out, o.Builds, o.Err, o.Logs, o.Folded = a.progress(), out, builds, progress, a.logs, a.onActions()
	r, err := render.New(o)
	if err != nil { // checkDisplay has refused the flags; the variables remain
		r, _ = render.New(render.Options{Mode: render.ModePlain, Out: out, Builds: builds, Err: progress, Logs: a.logs})
		r.Event(event.Message{Level: event.Warn, Text: "COMPOSE_PROGRESS: " + err.Error()})
	}
	a.out = r
	return r
}

// newScreen is a screen on stdout, which is closed by who asked for it.
func (a *app) newScreen() *render.Screen {
	a.opening.Lock()
	defer a.opening.Unlock()
	a.screen = render.NewScreen(a.stdout, a.keyboard())
	return a.screen
}

// shown are the displays that are open.
func (a *app) shown() []display {
	a.opening.Lock()
	defer a.opening.Unlock()
	var all []display
	if a.out != nil {
		all = append(all, a.out)
	}
	if a.screen != nil {
		all = append(all, a.screen)
	}
	return all
}

// display is what a terminal is left by, and taken again.
type display interface {
	Leave(during func())
	Redraw()
}

// leaveTerminal gives the terminal to others, such as a shell, while during runs.
func (a *app) leaveTerminal(during func()) {
	if m := a.asks.Load(); m != nil {
		m.leave()
	}
	for _, d := range a.shown() {
		inner := during
		during = func() { d.Leave(inner) }
	}
	during()
}

// takeTerminal shows anew what is live on the terminal, and listens to its keys.
func (a *app) takeTerminal() {
	for _, d := range a.shown() {
		d.Redraw()
	}
	if m := a.asks.Load(); m != nil {
		m.take()
	}
}

// keyboard is that of the terminal at which the user types.
func (a *app) keyboard() *terminal.Keyboard {
	a.typing.Do(func() { a.keys = terminal.NewKeyboard(a.stdin) })
	return a.keys
}

// look is what the user said of colours and the cursor.
func (a *app) look() render.Options {
	return render.Options{Keyboard: a.keyboard(), ANSI: render.ANSI(a.ansi()), NoColor: a.getenv("NO_COLOR") != "", Now: a.now}
}

// progress is --progress, else COMPOSE_PROGRESS.
func (a *app) progress() render.Mode {
	if a.global.progress != "" {
		return render.Mode(a.global.progress)
	}
	return render.Mode(a.getenv("COMPOSE_PROGRESS"))
}

// ansi is --ansi, else COMPOSE_ANSI, of which Docker Compose does not mind what
// it does not know; never where that leaves it to a terminal which says of
// itself that it is a dumb one.
func (a *app) ansi() string {
	if a.global.noANSI {
		return "never"
	}
	ansi := a.global.ansi
	if v := a.getenv("COMPOSE_ANSI"); ansi == "auto" && (v == "never" || v == "always") {
		ansi = v
	}
	if ansi == "auto" && a.getenv("TERM") == "dumb" {
		return "never"
	}
	return ansi
}

// checkDisplay refuses values of the flags that nobody knows.
func (a *app) checkDisplay() error {
	if _, err := render.ParseMode(a.global.progress); err != nil {
		return hint.New(fmt.Sprintf("unsupported --progress value %q", a.global.progress), "the values are auto, tty, plain, json and quiet")
	}
	switch a.ansi() {
	case "auto", "never", "always":
		return nil
	}
	return hint.New(fmt.Sprintf("invalid value for --ansi: %q", a.ansi()), "the values are auto, never and always")
}

// list prints texts for people, each in a line.
func (a *app) list(texts []string) error {
	lines := make([]terminal.Text, len(texts))
	for i, text := range texts {
		lines[i] = terminal.Value(text)
	}
	return a.stdout.Show(lines...)
}

// names prints names, each in a line: a pipe gets them as they are.
func (a *app) names(names []string) error {
	if a.stdout.IsTerminal() {
		return a.list(names)
	}
	_, err := a.stdout.Write(lines(names))
	return err
}

// confirm asks on the terminal. What --yes agrees to is answered from a pipe or
// file too, as with Docker Compose. Where nobody can answer it is no.
func (a *app) confirm(ctx context.Context, ask plan.Ask) (bool, error) {
	yes, err := a.putQuestion(ctx, ask)
	a.classes.answered(yes || err != nil)
	return yes, err
}

// putQuestion is confirm for an answer of whatever kind.
func (a *app) putQuestion(ctx context.Context, ask plan.Ask) (bool, error) {
	switch {
	case terminal.Is(a.stdin) && render.IsTerminal(a.stderr):
		answer, err := a.ask(ctx, a.stderr, ask.Text+" (y/N)")
		return agrees(answer), err
	case !terminal.Is(a.stdin) && ask.Agrees == "":
		return a.confirmPiped(ctx, ask)
	}
	a.warn("%s No: there is no terminal to ask on; %s agrees", ask.Text, cmp.Or(ask.Agrees, "--yes"))
	return false, nil
}

// confirmPiped shows the question, and takes a line of the program's input for
// the answer.
func (a *app) confirmPiped(ctx context.Context, ask plan.Ask) (bool, error) {
	a.warn("%s (y/N)", ask.Text)
	answer, err := a.readLine(ctx)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("reading the answer: %w", err)
	}
	if answer == "" {
		a.warn("the answer is no: there is no terminal to ask on; --yes agrees")
	}
	return agrees(answer), nil
}

// agrees reads the answer to a question.
func agrees(answer string) bool {
	answer = strings.ToLower(answer)
	return answer == "y" || answer == "yes"
}

// setUpDebug sends what the libraries log to stderr with --debug, and nowhere
// without: compose-go's warnings become messages.
func (a *app) setUpDebug() {
	logrus.SetOutput(io.Discard)
	log.SetOutput(io.Discard) // net/http tells there what it does not understand
	if a.global.debug {
		logrus.SetOutput(a.stderr)
		log.SetOutput(a.stderr)
		logrus.SetLevel(logrus.DebugLevel)
		return
	}
	logrus.SetLevel(logrus.WarnLevel)
	logrus.AddHook(&warnings{app: a, seen: map[string]bool{}})
}

// warnings is a logrus hook that turns compose-go's warnings into messages,
// each once.
type warnings struct {
	app *app

	mu   sync.Mutex // guards below
	seen map[string]bool
}

// Levels are those that reach the user.
func (w *warnings) Levels() []logrus.Level {
	return []logrus.Level{logrus.WarnLevel, logrus.ErrorLevel}
}

// Fire passes one entry of compose-go on. Entries with fields are of the
// libraries behind builds, about their own business.
func (w *warnings) Fire(e *logrus.Entry) error {
	if len(e.Data) > 0 {
		return nil
	}
	w.mu.Lock()
	known := w.seen[e.Message]
	w.seen[e.Message] = true
	w.mu.Unlock()
	if !known {
		w.app.warn("%s", e.Message)
	}
	return nil
}
