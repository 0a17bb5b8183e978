package diagnostic

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/tree"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// unreported looks for mistakes that the loader did not come to, because it stops
// at the first file, key or port that is wrong. Those that it did report may be
// among them.
func (f Files) unreported() []error {
	var found []error
	const most = 1 << 20 // bytes: larger files take too long to check
	whole := true        // the documents are all there is, and are merged as they stand
	for _, t := range f.Documents {
		if len(t.Content) > most {
			whole = false
			continue
		}
		found = append(found, f.shortMistakes(t)...)
		if strings.Contains(string(t.Content), "!reset") || strings.Contains(string(t.Content), "!override") {
			whole = false
			continue // what they leave is not known here
		}
		for _, root := range t.Docs {
			found = append(found, f.schemaMistakes(t, root)...)
		}
	}
	if whole {
		found = append(found, f.referenceMistakes()...)
	}
	return found
}

// schemaMistakes validates a document again and again, without what was wrong
// the last time. What is missing is no mistake: another file may have it.
func (f Files) schemaMistakes(t *document.Document, root *yaml.Node) []error {
	var content map[string]any
	if f.Interpolation.LookupValue == nil || root.Decode(&content) != nil {
		return nil
	}
	interpolated, err := interpolation.Interpolate(content, f.Interpolation)
	found := Split(err)
	if err != nil {
		interpolated, err = interpolation.Interpolate(content, forgiving(f.Interpolation))
	}
	if err != nil {
		return found
	}
	content = interpolated
	const enough = 20
	for range enough {
		err := schema.Validate(content)
		if err == nil {
			break
		}
		path, rest := splitPath(content, err.Error())
		var unknown []string
		for _, m := range quotedPattern.FindAllStringSubmatch(rest, -1) {
			unknown = append(unknown, m[1])
		}
		if !strings.Contains(rest, "additional properties") {
			unknown = nil
		}
		switch {
		case len(unknown) > 0:
			for _, key := range unknown {
				found = append(found, fmt.Errorf("validating %s: %s", t.Name, strings.TrimSpace(fmt.Sprintf("%s additional properties '%s' not allowed", strings.Join(path, "."), key))))
				remove(content, append(slices.Clone(path), key))
			}
		case len(path) == 0:
			return found
		default:
			if value := valueAt(content, path); value != nil && value != unset && !strings.Contains(rest, "missing propert") {
				found = append(found, fmt.Errorf("validating %s: %w", t.Name, err))
			}
			remove(content, path)
		}
	}
	return found
}

// unset stands for the value of a variable that has none, and must have one.
const unset = "1"

// forgiving is an interpolation that gives a value to what has none, and leaves as it is
// what is of another type than its key wants.
func forgiving(strict interpolation.Options) interpolation.Options {
	o := strict
	substitute := strict.Substitute
	if substitute == nil {
		substitute = template.Substitute
	}
	o.Substitute = func(text string, mapping template.Mapping) (string, error) {
		filled, err := substitute(text, mapping)
		if err != nil {
			return unset, nil
		}
		return filled, nil
	}
	o.TypeCastMapping = map[tree.Path]interpolation.Cast{}
	for path, cast := range strict.TypeCastMapping {
		o.TypeCastMapping[path] = func(text string) (any, error) {
			value, err := cast(text)
			if err != nil {
				return text, nil
			}
			return value, nil
		}
	}
	return o
}

var quotedPattern = regexp.MustCompile(`'([^']*)'`)

// splitPath splits a message of the schema into the path that it begins with
// and what follows. A key may have dots itself.
func splitPath(tree any, text string) (path []string, rest string) {
	rest = text
	for {
		part := ""
		switch at := tree.(type) {
		case map[string]any:
			for key := range at {
				if len(key) > len(part) && strings.HasPrefix(rest, key) && (len(rest) == len(key) || strings.ContainsRune(". ", rune(rest[len(key)]))) {
					part = key
				}
			}
			tree = at[part]
		case []any:
			part = rest[:max(0, strings.IndexAny(rest+" ", ". "))]
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(at) {
				return path, rest
			}
			tree = at[i]
		}
		if part == "" {
			return path, rest
		}
		path = append(path, part)
		rest = rest[len(part):]
		if !strings.HasPrefix(rest, ".") {
			return path, rest
		}
		rest = rest[1:]
	}
}

func valueAt(tree any, path []string) any {
	for _, part := range path {
		switch at := tree.(type) {
		case map[string]any:
			tree = at[part]
		case []any:
			i, _ := strconv.Atoi(part)
			tree = at[i]
		}
	}
	return tree
}

// remove takes out what is at a path: a key, or the whole list that it leads
// into.
func remove(tree map[string]any, path []string) {
	for i, part := range path {
		below, ok := tree[part].(map[string]any)
		if !ok || i == len(path)-1 {
			delete(tree, part)
			return
		}
		tree = below
	}
}
