package plan

import (
	"errors"

	"github.com/compose-orchestrator/compose/hint"
)

// Finding is what was found out about a plan before anything of it is carried out.
type Finding struct {
	Level Level `json:"level"`
	// Service is whose attribute it is about; "": no single one's.
	Service string `json:"service,omitempty"`
	// Attribute is where in the file that stands: "services.web.ports"; "": nowhere.
	Attribute string `json:"attribute,omitempty"`
	Text      string `json:"text"`
	Hint      string `json:"hint,omitempty"`
}

// Level is how much a Finding matters.
type Level string

// The levels of findings.
const (
	Refused Level = "refused" // the engine would refuse it: the plan is not carried out
	Warned  Level = "warning" // it may go wrong
	Noted   Level = "note"    // something was not looked at
)

// Title is the finding in a line: "would fail: ...", "warning: ...", "note: ...".
func (f Finding) Title() string {
	if f.Level == Refused {
		return "would fail: " + f.Text
	}
	return string(f.Level) + ": " + f.Text
}

// ErrRefused is the cause of the errors of Refusals.
var ErrRefused = errors.New("the plan would fail")

// Refusals are what stands against the plan, joined as errors with their advice; nil:
// nothing does.
func (p *Plan) Refusals() error {
	var all []error
	for _, f := range p.Findings {
		if f.Level == Refused {
			all = append(all, &hint.Error{Text: f.Text, Help: f.Hint, Err: ErrRefused})
		}
	}
	return errors.Join(all...)
}

// RefusedBy are errors, and those that are joined in them, as findings.
func RefusedBy(errs ...error) []Finding {
	var all []Finding
	for _, err := range errs {
		if err == nil {
			continue
		}
		if joined := parts(err); len(joined) > 0 {
			all = append(all, RefusedBy(joined...)...)
			continue
		}
		all = append(all, Finding{Level: Refused, Text: err.Error(), Hint: hint.Of(err)})
	}
	return all
}

// parts are the errors that errors.Join made err of; none for others.
func parts(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	errs := joined.Unwrap()
	if text := errors.Join(errs...); text == nil || text.Error() != err.Error() {
		return nil
	}
	return errs
}
