package enginetest

import (
	"fmt"
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// copy carries out COPY and ADD.
func (b *builder) copy(c instructions.SourcesAndDest, from, name string) error {
	source := b.context
	if from != "" {
		img := b.stages[strings.ToLower(from)]
		if img == nil {
			var err error
			if img, err = b.base(from); err != nil {
				return fmt.Errorf("invalid from flag value %s: %w", from, err)
			}
		}
		source = newView(img.tree, b.engine.now)
	}
	dst, to := b.view(), c.DestPath
	if !path.IsAbs(to) {
		to = path.Join(first(b.img.config.WorkingDir, "/"), to)
	}
	for _, f := range c.SourceContents {
		if err := placeFile(dst, path.Clean(to), &node{mode: 0o644, data: []byte(f.Data)}); err != nil {
			return err
		}
	}
	var matches []string
	for _, pattern := range c.SourcePaths {
		found := glob(source, path.Join("/", pattern))
		if len(found) == 0 {
			return fmt.Errorf("%s failed: file not found in build context or excluded by .dockerignore: stat %s: file does not exist", name, strings.TrimPrefix(pattern, "/"))
		}
		matches = append(matches, found...)
	}
	info, err := dst.stat(to, followLast)
	intoDir := strings.HasSuffix(c.DestPath, "/") || err == nil && info.IsDir() || len(matches) > 1 || c.DestPath == "."
	for _, p := range matches {
		target := to
		if n, err := source.lookup(p, followLast); intoDir && err == nil && !n.mode.IsDir() {
			target = path.Join(to, path.Base(p))
		}
		if err := place(source, p, dst, target); err != nil {
			return err
		}
	}
	return nil
}

// place copies a file, or what is in a folder.
func place(source *view, p string, dst *view, to string) error {
	n, err := source.lookup(p, followLast)
	if err != nil {
		return err
	}
	if !n.mode.IsDir() {
		return placeFile(dst, to, n)
	}
	if err := makeDirs(dst, to); err != nil {
		return err
	}
	entries, err := source.readDir(p)
	for _, entry := range entries {
		if err := place(source, path.Join(p, entry.Name()), dst, path.Join(to, entry.Name())); err != nil {
			return err
		}
	}
	return err
}

func placeFile(dst *view, to string, n *node) error {
	if err := makeDirs(dst, path.Dir(to)); err != nil {
		return err
	}
	return dst.put(to, &node{mode: n.mode, data: n.data})
}

// glob lists the paths that match a pattern.
func glob(v *view, pattern string) []string {
	if !strings.ContainsAny(pattern, "*?[") {
		if _, err := v.lookup(pattern, followLast); err != nil {
			return nil
		}
		return []string{pattern}
	}
	var found []string
	for _, m := range v.mounts {
		for _, p := range m.tree.below("/") {
			if ok, err := path.Match(pattern, p); ok && err == nil {
				found = append(found, p)
			}
		}
	}
	return found
}
