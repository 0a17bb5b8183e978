package hint

import "errors"

// Place is a mistake in a file of the user's, for programs.
type Place struct {
	File         string // as the user would name it, from where the command was called
	Line, Column int    // from 1; 0: not known
	// Path is where in the file's tree it stands, "services.web.image"; "": in no tree.
	Path string
	// Rule is what it breaks, in words that stay the same: "unknown-key".
	Rule string
	// Text is the mistake in a sentence, without its place.
	Text string
}

// PlaceOf is that of the first error among err and its causes which has a method Place.
func PlaceOf(err error) (Place, bool) {
	var placed interface{ Place() Place }
	if !errors.As(err, &placed) {
		return Place{}, false
	}
	return placed.Place(), true
}
