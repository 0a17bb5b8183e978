package enginetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// shell runs scripts in a container. The language is mvdan.cc/sh's; every file
// it opens is the container's, every command it runs is a Program. What that
// interpreter lacks, or takes from the host, is done here: traps of signals,
// kill, and $$.
type shell struct {
	process *Process
	task    *task
	main    *interp.Runner
	// inner holds the positions of commands that run in a subshell or a pipe:
	// traps don't run there, since an exit would leave only that.
	inner map[syntax.Pos]bool

	mu      sync.Mutex // guards below
	traps   map[signal]string
	pending []signal
}

// runShell is sh: -c SCRIPT [NAME ARG...], FILE [ARG...], or standard input.
func runShell(ctx context.Context, p *Process) int {
	flags, script, name, args, err := shellArgs(p)
	if err != nil {
		fmt.Fprintf(p.Stderr, "sh: %v\n", err)
		return 2
	}
	sh := &shell{
		process: p, task: p.task, inner: map[syntax.Pos]bool{},
		traps: map[signal]string{},
	}
	sh.main, err = sh.runner(append(flags, append([]string{"--"}, args...)...))
	if err != nil {
		fmt.Fprintf(p.Stderr, "sh: %v\n", err)
		return 2
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.task.handle(sh.deliver)
	if script == nil {
		return sh.runStdin(ctx)
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(script, name)
	if err != nil {
		fmt.Fprintf(p.Stderr, "sh: syntax error: %v\n", err)
		return 2
	}
	sh.prepare(file)
	code := status(sh.main.Run(ctx, file))
	return sh.finish(ctx, code)
}

// shellArgs reads sh's command line. A nil script: it comes from standard input.
func shellArgs(p *Process) (flags []string, script io.Reader, name string, args []string, err error) {
	args = p.Args[1:]
	command := false
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		flag := args[0]
		args = args[1:]
		if flag == "--" {
			break
		}
		if flag[0] == '-' && strings.Contains(flag, "c") {
			command = true
		}
		// The interpreter knows these; login, interactive and the like mean nothing here.
		for _, f := range flag[1:] {
			if strings.ContainsRune("eufnx", f) {
				flags = append(flags, flag[:1]+string(f))
			}
		}
		if flag[1:] == "o" && len(args) > 0 {
			flags = append(flags, flag, args[0])
			args = args[1:]
		}
	}
	switch {
	case command && len(args) == 0:
		return nil, nil, "", nil, errors.New("-c requires an argument")
	case command:
		return flags, strings.NewReader(args[0]), "sh", args[min(2, len(args)):], nil
	case len(args) > 0:
		data, err := p.ReadFile(args[0])
		if err != nil {
			return nil, nil, "", nil, fmt.Errorf("can't open '%s': %s", args[0], describe(err))
		}
		return flags, bytes.NewReader(data), args[0], args[1:], nil
	}
	return flags, nil, "sh", nil, nil
}

// runStdin runs statements as they come in.
func (sh *shell) runStdin(ctx context.Context) int {
	code := 0
	parser := syntax.NewParser(syntax.Variant(syntax.LangBash))
	for stmt, err := range parser.StmtsSeq(sh.process.Stdin) {
		if err != nil {
			if ctx.Err() == nil {
				fmt.Fprintf(sh.process.Stderr, "sh: syntax error: %v\n", err)
				code = 2
			}
			break
		}
		sh.prepare(stmt)
		code = status(sh.main.Run(ctx, stmt))
		if sh.main.Exited() || ctx.Err() != nil {
			break
		}
	}
	return sh.finish(ctx, code)
}

// finish runs the traps that are still pending when the script is through.
func (sh *shell) finish(ctx context.Context, code int) int {
	for !sh.main.Exited() {
		body, sig := sh.takeTrap()
		if sig == 0 {
			break
		}
		if stmts, err := syntax.NewParser().Parse(strings.NewReader(body), "trap"); err == nil {
			if err := sh.main.Run(ctx, stmts); sh.main.Exited() {
				code = status(err)
			}
		}
	}
	return code
}

// status is the exit status in the error of a Run.
func status(err error) int {
	if err == nil {
		return 0
	}
	if es, ok := errors.AsType[interp.ExitStatus](err); ok {
		return int(es)
	}
	return 1
}

// runner makes the interpreter with every handler replaced.
func (sh *shell) runner(params []string) (*interp.Runner, error) {
	p := sh.process
	env := append([]string{"HOME=/root", "UID=0", "EUID=0", "GID=0", "TMPDIR=/nonexistent"}, p.Env...)
	env = append(env, "__pid="+itoa(p.task.pid))
	r, err := interp.New(
		interp.Env(expand.ListEnviron(env...)),
		interp.Params(params...),
		interp.StdIO(nil, p.Stdout, p.Stderr),
		interp.Dir("/"),
		interp.CallHandler(sh.call),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return sh.exec }),
		interp.OpenHandler(sh.open),
		interp.ReadDirHandler2(func(ctx context.Context, name string) ([]fs.DirEntry, error) {
			return p.task.view.readDir(inDir(ctx, name))
		}),
		interp.StatHandler(func(_ context.Context, name string, follow bool) (fs.FileInfo, error) {
			if follow {
				return p.task.view.stat(name, followLast)
			}
			return p.task.view.stat(name, keepLast)
		}),
		interp.AccessHandler(func(_ context.Context, name string, _ interp.AccessMode) error {
			_, err := p.task.view.stat(name, followLast)
			return err
		}),
	)
	if err != nil {
		return nil, err
	}
	if p.task.stdin != nil && p.Stdin == io.Reader(p.task.stdin) {
		if err := interp.StdIO(p.task.stdin, p.Stdout, p.Stderr)(r); err != nil {
			return nil, err
		}
	}
	// The Dir option would look for the folder on the host.
	r.Dir = p.Dir
	return r, nil
}

func inDir(ctx context.Context, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(interp.HandlerCtx(ctx).Dir, name)
}

// open serves the shell's redirections.
func (sh *shell) open(ctx context.Context, name string, flag int, perm fs.FileMode) (io.ReadWriteCloser, error) {
	name = inDir(ctx, name)
	switch name {
	case "/dev/null":
		return stream{strings.NewReader(""), io.Discard}, nil
	case "/dev/stdout", "/proc/self/fd/1":
		return stream{strings.NewReader(""), interp.HandlerCtx(ctx).Stdout}, nil
	case "/dev/stderr", "/proc/self/fd/2":
		return stream{strings.NewReader(""), interp.HandlerCtx(ctx).Stderr}, nil
	case "/proc/1/fd/1", "/proc/1/fd/2":
		if sh.task.peer == nil {
			break
		}
		if name == "/proc/1/fd/1" {
			return stream{strings.NewReader(""), sh.task.peer.stdout}, nil
		}
		return stream{strings.NewReader(""), sh.task.peer.stderr}, nil
	}
	f, err := sh.task.view.open(name, flag, perm)
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: pe.Err}
	}
	return f, err
}

// stream is a device as a file.
type stream struct {
	io.Reader
	io.Writer
}

func (stream) Close() error { return nil }
