package main

import (
	"path/filepath"
	"strings"

	"github.com/compose-orchestrator/compose/internal/render"
)

// onActions tells whether the program runs in a step of GitHub Actions, whose log takes
// commands.
func (a *app) onActions() bool { return a.getenv("GITHUB_ACTIONS") == "true" }

// annotate makes annotations of an error, by the paths of the repository.
func (a *app) annotate(err error) {
	render.Annotate(a.stderr, err, func(file string) string {
		if !filepath.IsAbs(file) {
			file = filepath.Join(a.dir, file)
		}
		root := a.getenv("GITHUB_WORKSPACE")
		if below, err := filepath.Rel(root, file); root != "" && err == nil && filepath.IsLocal(below) {
			return filepath.ToSlash(below)
		}
		return strings.ReplaceAll(file, `\`, "/")
	})
}
