// Package diagnostic finds what an error of compose-go's loader is about: the file,
// line and column, and what the user can do.
package diagnostic

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/errdefs"
	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project/document"
)

// Files are the files of a project, in which the places of mistakes are looked for.
// Position needs the Documents alone; Explain calls every function.
type Files struct {
	Documents []*document.Document // the project's in the order of merging, then those they include or extend
	Variables types.Mapping        // the values of the variables in the files
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
// compose-go says a path, if anything, and never a line. It adds the mistakes that
// the loader did not come to. The result is a *FileError; several are joined by
// errors.Join, in the order of their places and each once, with the number of
// those that were cut off at the end.
func (f Files) Explain(err error) error {
	const most = 200 // to look for the places of
	all := append(eachDecoded(Split(err)), f.unreported()...)
	var found []*FileError
	for _, e := range all[:min(len(all), most)] {
		d := &diagnosis{Files: f, err: e, text: plainText(e)}
		found = append(found, d.explain())
	}
	slices.SortStableFunc(found, byPlace)
	found = oneForEachPlace(found)
	return together(found, max(0, len(all)-most))
}

// Position is the place of a path's key, in the last file that has all of it; the
// zero value where no file has its first part.
func (f Files) Position(path ...string) document.Position {
	d := &diagnosis{Files: f}
	d.locate(path...)
	return d.at
}

// eachDecoded takes apart what the decoder says of several values in one error, a line
// each.
func eachDecoded(errs []error) (all []error) {
	for _, err := range errs {
		lines := strings.Split(plainText(err), "\n")
		if len(lines) == 1 || !strings.HasPrefix(err.Error(), decoding) {
			all = append(all, err)
			continue
		}
		for _, line := range lines {
			all = append(all, errors.New(line))
		}
	}
	return all
}

// decoding begins the decoder's errors.
const decoding = "decoding failed due to the following error(s):"

// plainText is an error's text without what says nothing to a user.
func plainText(err error) string {
	text := strings.TrimSuffix(err.Error(), ": "+errdefs.ErrInvalid.Error())
	text = strings.TrimPrefix(text, decoding)
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
	rule Rule
}

// explain makes a FileError of the error, with as much as can be found out.
func (d *diagnosis) explain() *FileError {
	if placed, ok := errors.AsType[*PathError](d.err); ok {
		d.locate(placed.Path...)
		if placed.OfValue {
			d.pointAtValue()
		}
		d.text, d.hint, d.rule = placed.Msg, placed.Hint, ValueRule
	} else {
		d.applyRules()
	}
	d.explainUnset()
	e := &FileError{Path: strings.Join(d.path, "."), Keys: d.path, Rule: d.rule, Msg: Shorten(d.text), Help: Shorten(d.hint), Err: d.err}
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

func (d *diagnosis) applyRules() {
	for _, r := range rules {
		if m := regexp.MustCompile(r.pattern).FindStringSubmatch(d.text); m != nil {
			d.rule = r.name
			r.apply(d, m)
			return
		}
	}
	d.locateText(d.text)
}

// rule knows what errors with a certain text are about.
type rule struct {
	name    Rule
	pattern string
	apply   func(d *diagnosis, m []string)
}
