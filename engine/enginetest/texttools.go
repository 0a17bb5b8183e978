package enginetest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
)

// operands splits a tool's arguments: letters of its flags, and the rest.
func operands(args []string) (flags string, rest []string) {
	for i, a := range args {
		if a == "--" {
			return flags, append(rest, args[i+1:]...)
		}
		if len(a) > 1 && a[0] == '-' {
			flags += a[1:]
			continue
		}
		rest = append(rest, a)
	}
	return flags, rest
}

// complain prints what went wrong with a file and returns the status for it.
func complain(p *Process, name string, err error) int {
	fmt.Fprintf(p.Stderr, "%s: %s: %s\n", p.Args[0], name, describe(err))
	return 1
}

// inputs calls f with each file of the operands, or with standard input.
func inputs(p *Process, names []string, f func(io.Reader) int) int {
	if len(names) == 0 {
		return f(p.Stdin)
	}
	code := 0
	for _, name := range names {
		var r io.Reader
		switch name {
		case "-", "/dev/stdin":
			r = p.Stdin
		case "/dev/null":
			r = strings.NewReader("")
		default:
			data, err := p.ReadFile(name)
			if err != nil {
				if pe, ok := err.(*fs.PathError); ok && pe.Err == syscall.ENOENT {
					fmt.Fprintf(p.Stderr, "%s: can't open '%s': %s\n", p.Args[0], name, describe(err))
					code = 1
				} else {
					code = complain(p, name, err)
				}
				continue
			}
			r = bytes.NewReader(data)
		}
		code = max(code, f(r))
	}
	return code
}

func cat(_ context.Context, p *Process) int {
	_, names := operands(p.Args[1:])
	return inputs(p, names, func(r io.Reader) int {
		_, _ = io.Copy(p.Stdout, r)
		return 0
	})
}
