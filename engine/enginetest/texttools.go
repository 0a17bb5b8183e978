package enginetest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
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

func tee(_ context.Context, p *Process) int {
	flags, names := operands(p.Args[1:])
	data, _ := io.ReadAll(p.Stdin)
	_, _ = p.Stdout.Write(data)
	code := 0
	for _, name := range names {
		content := data
		if old, err := p.ReadFile(name); err == nil && strings.Contains(flags, "a") {
			content = append(append([]byte(nil), old...), data...)
		}
		if err := p.WriteFile(name, content); err != nil {
			code = complain(p, name, err)
		}
	}
	return code
}

// lineCount reads the N of "-n N" and "-N" and what is left of the arguments.
func lineCount(args []string) (n int, rest []string) {
	n = 10
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "-n" && i+1 < len(args):
			i++
			n, _ = strconv.Atoi(args[i])
		case len(a) > 1 && a[0] == '-':
			if v, err := strconv.Atoi(strings.TrimPrefix(a[1:], "n")); err == nil {
				n = v
			} else {
				rest = append(rest, a)
			}
		default:
			rest = append(rest, a)
		}
	}
	return n, rest
}

func head(_ context.Context, p *Process) int {
	n, rest := lineCount(p.Args[1:])
	_, names := operands(rest)
	return inputs(p, names, func(r io.Reader) int {
		lines := bufio.NewReader(r)
		for range n {
			line, err := lines.ReadString('\n')
			fmt.Fprint(p.Stdout, line)
			if err != nil {
				break
			}
		}
		return 0
	})
}

// tail with -f prints and then waits for ever: files are not followed.
func tail(ctx context.Context, p *Process) int {
	n, rest := lineCount(p.Args[1:])
	flags, names := operands(rest)
	code := inputs(p, names, func(r io.Reader) int {
		data, _ := io.ReadAll(r)
		lines := strings.SplitAfter(string(data), "\n")
		if len(lines) > 0 && lines[len(lines)-1] == "" {
			lines = lines[:len(lines)-1]
		}
		fmt.Fprint(p.Stdout, strings.Join(lines[max(0, len(lines)-n):], ""))
		return 0
	})
	if strings.ContainsAny(flags, "fF") {
		<-ctx.Done()
		return 1
	}
	return code
}

func wordCount(_ context.Context, p *Process) int {
	flags, names := operands(p.Args[1:])
	return inputs(p, names, func(r io.Reader) int {
		data, _ := io.ReadAll(r)
		counts := map[rune]int{
			'l': bytes.Count(data, []byte("\n")), 'w': len(bytes.Fields(data)), 'c': len(data),
		}
		if flags == "" {
			flags = "lwc"
		}
		var out []string
		for _, f := range "lwc" {
			if strings.ContainsRune(flags, f) {
				out = append(out, strconv.Itoa(counts[f]))
			}
		}
		fmt.Fprintln(p.Stdout, strings.Join(out, " "))
		return 0
	})
}

func grep(_ context.Context, p *Process) int {
	flags, rest := operands(p.Args[1:])
	if len(rest) == 0 {
		return 2
	}
	pattern := rest[0]
	if strings.Contains(flags, "F") {
		pattern = regexp.QuoteMeta(pattern)
	}
	if strings.Contains(flags, "i") {
		pattern = "(?i)" + pattern
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		fmt.Fprintf(p.Stderr, "grep: bad regex '%s'\n", rest[0])
		return 2
	}
	found := 1
	code := inputs(p, rest[1:], func(r io.Reader) int {
		lines := bufio.NewScanner(r)
		for lines.Scan() {
			if re.MatchString(lines.Text()) == strings.Contains(flags, "v") {
				continue
			}
			found = 0
			if !strings.Contains(flags, "q") {
				fmt.Fprintln(p.Stdout, lines.Text())
			}
		}
		return 0
	})
	if code != 0 {
		return 2
	}
	return found
}
