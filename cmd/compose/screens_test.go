//go:build !windows

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/internal/screentest"
)

// shown is a command of this program on a pseudo-terminal, and what people see
// of it.
type shown struct {
	terminalCommand
	screen *screentest.Terminal
	golden string // file
	shots  strings.Builder
	want   map[string]string
}

// show starts a command on a terminal. Its screens are compared with those in
// testdata/screens/NAME-COLSxROWS.txt.
func show(t *testing.T, name string, size [2]int, dir, host string, args ...string) *shown {
	t.Helper()
	cmd := composeCommand(t, dir, host, args...)
	cmd.Args[0] = timeless
	cmd.Env = append(cmd.Env, "COMPOSE_PROGRESS=tty", "NO_COLOR=1")
	s := &shown{
		terminalCommand: newTerminal(t, size[0], size[1], cmd), screen: screentest.New(size[0], size[1]),
		golden: filepath.Join("testdata", "screens", fmt.Sprintf("%s-%dx%d.txt", name, size[0], size[1])),
	}
	s.load()
	s.start(s.screen)
	return s
}

// load takes the golden screens in.
func (s *shown) load() {
	s.want = map[string]string{}
	text, err := os.ReadFile(s.golden)
	if err != nil && !*update {
		s.t.Fatal(err)
	}
	for _, shot := range strings.Split(string(text), "-- ")[1:] {
		name, screen, _ := strings.Cut(shot, " --\n")
		s.want[name] = screen
	}
}

// took are times that a clock which stands still does not stop.
var took = regexp.MustCompile(` in [\d.]+ m?s\b`)

// text is what the screen shows, less such times.
func (s *shown) text() string { return took.ReplaceAllString(s.screen.Screen(), " in N s") }

// shot waits until the screen is the golden one of this name. To make that anew
// it waits for the texts.
func (s *shown) shot(name string, texts ...string) {
	s.t.Helper()
	right := func(screen string) bool { return screen == s.want[name] }
	if *update {
		right = func(screen string) bool {
			for _, text := range texts {
				if !strings.Contains(screen, text) {
					return false
				}
			}
			return true
		}
	}
	late := time.After(patience)
	for !right(s.text()) {
		select {
		case <-s.changed:
		case <-late:
			s.t.Fatalf("screen %q of %s: got:\n%s\nwant:\n%s", name, s.golden, s.text(), s.want[name])
		}
	}
	if *update {
		time.Sleep(time.Second) // whatever else comes
		fmt.Fprintf(&s.shots, "-- %s --\n%s", name, s.text())
	}
}

// ends waits for the command's end, and looks at its last screen and at what it
// leaves behind.
func (s *shown) ends(code int, texts ...string) {
	s.t.Helper()
	_ = s.cmd.Wait()
	s.shot("end", texts...)
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.t.Errorf("exit code %d, want %d:\n%s", got, code, s.screen.Screen())
	}
	for late := time.After(patience); s.screen.Hidden(); { // what shows it may come behind the screen
		select {
		case <-s.changed:
		case <-late:
			s.t.Fatal("the cursor is still hidden")
		}
	}
	if unknown := s.screen.Unknown(); len(unknown) > 0 {
		s.t.Errorf("the terminal got %q", unknown)
	}
	s.save()
}

// save writes the golden screens anew, where that is asked for.
func (s *shown) save() {
	if !*update {
		return
	}
	if err := os.WriteFile(s.golden, []byte(s.shots.String()), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// sizes are those of the terminals that screens are looked at on.
var sizes = [][2]int{{80, 24}, {40, 10}, {200, 60}}

// eachSize runs a test of screens on terminals of several sizes, each with an
// engine and a project of its own.
func eachSize(t *testing.T, file string, test func(t *testing.T, size [2]int, dir string, server *enginetest.Server)) {
	t.Parallel()
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			dir, server := terminalProjectOf(t, "name: demo\n"+file)
			test(t, size, dir, server)
		})
	}
}

// An up with a pull and a build under way, services that wait for another's
// health, and a failure.
func TestScreensUp(t *testing.T) {
	file := `services:
  db:
    image: elsewhere
    command: sleep infinity
    stop_grace_period: 0s
    healthcheck: {test: "test -e /ready", interval: 50ms, retries: 100000}
  web:
    build: {dockerfile_inline: "FROM alpine\nRUN echo compiling the first package\nRUN echo linking\n"}
    command: sleep infinity
    depends_on: {db: {condition: service_healthy}, job: {condition: service_completed_successfully}}
  job: {image: alpine, command: "false", depends_on: {db: {condition: service_healthy}}}
  api: {image: alpine, command: sleep infinity, stop_grace_period: 0s, depends_on: [web]}
  cache: {image: alpine, command: sleep infinity, stop_grace_period: 0s}
`
	eachSize(t, file, func(t *testing.T, size [2]int, dir string, server *enginetest.Server) {
		server.Engine.SetRegistry("elsewhere", enginetest.Image{Files: map[string]string{"/big": strings.Repeat("x", 30_000_000)}})
		pulled, built := make(chan struct{}), make(chan struct{})
		server.Engine.Fault("POST /images/create", enginetest.Fault{Stall: pulled, Writes: 3})
		server.Engine.Fault("POST /build", enginetest.Fault{Stall: built, Writes: 4})
		s := show(t, "up", size, dir, server.Host, "up", "-d")
		s.shot("pulling and building", "40%", "Building", "Waiting")
		close(pulled)
		s.shot("waiting, and building", "Waiting to be", "Building")
		close(built)
		s.shot("waiting", "Waiting to be")
		narrow := [2]int{size[0] * 3 / 4, size[1] * 3 / 4}
		s.screen.Resize(narrow[0], narrow[1])
		s.resize(narrow[0], narrow[1])
		s.shot("made narrower", "Waiting to be")
		s.screen.Resize(size[0], size[1])
		s.resize(size[0], size[1])
		s.shot("made wider again", "Waiting to be")
		ready(t, dir, server)
		s.ends(1, "failed")
	})
}

// Two hundred services: those that are done fold away, and so do the others
// where they are more than there is room for.
func TestScreensMany(t *testing.T) {
	var file strings.Builder
	file.WriteString("services:\n  db: {image: alpine, command: sleep infinity, stop_grace_period: 0s, healthcheck: {test: \"test -e /ready\", interval: 50ms, retries: 100000}}\n")
	for i := range 199 {
		fmt.Fprintf(&file, "  s%03d: {image: alpine, command: \"true\"", i)
		if i%20 == 7 {
			file.WriteString(", depends_on: {db: {condition: service_healthy}}")
		}
		file.WriteString("}\n")
	}
	eachSize(t, file.String(), func(t *testing.T, size [2]int, dir string, server *enginetest.Server) {
		s := show(t, "many", size, dir, server.Host, "up", "-d")
		s.shot("waiting", "Running 190/201")
		ready(t, dir, server)
		s.ends(0, "Running 201/201")
	})
}

// ready makes the service db healthy.
func ready(t *testing.T, dir string, server *enginetest.Server) {
	t.Helper()
	compose(t, dir, server, "exec", "-T", "db", "touch", "/ready")
}

// An attached up: logs above what is still at work, then the menu, and what an
// interrupt waits for.
func TestScreensAttached(t *testing.T) {
	file := `services:
  db:
    image: alpine
    command: sleep infinity
    attach: false
    stop_grace_period: 0s
    healthcheck: {test: "test -e /ready", interval: 50ms, retries: 100000}
  web:
    image: alpine
    command: [sh, -c, "trap 'exit 0' TERM; for i in 1 2 3 4 5 6 7 8; do echo line $$i of a log that is a little longer than a narrow terminal; done; while true; do sleep 1; done"]
  api: {image: alpine, command: sleep infinity, attach: false, stop_grace_period: 0s, depends_on: {db: {condition: service_healthy}}, ports: ["18080:80"]}
`
	eachSize(t, file, func(t *testing.T, size [2]int, dir string, server *enginetest.Server) {
		stopped := make(chan struct{})
		server.Engine.Fault("POST /containers/{id}/stop", enginetest.Fault{Stall: stopped})
		s := show(t, "attached", size, dir, server.Host, "up")
		s.shot("waiting", "line 8", "Waiting to be")
		ready(t, dir, server)
		s.shot("menu", "Running 4/4", "detach")
		s.keys("/line 7")
		s.shot("prompt", "line 7▏")
		s.keys("\r")
		s.shot("found", "is in 1 of", "ctrl-c")
		s.keys("\x03")
		s.shot("stopping", "exited with code", "Waiting")
		close(stopped)
		s.ends(130, "Stopping 3/3")
	})
}

// A down whose one container takes its time.
func TestScreensDown(t *testing.T) {
	file := `services:
  db: {image: alpine, command: sleep infinity, stop_grace_period: 0s}
  web: {image: alpine, command: sleep infinity, stop_grace_period: 0s, depends_on: [db]}
  api: {image: alpine, command: sleep infinity, stop_grace_period: 0s, depends_on: [db]}
volumes: {data: {}}
`
	eachSize(t, file, func(t *testing.T, size [2]int, dir string, server *enginetest.Server) {
		compose(t, dir, server, "up", "-d")
		stopped := make(chan struct{})
		server.Engine.Fault("POST /containers/{id}/stop", enginetest.Fault{Stall: stopped})
		s := show(t, "down", size, dir, server.Host, "down", "-v")
		s.shot("stopping", "Stopping", "Waiting")
		close(stopped)
		s.ends(0, "4/4")
	})
}

// An up that was stopped and goes on draws below what the shell has written
// meanwhile.
func TestScreensContinued(t *testing.T) {
	file := `services:
  db: {image: alpine, command: sleep infinity, stop_grace_period: 0s, healthcheck: {test: "test -e /ready", interval: 50ms, retries: 100000}}
  web: {image: alpine, command: sleep infinity, stop_grace_period: 0s, depends_on: {db: {condition: service_healthy}}}
`
	eachSize(t, file, func(t *testing.T, size [2]int, dir string, server *enginetest.Server) {
		s := show(t, "continued", size, dir, server.Host, "up", "-d")
		s.shot("waiting", "Waiting to be")
		s.signal(syscall.SIGSTOP)
		_, _ = s.screen.Write([]byte("[1]+  Stopped   compose up -d\r\n$ fg\r\ncompose up -d\r\n"))
		s.signal(syscall.SIGCONT)
		s.shot("goes on", "Waiting to be")
		ready(t, dir, server)
		s.ends(0, "Running 3/3")
	})
}

// The table of stats: what there is no room for is left out, and who ends is not
// shown any more.
func TestScreensStats(t *testing.T) {
	file := `services:
  db: {image: alpine, command: sleep infinity, stop_grace_period: 0s}
  web: {image: alpine, command: sleep infinity, stop_grace_period: 0s}
  worker: {image: alpine, command: sleep infinity, stop_grace_period: 0s}
`
	eachSize(t, file, func(t *testing.T, size [2]int, dir string, server *enginetest.Server) {
		server.Engine.SetUsage("demo-db-1", enginetest.Usage{CPU: 0.0725, Memory: 734 << 20, Received: 18_300_000, Sent: 245_000_000, Read: 1_210_000_000, Wrote: 87_000_000, PIDs: 24})
		server.Engine.SetUsage("demo-web-1", enginetest.Usage{CPU: 1.5, Memory: 96 << 20, Received: 1_260, Sent: 126, PIDs: 3})
		for _, service := range []string{"db", "web", "worker"} { // one by one: so their ids are always the same
			compose(t, dir, server, "up", "-d", service)
		}
		s := show(t, "stats", size, dir, server.Host, "stats")
		s.shot("measured", "157.25%")
		compose(t, dir, server, "stop", "web")
		s.shot("without web", "2 containers")
		s.keys("\x03")
		s.ends(130, "2 containers")
	})
}

// compose carries out a command that is not looked at.
func compose(t *testing.T, dir string, server *enginetest.Server, args ...string) {
	t.Helper()
	if out, err := composeCommand(t, dir, server.Host, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
