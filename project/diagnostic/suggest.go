package diagnostic

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// What is compared for a suggestion: comparing costs the product of two lengths, and is
// done for each mistake.
const (
	maxSuggested  = 64    // bytes of a name; longer ones were made by no slip of the fingers
	maxCandidates = 1_000 // names; those behind them are not suggested
)

// Nearest returns up to three of the names that a misspelt one may stand for, the closest
// first. Of very many names the first are looked at.
func Nearest(name string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	if len(name) > maxSuggested {
		return nil
	}
	limit := (len(name) + 1) / 3
	folded := strings.ToLower(name)
	var found []candidate
	for _, n := range names[:min(len(names), maxCandidates)] {
		if n == name || len(n) > maxSuggested {
			continue
		}
		d := distance(folded, strings.ToLower(n))
		if d > limit && !cutShort(folded, strings.ToLower(n)) {
			continue
		}
		found = append(found, candidate{n, d})
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), strings.Compare(a.name, b.name))
	})
	near := make([]string, 0, 3)
	for _, c := range found[:min(len(found), cap(near))] {
		if c.distance > found[0].distance+1 {
			break
		}
		near = append(near, c.name)
	}
	return near
}

// Quoted joins names as a person would: "a", "b" or "c".
func Quoted(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + n + `"`
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " or " + quoted[last]
}

// distance is the number of edits between two names, two swapped letters being
// one: the usual slip of the fingers.
func distance(a, b string) int {
	for i := 0; len(a) == len(b) && i+1 < len(a); i++ {
		if a[i] != b[i] {
			if a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:] {
				return 1
			}
			break
		}
	}
	return levenshtein.Distance(a, b, nil)
}

// cutShort tells whether one name is the beginning of the other, and long
// enough not to be so by chance.
func cutShort(a, b string) bool {
	const enough = 4
	return min(len(a), len(b)) >= enough && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// DidYouMean asks whether one of the names was meant; "": none is near.
func DidYouMean(name string, names []string) string {
	if near := Nearest(name, names); len(near) > 0 {
		return "did you mean " + Quoted(near) + "?"
	}
	return ""
}

// ServiceHint names the services that a wrong name may stand for, or all there
// are.
func ServiceHint(name string, names []string) string {
	if near := DidYouMean(name, names); near != "" {
		return near
	}
	if len(names) == 0 {
		return "there is no service that could be meant"
	}
	const shown = 10
	if len(names) > shown {
		return fmt.Sprintf("the services are %s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
	}
	return "the services are " + strings.Join(names, ", ")
}
