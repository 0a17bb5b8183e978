package enginetest

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// deliver takes a signal for the shell. One with a trap is kept until the
// command that runs has ended, as shells do.
func (sh *shell) deliver(s signal) bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	body, trapped := sh.traps[s]
	if !trapped {
		return false
	}
	if body != "" {
		sh.pending = append(sh.pending, s)
		select {
		case sh.signalled <- struct{}{}:
		default:
		}
	}
	return true
}

// takeTrap returns the commands of the oldest pending signal, and 0 for none.
func (sh *shell) takeTrap() (string, signal) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if len(sh.pending) == 0 {
		return "", 0
	}
	s := sh.pending[0]
	sh.pending = sh.pending[1:]
	return sh.traps[s], s
}

// setTraps does "trap COMMANDS SIGNAL..." in traps. It returns what is left for
// the interpreter's own trap: EXIT and ERR.
func (sh *shell) setTraps(args []string, traps map[signal]string) []string {
	args = args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) < 2 {
		return []string{"true"}
	}
	body, rest := args[0], []string{}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for _, name := range args[1:] {
		sig, ok := parseSignal(name)
		switch {
		case name == "0" || strings.EqualFold(name, "EXIT"):
			rest = append(rest, "EXIT")
		case !ok:
			rest = append(rest, name)
		case body == "-":
			delete(traps, sig)
		default:
			traps[sig] = body
		}
	}
	if len(rest) == 0 {
		return []string{"true"}
	}
	return append([]string{"trap", body}, rest...)
}

// startJob runs a statement in the background and returns its pid.
func (sh *shell) startJob(ctx context.Context, hc interp.HandlerContext, body *syntax.Stmt) int {
	parent, ok := ctx.Value(jobKey{}).(*interp.Runner)
	if !ok {
		parent = sh.main
	}
	r := parent.Subshell()
	_ = interp.StdIO(nil, hc.Stdout, hc.Stderr)(r) // fails for no standard input only
	j := &job{done: make(chan struct{})}
	jobCtx, cancel := context.WithCancel(context.WithValue(ctx, jobKey{}, r))
	j.cancel = cancel
	sh.mu.Lock()
	sh.jobs = append(sh.jobs, j)
	pid := firstJob + len(sh.jobs) - 1
	sh.mu.Unlock()
	sh.jobsRunning.Go(func() {
		defer close(j.done)
		defer cancel()
		j.code = status(r.Run(jobCtx, body))
		sh.mu.Lock()
		defer sh.mu.Unlock()
		if j.signal != 0 {
			j.code = 128 + int(j.signal)
		}
	})
	return pid
}

// job is the job of a pid, or nil.
func (sh *shell) job(pid string) *job {
	n, err := strconv.Atoi(pid)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if i := n - firstJob; err == nil && i >= 0 && i < len(sh.jobs) {
		return sh.jobs[i]
	}
	return nil
}

// waitJobs does "wait [PID...]": it ends when the jobs have, or when a signal
// with a trap comes. It returns the command that gives the status.
func (sh *shell) waitJobs(ctx context.Context, pids []string) []string {
	sh.mu.Lock()
	jobs := append([]*job(nil), sh.jobs...)
	sh.mu.Unlock()
	if len(pids) > 0 {
		jobs = nil
		for _, pid := range pids {
			if j := sh.job(pid); j != nil {
				jobs = append(jobs, j)
			} else {
				return []string{"__status", "127"}
			}
		}
	}
	code := 0
	for _, j := range jobs {
		select {
		case <-j.done:
			code = j.code
		case <-sh.signalled:
			if body, sig := sh.takeTrap(); sig != 0 {
				return []string{"eval", body + "\n__status " + itoa(128+int(sig))}
			}
		case <-ctx.Done():
			return []string{"__status", "1"}
		}
	}
	if len(pids) == 0 {
		code = 0
	}
	return []string{"__status", itoa(code)}
}

// kill does "kill [-SIGNAL] PID...": jobs of this shell, itself, and the
// container's first process.
func (sh *shell) kill(p *Process) int {
	sig, args := sigTERM, p.Args[1:]
	if len(args) > 1 && args[0] == "-s" {
		args = append([]string{"-" + args[1]}, args[2:]...)
	}
	probe := false
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		s, ok := parseSignal(args[0][1:])
		probe = args[0] == "-0"
		if !ok && !probe {
			fmt.Fprintf(p.Stderr, "kill: bad signal name '%s'\n", args[0][1:])
			return 1
		}
		sig, args = s, args[1:]
	}
	code := 0
	for _, pid := range args {
		j := sh.job(pid)
		var target *task
		switch {
		case j != nil:
		case pid == itoa(sh.task.pid):
			target = sh.task
		case pid == "1" && sh.task.peer != nil:
			target = sh.task.peer
		default:
			fmt.Fprintf(p.Stderr, "sh: can't kill pid %s: No such process\n", pid)
			code = 1
			continue
		}
		switch {
		case probe:
		case j != nil:
			sh.mu.Lock()
			j.signal = sig
			sh.mu.Unlock()
			j.cancel()
		case target.first && sig == sigKILL:
			// The kernel keeps process 1 from those within its namespace.
		default:
			target.signal(sig)
		}
	}
	return code
}
