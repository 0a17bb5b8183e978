// Package document is a Compose file as it was written: its text, its lines, and
// the YAML nodes that know them.
package document

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// MaxDocuments bounds the YAML documents of a file, and the files that are read
// where they include each other.
const MaxDocuments = 50

// Document is a file with its YAML nodes.
type Document struct {
	Name    string // absolute or "-"
	Dir     string // absolute: what its paths are relative to
	Content []byte
	Docs    []*yaml.Node // roots; those before a syntax error, if there is one
	Err     error        // the syntax error
}

// Position is a place in a file. Line and Column count from 1; Line 0: not known.
type Position struct {
	File         *Document
	Line, Column int
}

// Parse reads the nodes of a file. A syntax error, or that there are more than
// MaxDocuments, is the Document's Err.
func Parse(name string, content []byte) *Document {
	t := &Document{Name: name, Content: content}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var doc yaml.Node
		if err := decoder.Decode(&doc); err != nil {
			t.Err = err
			return t
		}
		if len(doc.Content) > 0 {
			t.Docs = append(t.Docs, doc.Content[0])
		}
		if len(t.Docs) > MaxDocuments {
			t.Err = errors.New("too many documents")
			return t
		}
	}
}

// Child returns the key's and the value's node in a mapping, merged ones
// included, or in a list by index; nil where there is none.
func Child(n *yaml.Node, key string) (k, v *yaml.Node) {
	return childBelow(n, key, 0)
}

func childBelow(n *yaml.Node, key string, depth int) (k, v *yaml.Node) {
	const maxDepth = 20 // of anchors that merge each other
	if n = Deref(n); n == nil || depth > maxDepth {
		return nil, nil
	}
	if n.Kind == yaml.SequenceNode {
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(n.Content) {
			return nil, nil
		}
		return n.Content[i], n.Content[i]
	}
	if n.Kind != yaml.MappingNode {
		return nil, nil
	}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch {
		case n.Content[i].Value == key:
			return n.Content[i], n.Content[i+1]
		case n.Content[i].Tag == "!!merge":
			merged = append(merged, n.Content[i+1])
		}
	}
	for _, m := range merged {
		candidates := []*yaml.Node{m}
		if list := Deref(m); list != nil && list.Kind == yaml.SequenceNode {
			candidates = list.Content
		}
		for _, c := range candidates {
			if k, v := childBelow(c, key, depth+1); k != nil {
				return k, v
			}
		}
	}
	return nil, nil
}

// Deref follows aliases; nil stays nil.
func Deref(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// Items are the elements of a list; nil for what is none.
func Items(n *yaml.Node) []*yaml.Node {
	if n = Deref(n); n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// Values are the values of a mapping, in the order of Keys; nil for what is none.
func Values(n *yaml.Node) []*yaml.Node {
	if n = Deref(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var all []*yaml.Node
	for i := 1; i < len(n.Content); i += 2 {
		all = append(all, n.Content[i])
	}
	return all
}

// Keys are the keys of a mapping as they are written, "<<" among them; nil for what is none.
func Keys(n *yaml.Node) []string {
	if n = Deref(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var all []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		all = append(all, n.Content[i].Value)
	}
	return all
}

// Scalars are all texts in a node, in order; anchors are not followed.
func Scalars(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return []*yaml.Node{n}
	}
	var all []*yaml.Node
	step, first := 1, 0
	if n.Kind == yaml.MappingNode {
		step, first = 2, 1
	}
	for i := first; i < len(n.Content); i += step {
		all = append(all, Scalars(n.Content[i])...)
	}
	return all
}

// Tagged tells whether a node takes something back.
func Tagged(n *yaml.Node) bool { return n != nil && (n.Tag == "!reset" || n.Tag == "!override") }

// Find walks a path from the root and returns the key and value nodes it ends
// at, or those of the deepest part that is there, and how deep that is.
func Find(root *yaml.Node, path []string) (k, v *yaml.Node, depth int) {
	k, v = root, root
	for i, part := range path {
		nextKey, next := Child(v, part)
		if nextKey == nil {
			return k, v, i
		}
		k, v = nextKey, next
	}
	return k, v, len(path)
}

// Excerpt is a line with its number, and below it a caret at the column (in
// characters). Long lines are cut around it.
func Excerpt(content []byte, line, column int) string {
	text, ok := Line(content, line)
	if !ok || !utf8.ValidString(text) {
		return ""
	}
	const width = 100
	runes := []rune(strings.ReplaceAll(text, "\t", " "))
	column = min(column, len(runes)+1)
	from := 0
	if len(runes) > width && column > width-20 {
		from = column - width + 20
	}
	shown := strings.TrimRight(string(runes[from:min(len(runes), from+width)]), " ")
	gutter := strconv.Itoa(line)
	blank := strings.Repeat(" ", len(gutter))
	return "  " + gutter + " | " + shown + "\n  " + blank + " | " + strings.Repeat(" ", column-1-from) + "^"
}

// Line returns the line with that number, without its end.
func Line(content []byte, number int) (string, bool) {
	n := 0
	for line := range bytes.Lines(content) {
		if n++; n == number {
			return strings.TrimRight(string(line), "\r\n"), true
		}
	}
	return "", false
}
