package enginetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
)

// Program is what runs under a command's name. It returns its exit status.
// When ctx is done it was killed and should return at once.
type Program func(ctx context.Context, p *Process) int

// Process is a command that runs in a container, as its program sees it.
type Process struct {
	Args   []string // with the name first
	Env    []string // NAME=value
	Dir    string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	task *task
}

// Getenv is the value of an environment variable, "" where it is not set.
func (p *Process) Getenv(name string) string {
	for _, kv := range slices.Backward(p.Env) {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

// Signals makes the program handle the signals that end a process: from now on
// they come on the channel, by their Linux number. KILL is not among them.
func (p *Process) Signals() <-chan int {
	c := make(chan int, 16)
	p.task.mu.Lock()
	defer p.task.mu.Unlock()
	p.task.handler = func(s signal) bool {
		select {
		case c <- int(s):
		default: // as the system: a signal that is pending already is not doubled
		}
		return true
	}
	return c
}

// ReadFile reads a file of the container.
func (p *Process) ReadFile(name string) ([]byte, error) {
	return p.task.view.readFile(p.abs(name))
}

// WriteFile writes a file of the container.
func (p *Process) WriteFile(name string, data []byte) error {
	return p.task.view.put(p.abs(name), &node{mode: 0o644, data: slices.Clone(data)})
}

func (p *Process) abs(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(p.Dir, name)
}

// task is a running command of a container, its first one or an exec's, with
// all that it runs in turn.
type task struct {
	argv     []string
	env      []string
	dir      string
	hostname string
	pid      int
	// first: it is the container's process 1, to which signals without a
	// handler do nothing.
	first bool
	view  *view
	gate  *gate
	// programs are the image's own; tools tells whether it has the usual ones.
	programs map[string]Program
	binaries map[string]Program // Options.Binaries
	tools    bool
	// missing runs in place of what is not found; nil: that is an error.
	missing Program
	// peer is the container's first process, for those that send it signals.
	peer *task

	stdin          *os.File // nil: none
	stdout, stderr io.Writer

	ctx    context.Context
	cancel context.CancelCauseFunc

	mu      sync.Mutex // guards below
	handler func(signal) bool
}

// killed is the cause of a task's end by a signal.
type killed struct{ signal signal }

func (k killed) Error() string { return fmt.Sprintf("killed by signal %d", k.signal) }

// launchError is a command that could not be started, in the words of the
// runtime.
type launchError struct {
	code   int // the exit status Docker reports: 126 or 127
	reason string
}

func (e *launchError) Error() string {
	return "unable to start container process: " + e.reason
}

// run runs the task's program to its end.
func (t *task) run(program Program) int {
	p := &Process{
		Args: t.argv, Env: t.env, Dir: t.dir,
		Stdin: strings.NewReader(""), Stdout: t.stdout, Stderr: t.stderr, task: t,
	}
	if t.stdin != nil {
		p.Stdin = t.stdin
		// A blocked read of the standard input ends with the task.
		stop := context.AfterFunc(t.ctx, func() { _ = t.stdin.Close() })
		defer func() {
			stop()
			_ = t.stdin.Close()
		}()
	}
	code := program(t.ctx, p)
	if k, ok := errors.AsType[killed](context.Cause(t.ctx)); ok {
		return 128 + int(k.signal)
	}
	return code & 0xff
}

// signal delivers a signal.
func (t *task) signal(s signal) {
	if s == sigKILL {
		t.cancel(killed{s})
		return
	}
	t.mu.Lock()
	handler := t.handler
	t.mu.Unlock()
	switch {
	case handler != nil && handler(s):
	case t.first || s.harmless():
	default:
		t.cancel(killed{s})
	}
}

// handle sets what gets the task's signals; it tells whether it took one.
func (t *task) handle(f func(signal) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.handler = f
}

// program finds what runs under a name: an image's own program, a script among
// the files, a tool. The error is a launchError.
func (t *task) program(name string, env []string, dir string) (Program, error) {
	if p := t.programs[name]; p != nil {
		return p, nil
	}
	if strings.Contains(name, "/") {
		return t.programAt(path.Join(absDir(name, dir), name), name)
	}
	for _, d := range strings.Split(pathVariableOf(env), ":") {
		if d != "" {
			if p, err := t.programAt(path.Join(d, name), name); err == nil {
				return p, nil
			}
		}
	}
	if t.missing != nil {
		return t.missing, nil
	}
	return nil, &launchError{127, fmt.Sprintf("exec: %q: executable file not found in $PATH", name)}
}

func absDir(name, dir string) string {
	if path.IsAbs(name) {
		return "/"
	}
	return dir
}

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

func pathVariableOf(env []string) string {
	for _, kv := range slices.Backward(env) {
		if v, ok := strings.CutPrefix(kv, "PATH="); ok {
			return v
		}
	}
	return defaultPath
}

// programAt finds what runs at a path.
func (t *task) programAt(p, name string) (Program, error) {
	base := path.Base(p)
	n, err := t.view.lookup(p, followLast)
	switch {
	case err != nil && slices.Contains(strings.Split(defaultPath, ":"), path.Dir(p)):
		if prog := t.programs[base]; prog != nil {
			return prog, nil
		}
		if prog := tools[base]; prog != nil && t.tools {
			return prog, nil
		}
		fallthrough
	case err != nil:
		return nil, &launchError{127, fmt.Sprintf("exec: %q: stat %s: no such file or directory", name, p)}
	case n.mode.IsDir():
		return nil, &launchError{126, fmt.Sprintf("exec: %q: is a directory", name)}
	case n.mode&0o111 == 0:
		return nil, &launchError{126, fmt.Sprintf("exec: %q: permission denied", name)}
	}
	first, _, _ := strings.Cut(string(n.data), "\n")
	if !strings.HasPrefix(first, "#!") {
		if prog := t.binaries[base]; prog != nil {
			return prog, nil
		}
		if prog := tools[base]; prog != nil && t.tools {
			return prog, nil
		}
		return nil, &launchError{126, fmt.Sprintf("exec %s: exec format error", p)}
	}
	interpreter := strings.Fields(strings.TrimPrefix(first, "#!"))
	if len(interpreter) > 1 && path.Base(interpreter[0]) == "env" {
		interpreter = interpreter[1:]
	}
	if len(interpreter) == 0 || tools[path.Base(interpreter[0])] == nil || !t.tools {
		return nil, &launchError{127, fmt.Sprintf("exec %s: no such file or directory", p)}
	}
	return func(ctx context.Context, proc *Process) int {
		script := *proc
		script.Args = slices.Concat([]string{interpreter[0]}, interpreter[1:], []string{p}, proc.Args[1:])
		return tools[path.Base(interpreter[0])](ctx, &script)
	}, nil
}

// gate holds what runs in a container while it is paused.
type gate struct {
	mu     sync.Mutex // guards below
	closed chan struct{}
}

// pause closes the gate.
func (g *gate) pause() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed == nil {
		g.closed = make(chan struct{})
	}
}

// unpause opens it again.
func (g *gate) unpause() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed != nil {
		close(g.closed)
		g.closed = nil
	}
}

// pass waits while the gate is closed or until ctx is done.
func (g *gate) pass(ctx context.Context) {
	for {
		g.mu.Lock()
		closed := g.closed
		g.mu.Unlock()
		if closed == nil {
			return
		}
		select {
		case <-closed:
		case <-ctx.Done():
			return
		}
	}
}

// gated is a writer that waits at a gate.
type gated struct {
	ctx  context.Context
	gate *gate
	w    io.Writer
}

func (g gated) Write(b []byte) (int, error) {
	g.gate.pass(g.ctx)
	return g.w.Write(b)
}

// describe is a file error the way a shell's tools print it.
func describe(err error) string {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		text := pe.Err.Error()
		return strings.ToUpper(text[:1]) + text[1:]
	}
	return err.Error()
}
