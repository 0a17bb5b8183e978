package main

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"

	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// wantsMenu tells whether an attached up listens to keys: --menu, else
// COMPOSE_MENU, else where there is a terminal at both ends.
func (a *app) wantsMenu(p *project.Project, flag *pflag.Flag) bool {
	if !terminal.Is(a.stdin) || !terminal.Is(a.stdout) || !terminal.Is(a.stderr) {
		return false
	}
	if flag.Changed {
		return flag.Value.String() == "true"
	}
	v := a.setting(p, "COMPOSE_MENU")
	return v == "" || truthy(v)
}

// menu is what listens to the keys of an attached up.
type menu struct {
	out      *render.Renderer
	commands chan session.Command

	mu   sync.Mutex // guards below
	keys *menuKeys
}

// menu is the session's Menu: it reads keys from the terminal until it is closed.
func (a *app) menu(services []string) session.Menu {
	return func(ctx context.Context) (<-chan session.Command, func()) {
		m := &menu{out: a.display(), commands: make(chan session.Command, 8), keys: newMenuKeys(services)}
		restore, ok, err := terminal.Keys(a.stdin)
		if err != nil {
			a.warn("no menu: %v", err)
		}
		if !ok || !m.out.Footer(m.keys.footer()) {
			if ok {
				restore()
			}
			return nil, func() {}
		}
		in := terminal.NewInput(a.stdin)
		a.asks.Store(m)
		var reading sync.WaitGroup
		reading.Go(func() { m.read(in) })
		again := a.keysAgain()
		return m.commands, sync.OnceFunc(func() {
			a.asks.Store(nil)
			again()
			_ = in.Close()
			reading.Wait()
			in.Release()
			restore()
			m.out.Footer(render.Footer{})
		})
	}
}

// read does what the keys say until in ends.
func (m *menu) read(in *terminal.Input) {
	b := make([]byte, 256)
	for {
		n, err := in.Read(b)
		m.mu.Lock()
		if err != nil {
			m.keys.leave() // nobody answers any more
			m.mu.Unlock()
			return
		}
		for _, did := range m.keys.press(b[:n]) {
			m.do(did)
		}
		m.out.Footer(m.keys.footer())
		m.mu.Unlock()
	}
}

func (m *menu) do(did any) {
	switch did := did.(type) {
	case session.Command:
		select {
		case m.commands <- did:
		default: // so many wait that one more is a mistake
		}
	case showOnly:
		m.out.Only(string(did))
	case searchFor:
		m.out.Search(string(did))
	case tell:
		m.out.Event(event.Message{Level: event.Info, Text: string(did)})
	}
}

// ask asks in the place of the keys; "" where nobody answers.
func (m *menu) ask(ctx context.Context, question string) (string, error) {
	m.mu.Lock()
	answer := m.keys.question(question)
	m.out.Footer(m.keys.footer())
	m.mu.Unlock()
	select {
	case text := <-answer:
		return text, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// keysAgain sets the terminal's mode anew when the process goes on after it was
// stopped: the shell has set its own meanwhile.
func (a *app) keysAgain() (stop func()) {
	if terminal.Continued == nil {
		return func() {}
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, terminal.Continued)
	var listening sync.WaitGroup
	listening.Go(func() {
		for range signals {
			_, _, _ = terminal.Keys(a.stdin) // in the background it is left as it is
		}
	})
	return func() {
		signal.Stop(signals)
		close(signals)
		listening.Wait()
	}
}

// openURL shows a page in the user's browser. Where there is none the URL is
// told.
func (a *app) openURL(url string) error {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	if browser := a.getenv("BROWSER"); browser != "" {
		name, args = browser, []string{url}
	}
	text := "opened " + url
	cmd := exec.Command(name, args...)
	cmd.Env = a.environ
	if err := cmd.Start(); err != nil {
		text = url
	} else {
		go func() { _ = cmd.Wait() }() // it may stay open for longer than this program
	}
	a.sink(event.Message{Level: event.Info, Text: text})
	return nil
}
