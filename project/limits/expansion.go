package limits

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
)

// Expansion is what the variables of a project's files stand for so far.
type Expansion struct {
	Substitutions []Substitution // so far
	bytes         int
	dollars       Dollars
}

// Substitute is compose-go's, for texts that have anything to substitute. Errors are
// those of compose-go's template package, and one where the variables of all texts so
// far exceed a limit.
func (e *Expansion) Substitute(text string, lookup template.Mapping) (string, error) {
	if strings.IndexByte(text, '$') < 0 {
		return text, nil
	}
	if err := e.dollars.Add(text); err != nil {
		return "", err
	}
	if e.bytes > VariableBytes.Value {
		return "", errTooLong
	}
	within := func(name string) (string, bool) {
		value, ok := lookup(name)
		if e.bytes += len(value); e.bytes > VariableBytes.Value {
			return "", ok
		}
		return value, ok
	}
	result, err := template.Substitute(text, within)
	if e.bytes > VariableBytes.Value {
		return "", errTooLong
	}
	if err == nil {
		e.Substitutions = append(e.Substitutions, Substitution{text, result})
	}
	return result, err
}

var errTooLong = errors.New(VariableBytes.Exceeded("the values of all variables"))

// Substitute is Expansion.Substitute for a single text, with its errors.
func Substitute(text string, lookup template.Mapping) (string, error) {
	return new(Expansion).Substitute(text, lookup)
}

// checkExpressions refuses a text with more expressions than compose-go, which
// looks at the rest of the text for each, gets through in time.
func checkExpressions(text string) error {
	if n := strings.Count(text, "${"); n > maxExpressions {
		return fmt.Errorf("%d variables in one text, of which more than %d are refused", n, maxExpressions)
	}
	return nil
}

// Dollars is what the $ of texts cost so far, escaped ones included: for each,
// compose-go looks at the rest of its text.
type Dollars struct {
	cost   int
	braced int // of ${A:-...}, whose end compose-go looks for to the end of the line at every depth
}

// Add refuses a text that compose-go does not get through in time, by itself or
// after those before.
func (d *Dollars) Add(text string) error {
	d.cost = saturated(d.cost, strings.Count(text, "$")*len(text))
	if d.cost > maxDollarCost {
		return errDollars
	}
	if err := checkExpressions(text); err != nil {
		return err
	}
	for line := range strings.Lines(text) {
		open := strings.Count(line, "${") - len(plainVariable.FindAllStringIndex(line, -1))
		d.braced = saturated(d.braced, open*len(line))
	}
	if d.braced > maxBracedCost {
		return errDollars
	}
	return nil
}

// plainVariable is one without a default, whose end compose-go finds at once: 500 of them
// in a line of 2 MB take half a second.
var plainVariable = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

var errDollars = errors.New("too many $ in long texts")

// CheckTexts is Dollars.Add for all texts of a tree; an error begins with the keys
// that lead to the text.
func CheckTexts(v any, d *Dollars) error {
	switch v := v.(type) {
	case string:
		return d.Add(v)
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := CheckTexts(v[key], d); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	case []any:
		for _, entry := range v {
			if err := CheckTexts(entry, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// Substitution is a text of a file with variables, as written and filled in.
type Substitution struct{ Written, Filled string }
