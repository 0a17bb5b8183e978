package project

import (
	"cmp"
	"path/filepath"
)

// Dockerfile is what one says of the image that a build makes of it: of the stages
// that its target is made of. The zero value says nothing.
type Dockerfile struct {
	Path  string // absolute; "": written in the Compose file, or not here
	Image string // what the image comes from in the end; "" where an argument is not known
	// Workdir is where its command runs; "" where Image or an argument decides.
	Workdir string
	Env     map[string]string
	// Entrypoint and Command are as written, joined by blanks; "": Image's.
	Entrypoint, Command string
	Stages              [][]Take // in the file's order
}

// Take is what a step takes out of a context of the build: a path relative to that,
// with slashes; it may be a pattern. "": the step runs something.
type Take struct {
	From string
	In   string // the folder of an additional context, absolute; "": the build's context
}

// Path is where that is, given the build's context.
func (t Take) Path(context string) string {
	return filepath.Join(cmp.Or(t.In, context), filepath.FromSlash(t.From))
}
