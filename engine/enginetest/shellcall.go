package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// call sees every command before it runs, builtins included, and may put
// another in its place.
func (sh *shell) call(ctx context.Context, args []string) ([]string, error) {
	sh.task.gate.pass(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	hc := interp.HandlerCtx(ctx)
	top := !sh.inner[hc.Pos]
	if top {
		if body, sig := sh.takeTrap(); sig != 0 {
			return []string{"eval", body + "\n" + quoted(args)}, nil
		}
	}
	switch args[0] {
	case "trap":
		traps := sh.traps
		if !top {
			traps = map[signal]string{} // a subshell's are not told apart from the shell's
		}
		return sh.setTraps(args, traps), nil
	case "kill":
		return slices.Concat([]string{"__kill"}, args[1:]), nil
	case "exec":
		if top && len(args) > 1 {
			sh.mu.Lock()
			clear(sh.traps)
			sh.mu.Unlock()
		}
	case "umask", "ulimit":
		return []string{"true"}, nil
	}
	return args, nil
}

func quoted(args []string) string {
	words := make([]string, len(args))
	for i, a := range args {
		words[i], _ = syntax.Quote(a, syntax.LangBash)
	}
	return strings.Join(words, " ")
}

// exec runs a command that is no builtin.
func (sh *shell) exec(ctx context.Context, args []string) error {
	hc := interp.HandlerCtx(ctx)
	child := &Process{
		Args: args, Env: exported(hc.Env), Dir: hc.Dir,
		Stdin: hc.Stdin, Stdout: hc.Stdout, Stderr: hc.Stderr, task: sh.task,
	}
	if child.Stdin == nil {
		child.Stdin = strings.NewReader("")
	}
	code := 0
	switch args[0] {
	case "__kill":
		code = sh.kill(child)
	case "__status":
		code, _ = strconv.Atoi(args[1])
	default:
		program, err := sh.task.program(args[0], child.Env, hc.Dir)
		if le, ok := errors.AsType[*launchError](err); ok {
			reason := "not found"
			if le.code == 126 {
				reason = "Permission denied"
			}
			fmt.Fprintf(hc.Stderr, "sh: %s: %s\n", args[0], reason)
			return interp.ExitStatus(le.code)
		}
		code = sh.child(ctx, program, child)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if code == 0 {
		return nil
	}
	return interp.ExitStatus(code)
}

// child runs a program in the shell's task. Handlers of signals that it sets
// are its own.
func (sh *shell) child(ctx context.Context, program Program, p *Process) int {
	defer sh.task.handle(sh.deliver)
	return program(ctx, p)
}

// exported are the variables that a command of the shell sees.
func exported(env expand.Environ) []string {
	var list []string
	for name, v := range env.Each {
		switch name {
		case "UID", "EUID", "GID", "TMPDIR", "IFS", "OPTIND":
			continue
		}
		if v.Exported && v.IsSet() && v.Kind == expand.String && !strings.HasPrefix(name, "__") {
			list = append(list, name+"="+v.Str)
		}
	}
	slices.Sort(list)
	return list
}
