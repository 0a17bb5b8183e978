package follow_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/follow"
	"github.com/compose-orchestrator/compose/session/follow/account"
)

// user is one who sees what is shown, and does something when a text comes.
type user struct {
	mu    sync.Mutex // guards below
	lines []string
	when  map[string]func() // by text: done once, when it is in a line
}

// sees takes an event as a line: "web-1: hello", "web-1 exited 3", or a message's text.
func (u *user) sees(e event.Event) {
	switch e := e.(type) {
	case event.Logs:
		for _, l := range e {
			u.line(fmt.Sprintf("%s-%d: %s", l.Source.Service, l.Source.Number, l.Text))
		}
	case event.Log:
		u.line(fmt.Sprintf("%s-%d: %s", e.Source.Service, e.Source.Number, e.Text))
	case event.Exit:
		u.line(fmt.Sprintf("%s-%d exited %d", e.Source.Service, e.Source.Number, e.Code))
	case event.Message:
		u.line(e.Text)
	}
}

func (u *user) line(text string) {
	u.mu.Lock()
	u.lines = append(u.lines, text)
	var do func()
	for part, f := range u.when {
		if strings.Contains(text, part) {
			do = f
			delete(u.when, part)
			break
		}
	}
	u.mu.Unlock()
	if do != nil {
		do()
	}
}

// saw tells whether a line was shown.
func (u *user) saw(line string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Contains(u.lines, line)
}

// talks is a service that prints something and runs on until it is stopped.
const talks = `{image: alpine, command: [sh, -c, "trap 'echo bye; exit 0' TERM; echo hello; while true; do sleep 0.1; done"]}`

// open is a session of a project on an engine in memory, whose events u sees.
func open(t *testing.T, u *user, services string) *session.Session {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte("name: shown\nservices:\n"+services), 0o644); err != nil {
		t.Fatal(err)
	}
	server := enginetest.Start(t, enginetest.Options{})
	conn, err := session.Connect(t.Context(), session.ConnectOptions{Host: server.Host})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	p, err := project.Load(t.Context(), project.Options{Dir: dir, WorkDir: dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := conn.New(session.Config{Project: p, Sink: u.sees})
	t.Cleanup(s.Close)
	return s
}

// running are the services of the containers that run.
func running(t *testing.T, s *session.Session) string {
	t.Helper()
	containers, err := s.Containers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var services []string
	for _, c := range containers {
		if c.Status.Runs() {
			services = append(services, c.Service)
		}
	}
	slices.Sort(services)
	return strings.Join(services, " ")
}

// check compares what the user saw, and what runs.
func check(t *testing.T, s *session.Session, u *user, runs string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !u.saw(line) {
			t.Errorf("%q was not shown, but\n%s", line, strings.Join(u.lines, "\n"))
		}
	}
	if got := running(t, s); got != runs {
		t.Errorf("%q runs, want %q", got, runs)
	}
}

// TestUpEnds: it ends with its containers, and all that they printed is shown, also
// where the engine keeps no log.
func TestUpEnds(t *testing.T) {
	u := &user{}
	s := open(t, u, `  web: {image: alpine, command: [sh, -c, "echo one; exit 3"]}
  mute: {image: alpine, command: [sh, -c, "echo two"], logging: {driver: none}}
`)
	code, err := follow.Up(t.Context(), s, session.UpOptions{}, follow.Options{})
	if code != 0 || err != nil {
		t.Fatal(code, err)
	}
	check(t, s, u, "", "web-1: one", "web-1 exited 3", "mute-1: two", "mute-1 exited 0")
}

// TestUpAborts: an end stops the others, and its code is the up's.
func TestUpAborts(t *testing.T) {
	u := &user{}
	s := open(t, u, "  web: "+talks+`
  job: {image: alpine, command: [sh, -c, "sleep 0.3; exit 4"]}
`)
	code, err := follow.Up(t.Context(), s, session.UpOptions{}, follow.Options{Options: account.Options{ExitCodeFrom: "job"}})
	if code != 4 || err != nil {
		t.Fatal(code, err)
	}
	check(t, s, u, "", "job-1 exited 4", "Aborting on container exit...", "web-1: bye", "web-1 exited 0")
}

// keys is a menu. Its user waits until all is up.
type keys struct {
	commands chan follow.Command
	up       chan struct{} // closed when all is up
	once     sync.Once
}

func newKeys() *keys {
	return &keys{commands: make(chan follow.Command), up: make(chan struct{})}
}

func (k *keys) Open(context.Context) <-chan follow.Command { return k.commands }
func (k *keys) Ready(*project.Project)                     { k.once.Do(func() { close(k.up) }) }
func (k *keys) Close()                                     {}

// press sends a command, once all is up.
func (k *keys) press(c follow.Command) {
	go func() {
		<-k.up
		k.commands <- c
	}()
}

// TestUpInterrupted: it stops its containers, and shows what they say to that.
func TestUpInterrupted(t *testing.T) {
	enough := errors.New("enough")
	ctx, interrupt := context.WithCancelCause(t.Context())
	menu := newKeys()
	u := &user{when: map[string]func(){"web-1: hello": func() {
		go func() {
			<-menu.up
			interrupt(enough)
		}()
	}}}
	s := open(t, u, "  web: "+talks+"\n")
	if _, err := follow.Up(ctx, s, session.UpOptions{}, follow.Options{Menu: menu}); !errors.Is(err, enough) {
		t.Fatal(err)
	}
	check(t, s, u, "", "web-1: bye", "web-1 exited 0")
}

// TestMenu: the end of a container that the user has restarted stops nobody, and who
// leaves has them run on.
func TestMenu(t *testing.T) {
	menu := newKeys()
	u := &user{}
	u.when = map[string]func(){
		"web-1: hello": func() { menu.press(follow.Command{Verb: follow.Restart, Service: "web"}) },
		"web-1: bye": func() {
			u.mu.Lock()
			defer u.mu.Unlock()
			u.when["web-1: hello"] = func() { menu.press(follow.Command{Verb: follow.Detach}) }
		},
	}
	s := open(t, u, "  web: "+talks+"\n")
	o := follow.Options{Menu: menu, Options: account.Options{AbortOnExit: true}}
	if code, err := follow.Up(t.Context(), s, session.UpOptions{}, o); code != 0 || err != nil {
		t.Fatal(code, err)
	}
	check(t, s, u, "web", "detached: the containers run on")
}

// watch is a follow.Watch that notes what it is asked for.
type watch struct {
	u     *user
	newer *project.Project // taken in by Start; nil: none is
}

func (w watch) Open(context.Context, *session.Session) error { w.u.line("open"); return nil }
func (w watch) Close()                                       { w.u.line("close") }
func (w watch) Rebuild(context.Context, []string) error      { w.u.line("rebuild"); return nil }
func (w watch) Start(_ context.Context, adopt func(*project.Project)) {
	w.u.line("start")
	adopt(w.newer)
}

func (w watch) Prepare(_ context.Context, o session.UpOptions) (session.UpOptions, error) {
	w.u.line("prepare")
	return o, nil
}

// TestWatch: watching is opened, prepares, and is closed before what it took in is
// stopped: the services of all forms of the project.
func TestWatch(t *testing.T) {
	ctx, interrupt := context.WithCancelCause(t.Context())
	u := &user{when: map[string]func(){"start": func() { interrupt(errors.New("enough")) }}}
	const idle = `{image: alpine, command: [sleep, "1000"], stop_grace_period: 0s}`
	s := open(t, u, "  web: "+idle+"\n  old: "+idle+"\n")
	newer, err := s.Project.Select(project.Selection{Services: []string{"web"}})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = follow.Up(ctx, s, session.UpOptions{}, follow.Options{Watch: watch{u, newer}})
	check(t, s, u, "")
	steps := slices.DeleteFunc(slices.Clone(u.lines), func(line string) bool {
		return !slices.Contains([]string{"open", "prepare", "start", "close"}, line)
	})
	if got := strings.Join(steps, " "); got != "open prepare start close close" {
		t.Errorf("got %q", got)
	}
}

// TestLogs: what containers printed that ended is shown, of the services asked for.
func TestLogs(t *testing.T) {
	u := &user{}
	s := open(t, u, `  web: {image: alpine, command: [sh, -c, "echo one"]}
  db: {image: alpine, command: [sh, -c, "echo two"]}
`)
	if _, err := follow.Up(t.Context(), s, session.UpOptions{}, follow.Options{}); err != nil {
		t.Fatal(err)
	}
	u.lines = nil
	if err := follow.Logs(t.Context(), s, follow.LogsOptions{Services: []string{"db"}, Follow: true}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(u.lines, " "); got != "db-1: two" {
		t.Errorf("got %q", got)
	}
}
