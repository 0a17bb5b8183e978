package project

import (
	"fmt"
	"strings"
)

// FileError is a mistake in a file of the user, with its place.
type FileError struct {
	File         string // as the user would name it: relative to where the command was called, if below
	Line, Column int    // from 1; 0: not known
	Path         string // the place in the file's tree, "services.web.image", or ""
	Msg          string // one sentence, which names the path where that helps
	Hint         string // what to do about it, or ""
	Excerpt      string // the line and a caret below, without the last line end, or ""
	Err          error  // what the loader said
}

// Error is file:line:column, the message and the excerpt.
func (e *FileError) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Msg)
	if e.Excerpt != "" {
		b.WriteString("\n" + e.Excerpt)
	}
	return b.String()
}

// Unwrap returns the loader's error.
func (e *FileError) Unwrap() error { return e.Err }

func (s *source) diagnose(err error) error { return err }

func (s *source) dotEnvSyntax(files []string, err error) error { return err }

func (s *source) interpolationError(path string, err error) error { return err }

// placedError is a mistake that this package found itself and knows the place
// of.
type placedError struct {
	path []string // keys and list indices
	msg  string
	hint string
}

func (e *placedError) Error() string { return e.msg }
