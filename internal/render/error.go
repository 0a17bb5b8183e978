package render

import (
	"fmt"
	"io"
	"strings"
)

// Hinter is an error that knows what the user can do about it.
type Hinter interface {
	error
	// Hint is a sentence without line end; "" is none.
	Hint() string
}

// Error writes an error's message and, below it, the hints of all errors that
// it is made of, each once.
func Error(w io.Writer, err error) {
	if err == nil {
		return
	}
	fmt.Fprintln(w, strings.TrimRight(err.Error(), "\n"))
	seen := map[string]bool{"": true}
	for _, h := range hints(err) {
		if !seen[h] {
			seen[h] = true
			fmt.Fprintln(w, "hint: "+h)
		}
	}
}

// hints walks the tree of an error, outside in.
func hints(err error) []string {
	var found []string
	if h, ok := err.(Hinter); ok {
		found = append(found, h.Hint())
	}
	switch x := err.(type) {
	case interface{ Unwrap() error }:
		if inner := x.Unwrap(); inner != nil {
			found = append(found, hints(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range x.Unwrap() {
			found = append(found, hints(inner)...)
		}
	}
	return found
}
