package main

import (
	"context"
	"os/exec"
	"runtime"
	"sync"

	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session/follow"
)

// wantsMenu tells whether a command listens to keys: by its flag --menu, which may be
// nil, else COMPOSE_MENU, else where there is a terminal at both ends.
func (a *app) wantsMenu(p *project.Project, flag *pflag.Flag) bool {
	if !terminal.Is(a.stdin) || !terminal.Is(a.stdout) || !terminal.Is(a.stderr) {
		return false
	}
	if flag != nil && flag.Changed {
		return flag.Value.String() == "true"
	}
	v := a.setting(p, "COMPOSE_MENU")
	return v == "" || truthy(v)
}

// menu listens to the keys of an attached up, or of logs. It implements follow.Menu.
type menu struct {
	a        *app
	commands chan follow.Command
	stop     func() // ends what Open began

	mu      sync.Mutex // guards below
	keys    *menuKeys
	open    bool   // the footer is shown
	restore func() // the terminal's mode
}

var _ follow.Menu = (*menu)(nil)

func (a *app) menu(keys []menuKey, services []string) *menu {
	return &menu{a: a, commands: make(chan follow.Command, 8), keys: newMenuKeys(keys, services), stop: func() {}}
}

// Open reads keys from the terminal until Close, and shows what they do.
func (m *menu) Open(context.Context) <-chan follow.Command {
	restore, ok, err := m.a.keyboard().Keys()
	if err != nil {
		m.a.warn("no menu: %v", err)
	}
	if !ok {
		return nil
	}
	if !m.begin() {
		restore()
		return nil
	}
	m.restore = restore
	in := terminal.NewInput(m.a.stdin)
	m.a.asks.Store(m)
	var reading sync.WaitGroup
	reading.Go(func() { m.read(in) })
	m.stop = sync.OnceFunc(func() {
		m.a.asks.Store(nil)
		_ = in.Close()
		reading.Wait()
		in.Release()
		m.end()
		m.leave()
	})
	return m.commands
}

// Ready offers what needs running services.
func (m *menu) Ready(p *project.Project) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys.ready = true
	m.keys.know(p)
	m.show()
}

// Close gives the terminal back.
func (m *menu) Close() { m.stop() }

// leave gives the terminal the mode it had.
func (m *menu) leave() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.restore()
}

// take has the terminal give keys again, whatever mode its shell has set meanwhile.
func (m *menu) take() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.open {
		return
	}
	m.restore()
	if restore, ok, err := m.a.keyboard().Keys(); ok && err == nil { // in the background it is left as it is
		m.restore = restore
	}
}

// begin shows the footer; false: this display has none.
func (m *menu) begin() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open = m.a.display().Footer(m.keys.footer())
	return m.open
}

// end takes the footer away, for good.
func (m *menu) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open = false
	m.a.display().Footer(render.Footer{})
}

// show brings the footer up to date. m.mu is held.
func (m *menu) show() {
	if m.open {
		m.a.display().Footer(m.keys.footer())
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
		m.show()
		m.mu.Unlock()
	}
}

func (m *menu) do(did any) {
	switch did := did.(type) {
	case follow.Command:
		select {
		case m.commands <- did:
		default: // so many wait that one more is a mistake
		}
	case showOnly:
		m.a.display().Only(string(did))
	case searchFor:
		m.a.display().Search(string(did))
	case showAll:
		m.a.display().Only("")
		m.a.display().Search("")
	case tell:
		m.a.display().Event(event.Message{Level: event.Info, Text: string(did)})
	}
}

// ask asks in the place of the keys; "" where nobody answers.
func (m *menu) ask(ctx context.Context, question string) (string, error) {
	m.mu.Lock()
	answer := m.keys.question(question)
	m.show()
	m.mu.Unlock()
	select {
	case text := <-answer:
		return text, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
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
