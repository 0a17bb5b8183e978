package project

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxDocuments bounds how many included files a diagnosis reads.
const maxDocuments = 50

// document is a file of the project with its YAML nodes, which know their lines.
type document struct {
	name    string // absolute or "-"
	dir     string // absolute: what its paths are relative to
	content []byte
	docs    []*yaml.Node // roots; those before a syntax error, if there is one
	err     error        // the syntax error
}

// place is a position in a file; line and column from 1, line 0: not known.
type place struct {
	file         *document
	line, column int
}

func parseDocument(name string, content []byte) *document {
	t := &document{name: name, content: content}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var doc yaml.Node
		if err := decoder.Decode(&doc); err != nil {
			t.err = err
			return t
		}
		if len(doc.Content) > 0 {
			t.docs = append(t.docs, doc.Content[0])
		}
		if len(t.docs) > maxDocuments {
			t.err = errors.New("too many documents")
			return t
		}
	}
}

// child returns the key's and the value's node in a mapping, merged ones
// included, or in a list by index; nil where there is none.
func child(n *yaml.Node, key string) (k, v *yaml.Node) {
	return childBelow(n, key, 0)
}

func childBelow(n *yaml.Node, key string, depth int) (k, v *yaml.Node) {
	const maxDepth = 20 // of anchors that merge each other
	if n = deref(n); n == nil || depth > maxDepth {
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
		if list := deref(m); list != nil && list.Kind == yaml.SequenceNode {
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

// deref follows aliases; nil stays nil.
func deref(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// items are the elements of a list.
func items(n *yaml.Node) []*yaml.Node {
	if n = deref(n); n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// values are the values of a mapping.
func values(n *yaml.Node) []*yaml.Node {
	if n = deref(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var all []*yaml.Node
	for i := 1; i < len(n.Content); i += 2 {
		all = append(all, n.Content[i])
	}
	return all
}

// keys are the keys of a mapping.
func keys(n *yaml.Node) []string {
	if n = deref(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var all []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		all = append(all, n.Content[i].Value)
	}
	return all
}

// scalars are all texts in a node, in order; anchors are not followed.
func scalars(n *yaml.Node) []*yaml.Node {
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
		all = append(all, scalars(n.Content[i])...)
	}
	return all
}

// find walks a path from the root and returns the key and value nodes it ends
// at, or those of the deepest part that is there, and how deep that is.
func find(root *yaml.Node, path []string) (k, v *yaml.Node, depth int) {
	k, v = root, root
	for i, part := range path {
		nextKey, next := child(v, part)
		if nextKey == nil {
			return k, v, i
		}
		k, v = nextKey, next
	}
	return k, v, len(path)
}

// excerpt is a line with its number, and below it a caret at the column (in
// characters). Long lines are cut around it.
func excerpt(content []byte, line, column int) string {
	text, ok := lineOf(content, line)
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

// lineOf returns the line with that number, without its end.
func lineOf(content []byte, number int) (string, bool) {
	n := 0
	for line := range bytes.Lines(content) {
		if n++; n == number {
			return strings.TrimRight(string(line), "\r\n"), true
		}
	}
	return "", false
}
