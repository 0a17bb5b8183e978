package render

import (
	"io"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Error writes an error's message and, below it, what the container in question printed
// last, and the hints of all errors that it wraps, each once. Errors of errors.Join are written one after the other, each with
// its own hints. Control sequences in messages are escaped. On a terminal, lines are
// broken between words. An error of the write is dropped.
func Error(w io.Writer, err error) {
	cols, _, _ := Size(w)
	each(err, func(e error, message string, hints []string) {
		lines := terminal.Lines(message, cols)
		if logs := hint.LogsOf(e); len(logs) > 0 {
			lines = append(lines, terminal.Value("its last "+lastLines(len(logs))+":"))
			lines = append(lines, quoted(logs, "  ", quoting{cols: cols})...)
		}
		for _, h := range hints {
			lines = append(lines, hintLines(h, cols, false)...)
		}
		show(terminal.OutputOf(w), lines...)
	})
}

// failure is the object of an error that ends a command, with Docker Compose's
// fields. docs/progress.md documents it.
type failure struct {
	V       int       `json:"v"`
	Type    string    `json:"type"`
	Time    time.Time `json:"time"`
	Error   bool      `json:"error"`
	Message string    `json:"message"`
	Hint    string    `json:"hint,omitempty"`
	Logs    []string  `json:"logs,omitempty"` // what the container in question printed last
	// Of a mistake in a file: where it stands, and which rule it breaks.
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Path   string `json:"path,omitempty"`
	Rule   string `json:"rule,omitempty"`
	Text   string `json:"text,omitempty"`
}

// ErrorJSON is Error in ModeJSON: it writes an object for each error.
func ErrorJSON(w io.Writer, err error, now time.Time) {
	each(err, func(e error, message string, hints []string) {
		f := failure{V: 1, Type: "error", Time: now, Error: true, Message: message, Hint: strings.Join(hints, "\n"), Logs: hint.LogsOf(e)}
		if p, ok := hint.PlaceOf(e); ok {
			f.File, f.Line, f.Column, f.Path, f.Rule, f.Text = p.File, p.Line, p.Column, p.Path, p.Rule, p.Text
		}
		_ = JSON(w, f) // an error could only be written to the same stream
	})
}

// each calls do for each of the errors that were joined, with those of its hints
// that no error before it had.
func each(err error, do func(e error, message string, hints []string)) {
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
		do(e, strings.TrimRight(e.Error(), "\n"), hints)
	}
}

// joined returns the errors that errors.Join joined, or err alone.
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
		return []error{err} // its text says more than theirs
	}
	return several.Unwrap()
}
