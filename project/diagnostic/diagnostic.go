// Package diagnostic finds what an error of compose-go's loader is about: the file,
// line and column, and what the user can do.
package diagnostic

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/errdefs"
	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project/document"
)

// FileError is a mistake in a file of the user, with its place.
type FileError struct {
	File         string // as the user would name it: relative to where the command was called, if below
	Line, Column int    // from 1; 0: not known
	Path         string // the place in the file's tree, "services.web.image", or ""
	Msg          string // one sentence, which names the path where that helps
	Help         string // what to do about it, or ""
	Excerpt      string // the line and a caret below, without the last line end, or ""
	Err          error  // what the loader said

	Keys []string // Path in parts
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

// Hint is what the user can do about it.
func (e *FileError) Hint() string { return e.Help }

// Unwrap returns the loader's error.
func (e *FileError) Unwrap() error { return e.Err }

// Mistake is a mistake that this package found itself and knows the place
// of.
type Mistake struct {
	Keys []string // keys, and indices of lists
	Msg  string
	Hint string
}

func (e *Mistake) Error() string { return e.Msg }

// Files are the files of a project, in which the places of mistakes are looked for.
type Files struct {
	Documents []*document.Document
	Variables types.Mapping // what stands for the variables of the files
	// Interpolation is the loader's. Without LookupValue variables stay, and the
	// files are not checked against the schema.
	Interpolation interpolation.Options
	// Shown is a file's name for people.
	Shown func(file string) string
	// EnvFile reads an env file again; nil: it has no mistake.
	EnvFile func(file string) ([]byte, *FileError)
	// MissingFile is advice on a file that was not named and that those of the
	// project add to, for a service that has neither image nor build; "": none.
	MissingFile func() string
	// Volume parses the short form of a volume.
	Volume func(text string) (types.ServiceVolumeConfig, error)
}

// Explain finds the place in the files that an error of the loader is about:
// compose-go tells a path, if anything, and never a line. Several errors stay
// several, in the order of their places.
func (f Files) Explain(err error) error {
	const most = 200 // to look for the places of
	all := append(Split(err), f.unreported()...)
	var found []*FileError
	for _, e := range all[:min(len(all), most)] {
		d := &diagnosis{Files: f, err: e, text: plainText(e)}
		found = append(found, d.explain())
	}
	slices.SortStableFunc(found, func(a, b *FileError) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Msg, b.Msg))
	})
	found = slices.CompactFunc(found, func(a, b *FileError) bool { return a.Error() == b.Error() })
	return together(found, max(0, len(all)-most))
}

// Position is the place of a path's key, in the last file that has all of it; the
// zero value where no file has its first part.
func (f Files) Position(path ...string) document.Position {
	d := &diagnosis{Files: f}
	d.locate(path...)
	return d.at
}

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

// Split returns the errors that were joined, in order.
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

// plainText is an error's text without what says nothing to a user.
func plainText(err error) string {
	text := strings.TrimSuffix(err.Error(), ": "+errdefs.ErrInvalid.Error())
	text = strings.TrimPrefix(text, "decoding failed due to the following error(s):")
	return strings.TrimSpace(text)
}

// diagnosis is the search for the place of one error.
type diagnosis struct {
	Files
	err  error
	text string

	// Found so far.
	at   document.Position
	path []string
	hint string
}

// explain makes a FileError of the error, with as much as can be found out.
func (d *diagnosis) explain() *FileError {
	if placed, ok := errors.AsType[*Mistake](d.err); ok {
		d.locate(placed.Keys...)
		d.text, d.hint = placed.Msg, placed.Hint
	} else {
		d.applyRules()
	}
	d.explainUnset()
	e := &FileError{Path: strings.Join(d.path, "."), Keys: d.path, Msg: Shorten(d.text), Help: Shorten(d.hint), Err: d.err}
	file := d.at.File
	if file == nil && len(d.Documents) > 0 {
		file = d.Documents[0]
	}
	if file == nil {
		return e
	}
	e.File = d.Shown(file.Name)
	if d.at.Line > 0 {
		e.Line, e.Column = d.at.Line, max(1, d.at.Column)
		e.Excerpt = document.Excerpt(file.Content, e.Line, e.Column)
	}
	return e
}

// Shorten cuts the middle out of a text that quotes too much of a file.
func Shorten(text string) string {
	const most = 600
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most*2/3], "") + " ... " + strings.ToValidUTF8(text[len(text)-most/3:], "")
}

func (d *diagnosis) applyRules() {
	for _, r := range rules {
		if m := regexp.MustCompile(r.pattern).FindStringSubmatch(d.text); m != nil {
			r.apply(d, m)
			return
		}
	}
	d.locateText(d.text)
}

// rule knows what errors with a certain text are about.
type rule struct {
	pattern string
	apply   func(d *diagnosis, m []string)
}
