package enginetest

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"syscall"
)

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
