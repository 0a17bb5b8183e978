package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/compose-orchestrator/compose/hint"
)

// Error writes an error's message and, below it, the hints of all errors that
// it is made of, each once. Errors that were joined come one after the other,
// each with its own hints.
func Error(w io.Writer, err error) {
	if err == nil {
		return
	}
	seen := map[string]bool{"": true}
	for _, e := range joined(err) {
		fmt.Fprintln(w, strings.TrimRight(e.Error(), "\n"))
		for _, h := range hint.All(e) {
			if !seen[h] {
				seen[h] = true
				fmt.Fprintln(w, "hint: "+h)
			}
		}
	}
}

// joined are the errors that errors.Join made one of, or the one.
func joined(err error) []error {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok || len(several.Unwrap()) == 0 {
		return []error{err}
	}
	var texts []string
	for _, e := range several.Unwrap() {
		texts = append(texts, e.Error())
	}
	if err.Error() != strings.Join(texts, "\n") {
		return []error{err} // it says more than they do
	}
	return several.Unwrap()
}
