//go:build !windows

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/term"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/internal/screentest"
)

// terminalCommand is a command of this program on a pseudo-terminal.
type terminalCommand struct {
	t       *testing.T
	ours    *os.File // where the test types and reads
	theirs  *os.File
	cmd     *exec.Cmd
	changed chan struct{} // has room for one: there is more output
}

// atTerminal is such a command with all that it printed.
type atTerminal struct {
	terminalCommand
	before term.State

	mu  sync.Mutex // guards below
	out bytes.Buffer
}

// terminalProject is a folder with a project whose service web runs.
func terminalProject(t *testing.T) (dir string, server *enginetest.Server) {
	t.Helper()
	return terminalProjectOf(t, "name: pty\nservices: {web: {image: alpine, command: sleep infinity, stop_grace_period: 0s}}\n")
}

// terminalProjectOf is a folder with a Compose file, and an engine for it.
func terminalProjectOf(t *testing.T, file string) (dir string, server *enginetest.Server) {
	t.Helper()
	dir = t.TempDir()
	server, err := enginetest.Listen(enginetest.Options{HostFolders: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, server
}

func composeCommand(t *testing.T, dir, host string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = append([]string{"compose"}, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+host, "COMPOSE_PROGRESS=quiet",
		"XDG_STATE_HOME="+filepath.Join(filepath.Dir(dir), ".state"), "USER=alice", "HOSTNAME=laptop")
	return cmd
}

// heedSignals has commands not ignore signals that this process was told to ignore,
// as by nohup or in the background of a shell script: they would inherit that.
var heedSignals = sync.OnceFunc(func() {
	for _, s := range []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTSTP} {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
})

// newTerminal makes a terminal for a command.
func newTerminal(t *testing.T, cols, rows int, cmd *exec.Cmd) terminalCommand {
	t.Helper()
	heedSignals()
	ours, theirs, err := screentest.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	p := terminalCommand{t: t, ours: ours, theirs: theirs, cmd: cmd, changed: make(chan struct{}, 1)}
	p.resize(cols, rows)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	return p
}

// start starts the command, whose output goes to out.
func (p *terminalCommand) start(out io.Writer) {
	p.t.Helper()
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		p.read(out)
		close(read)
	}()
	p.t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // where the test has failed
		_ = p.cmd.Wait()
		p.theirs.Close()
		select {
		case <-read: // the last one has closed the terminal
		case <-time.After(patience):
			p.t.Error("something still has the terminal")
		}
		p.ours.Close()
	})
}

func (p *terminalCommand) read(out io.Writer) {
	b := make([]byte, 1<<16)
	for {
		n, err := p.ours.Read(b)
		_, _ = out.Write(b[:n])
		select {
		case p.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (p *terminalCommand) keys(keys string) {
	p.t.Helper()
	if _, err := p.ours.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

func (p *terminalCommand) resize(cols, rows int) {
	p.t.Helper()
	if err := screentest.Resize(p.ours, rows, cols); err != nil {
		p.t.Fatal(err)
	}
}

func (p *terminalCommand) signal(to syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(to); err != nil {
		p.t.Fatal(err)
	}
}

// onPTY starts a command on a terminal of 100 columns and 30 rows.
func onPTY(t *testing.T, dir, host string, args ...string) *atTerminal {
	t.Helper()
	p := &atTerminal{terminalCommand: newTerminal(t, 100, 30, composeCommand(t, dir, host, args...))}
	p.before = p.state()
	p.start(p)
	return p
}

// Write takes in what the command prints.
func (p *atTerminal) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *atTerminal) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// expect waits until the terminal shows the text.
func (p *atTerminal) expect(text string) {
	p.t.Helper()
	p.expectAfter("", text)
}

// expectAfter waits until the terminal shows the text after what it had shown.
func (p *atTerminal) expectAfter(shown, text string) {
	p.t.Helper()
	late := time.After(patience)
	for !strings.Contains(p.text()[len(shown):], text) {
		select {
		case <-p.changed:
		case <-late:
			p.t.Fatalf("the terminal does not show %q but %q", text, p.text())
		}
	}
}

// keysUntil types keys until the terminal shows the text: they may be refused, with
// a word, while something else is being done.
func (p *atTerminal) keysUntil(keys, text string) {
	p.t.Helper()
	const refusal = "not yet: "
	late := time.After(patience)
	for refused := strings.Count(p.text(), refusal); ; refused++ {
		p.keys(keys)
		for !strings.Contains(p.text(), text) && strings.Count(p.text(), refusal) <= refused {
			select {
			case <-p.changed:
			case <-late:
				p.t.Fatalf("the terminal does not show %q but %q", text, p.text())
			}
		}
		if strings.Contains(p.text(), text) {
			return
		}
	}
}

func (p *atTerminal) state() term.State {
	p.t.Helper()
	s, err := term.GetState(int(p.theirs.Fd()))
	if err != nil {
		p.t.Fatal(err)
	}
	return *s
}

// ends waits for the command's end, and checks its exit code and that the
// terminal is as it was, with its cursor.
func (p *atTerminal) ends(code int) {
	p.t.Helper()
	_ = p.cmd.Wait()
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.t.Errorf("exit code %d, want %d; the terminal shows %q", got, code, p.text())
	}
	if p.state() != p.before {
		p.t.Errorf("the terminal is not as it was before")
	}
	for late := time.After(patience); hidden(p.text()); { // what shows it may come behind the end
		select {
		case <-p.changed:
		case <-late:
			p.t.Fatalf("the cursor is still hidden: %q", p.text())
		}
	}
}

func upForTerminal(t *testing.T) (dir string, server *enginetest.Server) {
	t.Helper()
	dir, server = terminalProject(t)
	if out, err := composeCommand(t, dir, server.Host, "up", "-d").CombinedOutput(); err != nil {
		t.Fatalf("up: %v\n%s", err, out)
	}
	return dir, server
}

func TestTerminalExec(t *testing.T) {
	t.Parallel()
	dir, server := upForTerminal(t)
	p := onPTY(t, dir, server.Host, "exec", "web", "sh", "-c", "echo ready; read x; echo got $x; exit 5")
	p.expect("ready\r\n")
	if p.state() == p.before {
		t.Error("the terminal is not in raw mode")
	}
	p.keys("word\n")
	p.expect("got word")
	p.ends(5)
}

func TestTerminalDetach(t *testing.T) {
	t.Parallel()
	dir, server := upForTerminal(t)
	p := onPTY(t, dir, server.Host, "exec", "web", "sh", "-c", "echo ready; read x")
	p.expect("ready")
	p.keys("\x10\x11")
	p.expect("read escape sequence")
	p.ends(1)
}

func TestTerminalSignal(t *testing.T) {
	t.Parallel()
	dir, server := upForTerminal(t)
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		p := onPTY(t, dir, server.Host, "exec", "web", "sh", "-c", "echo ready; read x")
		p.expect("ready")
		if err := p.cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		p.ends(130)
	}
}

func TestTerminalRun(t *testing.T) {
	t.Parallel()
	dir, server := terminalProject(t)
	p := onPTY(t, dir, server.Host, "run", "--rm", "web", "sh", "-c", "echo ready; read x; echo got $x; exit 7")
	p.expect("ready\r\n")
	p.keys("word\n")
	p.expect("got word")
	p.ends(7)
}

func TestTerminalRunDetach(t *testing.T) {
	t.Parallel()
	dir, server := terminalProject(t)
	p := onPTY(t, dir, server.Host, "run", "web", "sh", "-c", "echo ready; read x")
	p.expect("ready")
	p.keys("\x10\x11")
	p.ends(0)
}

func TestTerminalRunStopped(t *testing.T) {
	t.Parallel()
	dir, server := terminalProject(t)
	p := onPTY(t, dir, server.Host, "run", "--rm", "web", "sh", "-c", "echo ready; sleep 1000")
	p.expect("ready")
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.ends(137) // it handles no signal, and its time is over at once
	out, err := composeCommand(t, dir, server.Host, "ps", "-aq").CombinedOutput()
	if err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("left: %s %v", out, err)
	}
}

func TestTerminalResize(t *testing.T) {
	t.Parallel()
	dir, server := upForTerminal(t)
	p := onPTY(t, dir, server.Host, "exec", "web", "sh", "-c", "echo ready; read x")
	p.expect("ready")
	awaitCalls(t, server, "POST /exec/{id}/resize", 1)
	p.resize(120, 40)
	awaitCalls(t, server, "POST /exec/{id}/resize", 2)
	p.keys("\n")
	p.ends(0)
}

// awaitCalls waits until an engine got n requests of a route.
func awaitCalls(t *testing.T, server *enginetest.Server, route enginetest.Route, n int) {
	t.Helper()
	for late := time.Now().Add(patience); server.Engine.Calls()[route] < n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("%s did not come %d times: %v", route, n, server.Engine.Calls())
		}
	}
}
