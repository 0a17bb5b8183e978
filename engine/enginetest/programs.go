package enginetest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tools are the programs that every image has, but for those from scratch.
var tools map[string]Program

func init() { // a variable would refer to itself by way of sh
	tools = map[string]Program{
		"sh": runShell, "bash": runShell, "ash": runShell, "dash": runShell,
		"echo": builtin, "printf": builtin, "true": builtin, "false": builtin,
		"test": builtin, "[": builtin, "pwd": builtin,
		"sleep": sleep, "cat": cat,
		"mkdir": mkdir, "rm": remove, "rmdir": remove, "ls": list,
		"touch": touch, "seq": sequence, "ln": link,
		"id": fixed("uid=0(root) gid=0(root) groups=0(root)\n"), "whoami": fixed("root\n"),
		"nproc": fixed("2\n"), "chmod": fixed(""), "chown": fixed(""), "sync": fixed(""),
	}
	for _, name := range []string{
		"nginx", "httpd", "redis-server", "postgres", "mysqld", "mariadbd",
		"python", "python3", "node", "java", "caddy", "memcached", "mongod",
	} {
		tools[name] = serve
	}
}

// serve is a server: it does nothing until TERM, INT or QUIT ends it, with
// status 0.
func serve(ctx context.Context, p *Process) int {
	signals := p.Signals()
	for {
		select {
		case s := <-signals:
			if s == int(sigTERM) || s == int(sigINT) || s == 3 {
				return 0
			}
		case <-ctx.Done():
			return 1
		}
	}
}

// fixed prints the same text always.
func fixed(text string) Program {
	return func(_ context.Context, p *Process) int {
		fmt.Fprint(p.Stdout, text)
		return 0
	}
}

// builtin runs one of the shell's own commands.
func builtin(ctx context.Context, p *Process) int {
	sh := *p
	sh.Args = slices.Concat([]string{"sh", "-c", `"$@"`, "sh"}, p.Args)
	return runShell(ctx, &sh)
}

// sleep takes seconds with a fraction, a unit, or "infinity".
func sleep(ctx context.Context, p *Process) int {
	var total time.Duration
	for _, a := range p.Args[1:] {
		if a == "infinity" || a == "inf" {
			total = 1<<63 - 1
			break
		}
		d, err := sleepDuration(a)
		if err != nil {
			fmt.Fprintf(p.Stderr, "sleep: invalid number '%s'\n", a)
			return 1
		}
		total += d
	}
	t := time.NewTimer(total)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return 1
	}
	p.task.gate.pass(ctx)
	return 0
}

func sleepDuration(s string) (time.Duration, error) {
	unit := time.Second
	if n := len(s); n > 0 {
		switch s[n-1] {
		case 's':
			s = s[:n-1]
		case 'm':
			s, unit = s[:n-1], time.Minute
		case 'h':
			s, unit = s[:n-1], time.Hour
		case 'd':
			s, unit = s[:n-1], 24*time.Hour
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return time.Duration(f * float64(unit)), err
}

// setEnv sets a NAME=value in a list of them.
func setEnv(environ []string, kv string) []string {
	name, _, _ := strings.Cut(kv, "=")
	environ = slices.DeleteFunc(slices.Clone(environ), func(old string) bool {
		return strings.HasPrefix(old, name+"=")
	})
	return append(environ, kv)
}

func sequence(ctx context.Context, p *Process) int {
	bounds := []int{1, 1, 1} // first, step, last
	var given []int
	for _, a := range p.Args[1:] {
		n, err := strconv.Atoi(a)
		if err != nil {
			fmt.Fprintf(p.Stderr, "seq: invalid number '%s'\n", a)
			return 1
		}
		given = append(given, n)
	}
	switch len(given) {
	case 1:
		bounds[2] = given[0]
	case 2:
		bounds[0], bounds[2] = given[0], given[1]
	case 3:
		copy(bounds, given)
	default:
		fmt.Fprintln(p.Stderr, "seq: one to three numbers are needed")
		return 1
	}
	if bounds[1] == 0 {
		return 1
	}
	for n := bounds[0]; (bounds[1] > 0) == (n <= bounds[2]) || n == bounds[2]; n += bounds[1] {
		if ctx.Err() != nil {
			return 1
		}
		fmt.Fprintln(p.Stdout, n)
	}
	return 0
}
