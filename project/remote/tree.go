package remote

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// What a repository may hold at most. Files that a project needs are small.
const (
	maxFiles     = 20_000
	maxFileBytes = 64 << 20
	maxTreeBytes = 256 << 20
	maxLink      = 4096 // bytes of a link's target
	maxPath      = 4096 // bytes of a path
)

// entry is a file or a link of a commit.
type entry struct {
	mode, id, path string
	size           int64
}

const (
	modeLink      = "120000"
	modeFolder    = "040000"
	modeSubmodule = "160000"
	modeProgram   = "100755"
)

// checkout writes the files of a commit, and then its links: nothing is written
// through a link. It reads objects and leaves git's own checkout alone, which
// would run filters.
func (r *repository) checkout(ctx context.Context, store, commit string, into *os.Root) error {
	entries, err := r.list(ctx, store, commit)
	if err != nil {
		return err
	}
	var ids bytes.Buffer
	for _, e := range entries {
		ids.WriteString(e.id + "\n")
	}
	cmd := r.command(ctx, store, "cat-file", "--batch")
	cmd.Stdin = &ids
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("git cat-file: %w", err)
	}
	err = writeEntries(entries, bufio.NewReader(out), into)
	if err != nil {
		_ = cmd.Cancel() // it waits for a reader that is gone
	}
	if waited := cmd.Wait(); err == nil && waited != nil {
		return fmt.Errorf("git cat-file: %w", waited)
	}
	return err
}

// list reads what a commit holds.
func (r *repository) list(ctx context.Context, store, commit string) ([]entry, error) {
	// Folders are listed too: those without files may be endless.
	out, err := r.git(ctx, store, "ls-tree", "-r", "-t", "-l", "-z", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	return r.entries(out)
}

// entries are those of a listing of git ls-tree. Submodules are left out, with a
// warning.
func (r *repository) entries(listing []byte) (entries []entry, err error) {
	var total int64
	for line := range strings.SplitSeq(strings.TrimSuffix(string(listing), "\x00"), "\x00") {
		if line == "" {
			continue
		}
		e, err := parseEntry(line)
		if err != nil {
			return nil, err
		}
		if e.mode == modeFolder {
			continue
		}
		if e.mode == modeSubmodule {
			r.warn(fmt.Sprintf("%s: the submodule %s is not fetched", r.ref.URL, e.path))
			continue
		}
		entries = append(entries, e)
		total += e.size
		switch {
		case len(entries) > maxFiles:
			return nil, fmt.Errorf("the repository has more than %d files", maxFiles)
		case e.size > maxFileBytes:
			return nil, fmt.Errorf("%s has %d bytes: more than %d are refused", e.path, e.size, maxFileBytes)
		case total > maxTreeBytes:
			return nil, fmt.Errorf("the repository has more than %d bytes", maxTreeBytes)
		}
	}
	return entries, nil
}

func (r *repository) warn(text string) {
	if r.sink != nil {
		r.sink(event.Message{Level: event.Warn, Text: text})
	}
}

// parseEntry reads "MODE TYPE ID SIZE<tab>PATH".
func parseEntry(line string) (entry, error) {
	head, name, ok := strings.Cut(line, "\t")
	fields := strings.Fields(head)
	if !ok || len(fields) != 4 {
		return entry{}, fmt.Errorf("git ls-tree answered %q", line)
	}
	e := entry{mode: fields[0], id: fields[2], path: name}
	if fields[1] == "blob" {
		size, err := strconv.ParseInt(fields[3], 10, 64)
		if err != nil || size < 0 {
			return e, fmt.Errorf("git ls-tree answered %q", line)
		}
		e.size = size
	}
	return e, checkPath(name)
}

// checkPath refuses names that mean something else than a file below a folder.
func checkPath(name string) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) != name || strings.Contains(name, `\`) {
		return fmt.Errorf("the repository has a file named %q", name)
	}
	if len(name) > maxPath {
		return fmt.Errorf("the repository has a path of %d bytes: more than %d are refused", len(name), maxPath)
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.EqualFold(part, ".git") {
			return fmt.Errorf("the repository has a file named %q", name)
		}
	}
	return nil
}

// writeEntries takes the contents in the entries' order, as cat-file --batch
// prints them.
func writeEntries(entries []entry, contents *bufio.Reader, into *os.Root) error {
	links := map[string]string{}
	for _, e := range entries {
		header, err := contents.ReadString('\n')
		if err != nil {
			return fmt.Errorf("reading %s: %w", e.path, err)
		}
		if want := fmt.Sprintf("%s blob %d\n", e.id, e.size); header != want {
			return fmt.Errorf("reading %s: git cat-file answered %q", e.path, header)
		}
		content := io.LimitReader(contents, e.size)
		if e.mode == modeLink {
			err = readLink(links, e, content)
		} else {
			err = writeFile(into, e, content)
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", e.path, err)
		}
		if _, err := contents.Discard(1); err != nil { // the newline behind it
			return fmt.Errorf("reading %s: %w", e.path, err)
		}
	}
	return writeLinks(into, links)
}

func readLink(links map[string]string, e entry, content io.Reader) error {
	if e.size > maxLink {
		return errors.New("the link's target is too long")
	}
	target, err := io.ReadAll(content)
	links[e.path] = string(target)
	return err
}

func writeFile(into *os.Root, e entry, content io.Reader) error {
	mode := os.FileMode(0o644)
	if e.mode == modeProgram {
		mode = 0o755
	}
	name := filepath.FromSlash(e.path)
	if err := into.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := into.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, content)
	if err == nil && n != e.size {
		err = io.ErrUnexpectedEOF
	}
	return errors.Join(err, f.Close())
}

// writeLinks makes the links, and then follows each: only all of them together
// say where one leads.
func writeLinks(into *os.Root, links map[string]string) error {
	for name, target := range links {
		if !filepath.IsLocal(filepath.FromSlash(path.Join(path.Dir(name), target))) || path.IsAbs(target) || strings.Contains(target, `\`) {
			return leaves(name, target)
		}
		if err := into.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o755); err != nil {
			return err
		}
		if err := into.Symlink(filepath.FromSlash(target), filepath.FromSlash(name)); err != nil {
			return err
		}
	}
	for name, target := range links {
		if _, err := into.Stat(filepath.FromSlash(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return leaves(name, target)
		}
	}
	return nil
}

func leaves(name, target string) error {
	return fmt.Errorf("the link %s leads out of the repository, to %s", name, target)
}
