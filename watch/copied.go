package watch

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/compose-orchestrator/compose/project"
)

// before are the sources, relative to the context, whose change asks for another
// image: of each stage what it copies before it copies any of roots, which are
// absolute. Where it copies none of them as a whole, what it copies piece by piece
// is in the container by its mount: there a folder is the source, and a file
// matters to the steps that run after. In the order of the file.
func before(d project.Dockerfile, context string, roots []string) []string {
	var out []string
	for _, taken := range d.Stages {
		whole := slices.IndexFunc(taken, func(t project.Take) bool {
			return t.From != "" && holds(filepath.Join(context, filepath.FromSlash(t.From)), roots)
		})
		for i, t := range taken {
			if i == whole {
				break
			}
			if t.From == "" || slices.Contains(out, t.From) {
				continue
			}
			abs := filepath.Join(context, filepath.FromSlash(t.From))
			if whole < 0 && within(abs, roots) && (isDir(abs) || !slices.ContainsFunc(taken[i:], func(t project.Take) bool { return t.From == "" })) {
				continue
			}
			out = append(out, t.From)
		}
	}
	return out
}

// holds tells whether a folder is the source, or has it in it.
func holds(dir string, roots []string) bool {
	return slices.ContainsFunc(roots, func(r string) bool {
		_, ok := relative(dir, r)
		return ok
	})
}

// within tells whether a path is in the source.
func within(p string, roots []string) bool {
	return slices.ContainsFunc(roots, func(r string) bool {
		_, ok := relative(r, p)
		return ok
	})
}

func isDir(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}
