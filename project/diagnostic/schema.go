package diagnostic

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/schema"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

var additionalPattern = regexp.MustCompile(`^\s*additional properties '(.*?)'.* not allowed$`)

// explainSchema is about what the Compose schema refuses: keys it does not
// have, values of another type. m is the file and the message.
func (d *diagnosis) explainSchema(m []string) {
	d.text = strings.TrimSpace(m[2])
	d.moveFirst(m[1])
	rest := d.locateText(d.text)
	within := d.path
	if unknown := additionalPattern.FindStringSubmatch(rest); unknown != nil {
		d.explainUnknownKey(within, unknown[1])
		return
	}
	if strings.TrimSpace(rest) == "false schema" && len(within) > 0 {
		last := len(within) - 1
		d.explainUnknownKey(within[:last], within[last])
		d.text = strings.TrimSpace(fmt.Sprintf("%s additional properties '%s' not allowed", strings.Join(within[:last], "."), within[last]))
		return
	}
	if d.isEnvFileWithoutPath() && strings.TrimSpace(rest) == "must be a string" {
		d.explainNoPath()
		return
	}
	d.pointAtValue()
	if words := enumeration(rest); d.hint == "" && len(words) > 0 {
		if near := Nearest(d.valueAtPlace(), words); len(near) > 0 {
			d.hint = "did you mean " + Quoted(near) + "?"
		}
	}
}

// enumeration are the values that a message of the schema has: "value must be one of
// 'a', 'b'", or a pattern of words.
func enumeration(text string) []string {
	if _, words, ok := strings.Cut(text, "does not match pattern '^("); ok {
		return strings.Split(words[:max(0, strings.Index(words, ")"))], "|")
	}
	var words []string
	if strings.Contains(text, "must be one of") {
		for _, m := range quotedPattern.FindAllStringSubmatch(text, -1) {
			words = append(words, m[1])
		}
	}
	return words
}

// valueAtPlace is the scalar that the diagnosis is about, "" for another node.
func (d *diagnosis) valueAtPlace() string {
	if d.at.File == nil {
		return ""
	}
	for _, root := range d.at.File.Docs {
		if _, v, depth := document.Find(root, d.path); depth == len(d.path) && v.Kind == yaml.ScalarNode {
			return d.filled(v.Value)
		}
	}
	return ""
}

// moveFirst makes a file the one that is searched first.
func (d *diagnosis) moveFirst(name string) {
	i := slices.IndexFunc(d.Documents, func(t *document.Document) bool { return t.Name == name })
	if i >= 0 {
		t := d.Documents[i]
		d.Documents = append(slices.Delete(slices.Clone(d.Documents), i, i+1), t)
	}
}

func (d *diagnosis) explainUnknownKey(within []string, key string) {
	d.rule = UnknownKeyRule
	d.locate(append(slices.Clone(within), key)...)
	known := schemaKeys(within)
	switch near := Nearest(key, known); {
	case len(within) == 1 && within[0] == "services":
		d.hint = "a service's name consists of letters, digits, '.', '_' and '-'"
	case len(within) == 0 && d.looksLikeService(key):
		d.hint = "a service stands below services:"
	case len(within) == 0 && slices.Contains(schemaKeys([]string{"services", "x"}), key):
		d.hint = fmt.Sprintf("%s belongs to a service: is it indented enough?", key)
	case slices.Contains(schemaKeys(nil), key):
		d.hint = fmt.Sprintf("%s belongs to the top level: is it indented too much?", key)
	case len(near) > 0:
		d.hint = "did you mean " + Quoted(near) + "?"
	default:
		d.hint = "keys of your own begin with x-"
	}
}

func (d *diagnosis) looksLikeService(key string) bool {
	for _, t := range d.Documents {
		for _, s := range t.Spots([]string{key}) {
			if _, image := document.Child(s.Node, "image"); image != nil {
				return true
			}
			if _, build := document.Child(s.Node, "build"); build != nil {
				return true
			}
		}
	}
	return false
}

// pointAtValue moves from a key to its value where that is on a line as well,
// and says how a text is written where one is wanted.
func (d *diagnosis) pointAtValue() {
	if d.at.File == nil {
		return
	}
	for _, root := range d.at.File.Docs {
		_, v, depth := document.Find(root, d.path)
		if depth != len(d.path) || v.Kind != yaml.ScalarNode || v.Value == "" {
			continue
		}
		d.at.Line, d.at.Column = v.Line, v.Column
		if strings.HasSuffix(d.text, "must be a string") {
			d.hint = fmt.Sprintf("put it in quotes: %q", v.Value)
		}
	}
}

// schemaKeys are the keys that the Compose schema allows at a path, sorted.
func schemaKeys(path []string) []string {
	var root map[string]any
	if json.Unmarshal([]byte(schema.Schema), &root) != nil {
		return nil
	}
	w := schemaWalk{root}
	nodes := w.alternatives(root)
	for _, part := range path {
		var next []map[string]any
		for _, n := range nodes {
			next = append(next, w.below(n, part)...)
		}
		nodes = next
	}
	found := map[string]bool{}
	for _, n := range nodes {
		for key := range section(n, "properties") {
			found[key] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

type schemaWalk struct{ root map[string]any }

// alternatives are the schema itself and all that it refers to or combines.
func (w schemaWalk) alternatives(n map[string]any) []map[string]any {
	all := []map[string]any{n}
	if ref, ok := n["$ref"].(string); ok {
		name := ref[strings.LastIndex(ref, "/")+1:]
		all = append(all, w.alternatives(section(section(w.root, "$defs"), name))...)
	}
	for _, how := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := n[how].([]any)
		for _, e := range list {
			if sub, ok := e.(map[string]any); ok {
				all = append(all, w.alternatives(sub)...)
			}
		}
	}
	return all
}

// below are the schemas of a key's value, or of a list's elements.
func (w schemaWalk) below(n map[string]any, part string) []map[string]any {
	if sub, ok := section(n, "properties")[part].(map[string]any); ok {
		return w.alternatives(sub)
	}
	for pattern, sub := range section(n, "patternProperties") {
		s, ok := sub.(map[string]any)
		if matched, err := regexp.MatchString(pattern, part); ok && err == nil && matched {
			return w.alternatives(s)
		}
	}
	var found []map[string]any
	for _, key := range []string{"additionalProperties", "items"} {
		if sub, ok := n[key].(map[string]any); ok {
			found = append(found, w.alternatives(sub)...)
		}
	}
	return found
}

func section(n map[string]any, key string) map[string]any {
	s, _ := n[key].(map[string]any)
	return s
}
