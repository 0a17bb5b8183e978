package render

import (
	"io"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Error writes an error's message and, below it, the hints of all errors that
// it is made of, each once. Errors that were joined come one after the other,
// each with its own hints. What a build or the engine had to say moves no cursor.
func Error(w io.Writer, err error) {
	each(err, func(message string, hints []string) {
		lines := terminal.Lines(message)
		for _, h := range hints {
			lines = append(lines, hintLines(h, false)...)
		}
		show(terminal.OutputOf(w), lines...)
	})
}

// failure is the object of an error that ends the command, with Docker Compose's
// fields; docs/progress.md documents it.
type failure struct {
	V       int       `json:"v"`
	Type    string    `json:"type"`
	Time    time.Time `json:"time"`
	Error   bool      `json:"error"`
	Message string    `json:"message"`
	Hint    string    `json:"hint,omitempty"`
}

// ErrorJSON is Error for those who read ModeJSON: an object for each error.
func ErrorJSON(w io.Writer, err error, now time.Time) {
	each(err, func(message string, hints []string) {
		_ = JSON(w, failure{1, "error", now, true, message, strings.Join(hints, "\n")}) // who would be told?
	})
}

// each calls do for each of the errors that were joined, with its hints that were
// not said before.
func each(err error, do func(message string, hints []string)) {
	if err == nil {
		return
	}
	seen := map[string]bool{"": true}
	for _, e := range joined(err) {
		var hints []string
		for _, h := range hint.All(e) {
			if !seen[h] {
				seen[h] = true
				hints = append(hints, h)
			}
		}
		do(strings.TrimRight(e.Error(), "\n"), hints)
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
