package watch

import (
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/compose-orchestrator/compose/project"
)

// rebuildSources are the sources whose change asks for another
// image: of each stage what it copies before it copies any of roots, which are
// absolute. Where it copies none of them as a whole, what it copies piece by piece
// is in the container by its mount: there a folder is the source, and a file
// matters to the steps that run after. Where steps run after the whole, what they
// install is in installFiles. In the order of the file.
func rebuildSources(d project.Dockerfile, context string, roots []string) (out []project.Take) {
	for _, taken := range d.Stages {
		whole := slices.IndexFunc(taken, func(t project.Take) bool {
			return t.From != "" && containsRoot(t.Path(context), roots)
		})
		for i, t := range taken {
			if i == whole {
				if slices.ContainsFunc(taken[i:], runs) {
					out = append(out, installFiles(context, t, out)...)
				}
				break
			}
			if t.From == "" || slices.Contains(out, t) {
				continue
			}
			abs := t.Path(context)
			if whole < 0 && inRoots(abs, roots) && (isDir(abs) || !slices.ContainsFunc(taken[i:], runs)) {
				continue
			}
			out = append(out, t)
		}
	}
	return out
}

func runs(t project.Take) bool { return t.From == "" }

// installPatterns are the files in which package managers read what to install.
var installPatterns = []string{
	"requirements*.txt", "pyproject.toml", "poetry.lock", "uv.lock", "Pipfile", "Pipfile.lock",
	"package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "deno.lock",
	"go.mod", "go.sum", "Gemfile", "Gemfile.lock", "Cargo.toml", "Cargo.lock", "composer.json", "composer.lock", "mix.exs", "mix.lock",
}

// installFiles match installPatterns in a folder that is copied, without those that
// known has.
func installFiles(context string, whole project.Take, known []project.Take) (out []project.Take) {
	for _, pattern := range installPatterns {
		found, _ := filepath.Glob(filepath.Join(globEscape(whole.Path(context)), pattern)) // the patterns are good
		for _, f := range found {
			one := project.Take{From: path.Join(whole.From, filepath.Base(f)), In: whole.In}
			covered := slices.ContainsFunc(known, func(k project.Take) bool {
				ok, err := path.Match(k.From, one.From)
				return ok && err == nil && k.In == one.In
			})
			if !covered {
				out = append(out, one)
			}
		}
	}
	return out
}

// containsRoot tells whether a folder is the source, or has it in it. A file that is
// mounted by itself is no source.
func containsRoot(dir string, roots []string) bool {
	return slices.ContainsFunc(roots, func(r string) bool {
		_, ok := relative(dir, r)
		return ok && isDir(r)
	})
}

// inRoots tells whether a path is in the source.
func inRoots(p string, roots []string) bool {
	return slices.ContainsFunc(roots, func(r string) bool {
		_, ok := relative(r, p)
		return ok
	})
}

func isDir(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}
