package diagnostic

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/hint"
)

// FileError is a mistake in a file of the user, with its place.
type FileError struct {
	File         string // as the user would name it: relative to where the command was called, if below
	Line, Column int    // from 1; 0: not known
	Path         string // the place in the file's tree, "services.web.image", or ""
	Rule         Rule   // what it breaks; "": no rule of its own
	Msg          string // one sentence, which names the path where that helps
	Help         string // what to do about it, or ""
	Excerpt      string // the line and a caret below, without the last line end, or ""
	Err          error  // what the loader said

	Keys []string // Path in parts: keys, and indices of lists
	// Also are further paths that an anchor gives the same mistake, in parts. Msg
	// names them.
	Also [][]string
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

// Place is the mistake for programs.
func (e *FileError) Place() hint.Place {
	return hint.Place{File: e.File, Line: e.Line, Column: e.Column, Path: e.Path, Rule: string(cmp.Or(e.Rule, OtherRule)), Text: e.Msg}
}

// Paths are Keys and Also.
func (e *FileError) Paths() [][]string { return append([][]string{e.Keys}, e.Also...) }

// Hint is what the user can do about it.
func (e *FileError) Hint() string { return e.Help }

// Unwrap returns Err, the loader's error.
func (e *FileError) Unwrap() error { return e.Err }

// PathError is an error about what is at a path of the files. Explain makes a
// FileError of it.
type PathError struct {
	Path []string // keys, and indices of lists
	// OfValue: the value at the path is wrong, not its key.
	OfValue bool
	Msg     string
	Hint    string
}

func (e *PathError) Error() string { return e.Msg }

// Brief is an error's text for a message of one line: without excerpts, and of
// many errors the first ones.
func Brief(err error) string {
	const enough = 5
	var texts []string
	for _, e := range Split(err) {
		if mistake, ok := errors.AsType[*FileError](e); ok {
			short := *mistake
			short.Excerpt = ""
			e = &short
		}
		texts = append(texts, strings.Join(strings.Fields(e.Error()), " "))
	}
	if more := len(texts) - enough; more > 0 {
		texts = append(texts[:enough], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, "; ")
}

// together makes one error of several; it counts those that are too many to
// look at, and more of them.
func together(found []*FileError, more int) error {
	if len(found) == 1 {
		return found[0]
	}
	const enough = 20
	var joined []error
	for _, e := range found[:min(len(found), enough)] {
		joined = append(joined, e)
	}
	if more += max(0, len(found)-enough); more > 0 {
		joined = append(joined, fmt.Errorf("and %d more", more))
	}
	return errors.Join(joined...)
}

// Split returns the errors that were joined by errors.Join, in order; err alone where
// none were, and nothing of nil.
func Split(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, Split(e)...)
	}
	if len(all) == 0 {
		return []error{err}
	}
	return all
}

// Sort puts errors in the order of their places; those without a place come last, in
// the order in which they were.
func Sort(errs []error) {
	slices.SortStableFunc(errs, func(a, b error) int {
		x, placed := errors.AsType[*FileError](a)
		y, too := errors.AsType[*FileError](b)
		switch {
		case placed && too:
			return byPlace(x, y)
		case placed:
			return -1
		case too:
			return 1
		}
		return 0
	})
}

func byPlace(a, b *FileError) int {
	return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Msg, b.Msg))
}

// Shorten cuts the middle out of a text that quotes too much of a file.
func Shorten(text string) string {
	const most = 600
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most*2/3], "") + " ... " + strings.ToValidUTF8(text[len(text)-most/3:], "")
}

// oneForEachPlace joins sorted mistakes at one place of the files, which several
// services have by an anchor or an extension: they differ in their paths alone.
func oneForEachPlace(sorted []*FileError) []*FileError {
	var kept []*FileError
	for _, e := range sorted {
		i := len(kept) - 1
		if i < 0 || !kept[i].sameAs(e) {
			kept = append(kept, e)
			continue
		}
		known := func(path []string) bool { return slices.Equal(path, e.Keys) }
		if e.Line > 0 && !slices.ContainsFunc(kept[i].Paths(), known) {
			kept[i].Also = append(kept[i].Also, e.Keys)
		}
	}
	for _, e := range kept {
		if len(e.Also) > 0 {
			e.Msg += "; also at " + pathsText(e.Also)
		}
	}
	return kept
}

// pathsText names the first of several paths.
func pathsText(paths [][]string) string {
	const most = 5
	var texts []string
	for _, path := range paths[:min(len(paths), most)] {
		texts = append(texts, strings.Join(path, "."))
	}
	text := strings.Join(texts, ", ")
	if more := len(paths) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// sameAs tells whether two mistakes are one: at the same place, and the same but for
// the path that they name.
func (e *FileError) sameAs(o *FileError) bool {
	if e.File != o.File || e.Line != o.Line || e.Column != o.Column {
		return false
	}
	less := func(e *FileError) string {
		if e.Path == "" || e.Line == 0 {
			return e.Msg
		}
		return strings.Replace(e.Msg, e.Path, "", 1)
	}
	return less(e) == less(o)
}
