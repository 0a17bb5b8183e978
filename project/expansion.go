package project

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
)

// expansion is what the variables of a project's files stand for so far.
type expansion struct {
	filled  []filledText
	bytes   int
	dollars dollars
}

// substitute is compose-go's, for texts that have anything to substitute, and
// not more than it gets through.
func (e *expansion) substitute(text string, lookup template.Mapping) (string, error) {
	if strings.IndexByte(text, '$') < 0 {
		return text, nil
	}
	if err := e.dollars.add(text); err != nil {
		return "", err
	}
	if e.bytes > variableBytes.value {
		return "", errTooLong
	}
	within := func(name string) (string, bool) {
		value, ok := lookup(name)
		if e.bytes += len(value); e.bytes > variableBytes.value {
			return "", ok
		}
		return value, ok
	}
	result, err := template.Substitute(text, within)
	if e.bytes > variableBytes.value {
		return "", errTooLong
	}
	e.filled = append(e.filled, filledText{text, result})
	return result, err
}

var errTooLong = errors.New(variableBytes.exceeded("the values of all variables"))

// substitute is expansion.substitute for a single text.
func substitute(text string, lookup template.Mapping) (string, error) {
	return new(expansion).substitute(text, lookup)
}

// checkExpressions refuses a text with more expressions than compose-go, which
// looks at the rest of the text for each, gets through in time.
func checkExpressions(text string) error {
	if n := strings.Count(text, "${"); n > maxExpressions {
		return fmt.Errorf("%d variables in one text, of which more than %d are refused", n, maxExpressions)
	}
	return nil
}

// dollars is what the $ of texts cost so far, escaped ones included: for each,
// compose-go looks at the rest of its text.
type dollars struct{ cost int }

// add refuses a text that compose-go does not get through in time, by itself or
// after those before.
func (d *dollars) add(text string) error {
	d.cost = saturated(d.cost, strings.Count(text, "$")*len(text))
	if d.cost > maxDollarCost {
		return errDollars
	}
	return checkExpressions(text)
}

var errDollars = errors.New("too many $ in long texts")

// checkTexts is dollars.add for all texts of a tree.
func checkTexts(v any, d *dollars) error {
	switch v := v.(type) {
	case string:
		return d.add(v)
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if err := checkTexts(v[key], d); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	case []any:
		for _, entry := range v {
			if err := checkTexts(entry, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// filledText is a text of a file with variables, as written and filled in.
type filledText struct{ written, filled string }
