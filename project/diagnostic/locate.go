package diagnostic

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// locate points at a path's key, in the last file that has all of it, else at
// the deepest part that a file has.
func (d *diagnosis) locate(path ...string) {
	best := 0
	for _, t := range slices.Backward(d.Documents) {
		for _, root := range t.Docs {
			if k, _, depth := document.Find(root, path); depth > best {
				best = depth
				d.set(t, k, path[:depth])
			}
		}
	}
}

func (d *diagnosis) set(t *document.Document, n *yaml.Node, path []string) {
	d.at, d.path = document.Position{File: t, Line: n.Line, Column: n.Column}, path
}

// locateEntry points at what names something within a list or mapping: its key,
// a text that is the name or begins with it and a colon, or a mapping whose
// source is the name. Otherwise it points at the list, or what is there of it.
func (d *diagnosis) locateEntry(within []string, name string) bool {
	for _, t := range slices.Backward(d.Documents) {
		for _, s := range t.Spots(within) {
			if k, _ := document.Child(s.Node, name); k != nil {
				d.set(t, k, append(slices.Clone(within), name))
				return true
			}
			for i, item := range document.Items(s.Node) {
				if n := document.Deref(item); d.names(n, name) {
					d.set(t, n, append(slices.Clone(within), strconv.Itoa(i)))
					return true
				}
			}
		}
	}
	if d.at.Line == 0 {
		d.locate(within...)
	}
	return false
}

func (d *diagnosis) names(n *yaml.Node, name string) bool {
	text := n
	if n.Kind == yaml.MappingNode {
		if _, text = document.Child(n, "source"); text == nil {
			return false
		}
	}
	value := d.interpolated(text.Value)
	return value == name || strings.HasPrefix(value, name+":")
}

// locateScalar points at the first text that a pattern leads to and match
// accepts; match sees the text with its variables replaced.
func (d *diagnosis) locateScalar(pattern string, match func(value string) bool) bool {
	for _, t := range d.Documents {
		for _, s := range t.Spots(strings.Split(pattern, ".")) {
			n := document.Deref(s.Node)
			if n.Kind == yaml.ScalarNode && match(d.interpolated(n.Value)) {
				d.set(t, n, s.Path)
				return true
			}
		}
	}
	return false
}

func (d *diagnosis) interpolated(text string) string {
	value, err := template.SubstituteWithOptions(text, d.Variables.Resolve, template.WithoutLogging)
	if err != nil {
		return text
	}
	return value
}

// atVariable points at the first $ of a text.
func (d *diagnosis) atVariable(t *document.Document, n *yaml.Node) {
	d.at = document.Position{File: t, Line: n.Line, Column: n.Column}
	number, last := 0, n.Line+strings.Count(n.Value, "\n")+1
	for line := range bytes.Lines(t.Content) {
		number++
		if number < n.Line {
			continue
		}
		if number > last {
			return
		}
		runes, from := []rune(string(line)), 0
		if number == n.Line {
			from = min(max(0, n.Column-1), len(runes))
		}
		if i := slices.Index(runes[from:], '$'); i >= 0 {
			d.at = document.Position{File: t, Line: number, Column: from + i + 1}
			return
		}
	}
}

// locateText points at the path that a message begins with, as compose-go
// writes paths: services.web.ports[0] or services[web].ports.0. It returns what
// follows the path.
func (d *diagnosis) locateText(text string) (rest string) {
	best := 0
	rest = text
	for _, t := range slices.Backward(d.Documents) {
		for _, root := range t.Docs {
			if k, path, after := followText(root, text); len(path) > best {
				best, rest = len(path), after
				d.set(t, k, path)
			}
		}
	}
	return rest
}

// followText walks from the root as far as the text is a path.
func followText(root *yaml.Node, text string) (key *yaml.Node, path []string, rest string) {
	key, value := root, root
	for {
		name, after := nextPart(value, strings.TrimPrefix(text, "."))
		k, v := document.Child(value, name)
		if name == "" || k == nil {
			return key, path, text
		}
		key, value, text = k, v, after
		path = append(path, name)
	}
}

// nextPart splits a part off a path: the longest key of the node that the text
// begins with, or what stands in brackets.
func nextPart(n *yaml.Node, text string) (part, rest string) {
	if inner, ok := strings.CutPrefix(text, "["); ok {
		part, rest, _ = strings.Cut(inner, "]")
		return part, rest
	}
	end := strings.IndexAny(text, ".[: \n'")
	if end < 0 {
		end = len(text)
	}
	part = text[:end]
	for _, k := range document.Keys(n) {
		// A key may have dots itself.
		if len(k) > len(part) && strings.HasPrefix(text, k) && (len(text) == len(k) || strings.ContainsRune(".[: \n'", rune(text[len(k)]))) {
			part = k
		}
	}
	return part, text[len(part):]
}
