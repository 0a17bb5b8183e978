package enginetest

import (
	"fmt"
	"strings"
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

// kill does "kill [-SIGNAL] PID...": this shell, and the container's first process.
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
		var target *task
		switch {
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
		case target.first && sig == sigKILL:
			// The kernel keeps process 1 from those within its namespace.
		default:
			target.signal(sig)
		}
	}
	return code
}
