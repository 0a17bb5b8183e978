package enginetest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
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

func mkdir(_ context.Context, p *Process) int {
	flags, names := operands(p.Args[1:])
	create := makeDir
	if strings.Contains(flags, "p") {
		create = makeDirs
	}
	code := 0
	for _, name := range names {
		if err := create(p.task.view, p.abs(name)); err != nil {
			fmt.Fprintf(p.Stderr, "mkdir: can't create directory '%s': %s\n", name, describe(err))
			code = 1
		}
	}
	return code
}

// makeDir makes a folder that is not there yet.
func makeDir(v *view, dir string) error {
	if _, err := v.lookup(dir, followLast); err == nil {
		return &fs.PathError{Op: "mkdir", Path: dir, Err: syscall.EEXIST}
	}
	return v.put(dir, &node{mode: fs.ModeDir | 0o755})
}

// makeDirs makes a folder and those above it, as far as they are missing.
func makeDirs(v *view, dir string) error {
	if n, err := v.lookup(dir, followLast); err == nil && n.mode.IsDir() {
		return nil
	}
	if err := makeDirs(v, path.Dir(dir)); err != nil {
		return err
	}
	return makeDir(v, dir)
}

func remove(_ context.Context, p *Process) int {
	flags, names := operands(p.Args[1:])
	code := 0
	for _, name := range names {
		n, err := p.task.view.lookup(p.abs(name), keepLast)
		if err == nil && n.mode.IsDir() && !strings.ContainsAny(flags, "rR") && p.Args[0] != "rmdir" {
			err = &fs.PathError{Op: "rm", Path: name, Err: syscall.EISDIR}
		}
		if err == nil {
			err = p.task.view.remove(p.abs(name))
		} else if strings.Contains(flags, "f") && n == nil {
			continue
		}
		if err != nil {
			fmt.Fprintf(p.Stderr, "rm: can't remove '%s': %s\n", name, describe(err))
			code = 1
		}
	}
	return code
}

func list(_ context.Context, p *Process) int {
	flags, names := operands(p.Args[1:])
	if len(names) == 0 {
		names = []string{"."}
	}
	code := 0
	for _, name := range names {
		info, err := p.task.view.stat(p.abs(name), followLast)
		if err != nil {
			code = complain(p, name, err)
			continue
		}
		if !info.IsDir() {
			printEntry(p, flags, name, info)
			continue
		}
		entries, _ := p.task.view.readDir(p.abs(name))
		for _, entry := range entries {
			if strings.HasPrefix(entry.Name(), ".") && !strings.ContainsAny(flags, "aA") {
				continue
			}
			if info, err := entry.Info(); err == nil {
				printEntry(p, flags, entry.Name(), info)
			}
		}
	}
	return code
}

func printEntry(p *Process, flags, name string, info fs.FileInfo) {
	if strings.Contains(flags, "l") {
		fmt.Fprintf(p.Stdout, "%s 1 root root %9d %s %s\n", info.Mode(), info.Size(), info.ModTime().UTC().Format("Jan _2 15:04"), name)
		return
	}
	fmt.Fprintln(p.Stdout, name)
}

func touch(_ context.Context, p *Process) int {
	_, names := operands(p.Args[1:])
	code := 0
	for _, name := range names {
		n := &node{mode: 0o644}
		if old, err := p.task.view.lookup(p.abs(name), followLast); err == nil {
			n = &node{mode: old.mode, data: old.data}
		}
		if err := p.task.view.put(p.abs(name), n); err != nil {
			code = complain(p, name, err)
		}
	}
	return code
}

func copyFile(_ context.Context, p *Process) int { return transfer(p) }

func moveFile(ctx context.Context, p *Process) int {
	if code := transfer(p); code != 0 {
		return code
	}
	_, names := operands(p.Args[1:])
	gone := *p
	gone.Args = append([]string{"rm", "-rf"}, names[:len(names)-1]...)
	return remove(ctx, &gone)
}

// transfer copies files, and folders with what is in them, to the last operand.
func transfer(p *Process) int {
	_, names := operands(p.Args[1:])
	if len(names) < 2 {
		return 1
	}
	dst := p.abs(names[len(names)-1])
	info, err := p.task.view.stat(dst, followLast)
	toDir := err == nil && info.IsDir()
	for _, name := range names[:len(names)-1] {
		to := dst
		if toDir {
			to = path.Join(dst, path.Base(name))
		}
		if err := copyAll(p.task.view, p.abs(name), to); err != nil {
			return complain(p, name, err)
		}
	}
	return 0
}

func copyAll(v *view, from, to string) error {
	n, err := v.lookup(from, followLast)
	if err != nil {
		return err
	}
	if err := v.put(to, &node{mode: n.mode, data: n.data}); err != nil || !n.mode.IsDir() {
		return err
	}
	entries, err := v.readDir(from)
	for _, entry := range entries {
		if err := copyAll(v, path.Join(from, entry.Name()), path.Join(to, entry.Name())); err != nil {
			return err
		}
	}
	return err
}

func link(_ context.Context, p *Process) int {
	flags, names := operands(p.Args[1:])
	if len(names) != 2 || !strings.Contains(flags, "s") {
		return 1
	}
	if strings.Contains(flags, "f") {
		_ = p.task.view.remove(p.abs(names[1]))
	}
	if err := p.task.view.put(p.abs(names[1]), &node{mode: fs.ModeSymlink | 0o777, link: names[0]}); err != nil {
		return complain(p, names[1], err)
	}
	return 0
}

func baseName(_ context.Context, p *Process) int {
	if len(p.Args) < 2 {
		return 1
	}
	name := path.Base(p.Args[1])
	if len(p.Args) > 2 {
		name = strings.TrimSuffix(name, p.Args[2])
	}
	fmt.Fprintln(p.Stdout, name)
	return 0
}

func dirName(_ context.Context, p *Process) int {
	if len(p.Args) < 2 {
		return 1
	}
	fmt.Fprintln(p.Stdout, path.Dir(p.Args[1]))
	return 0
}
