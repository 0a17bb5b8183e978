package project

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// pathAt is a place in a file where the path of another one stands.
type pathAt struct {
	kind PartKind // EnvPart or ExtendsPart
	node *yaml.Node
}

// documents are the roots of a file's documents.
func documents(content []byte) ([]*yaml.Node, error) {
	var roots []*yaml.Node
	for decoder := yaml.NewDecoder(bytes.NewReader(content)); ; {
		var doc yaml.Node
		switch err := decoder.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return roots, nil
		case err != nil:
			return nil, err
		case len(doc.Content) > 0:
			roots = append(roots, doc.Content[0])
		}
	}
}

// pathsIn finds the paths of env files and of extended files.
func pathsIn(content []byte) ([]pathAt, error) {
	roots, err := documents(content)
	if err != nil {
		return nil, err
	}
	var found []pathAt
	seen := map[*yaml.Node]bool{}
	add := func(kind PartKind, n *yaml.Node) {
		if n = document.Deref(n); n.Kind == yaml.ScalarNode && n.Value != "" && !seen[n] {
			seen[n] = true
			found = append(found, pathAt{kind, n})
		}
	}
	for _, root := range roots {
		for _, service := range entries(member(root, "services")) {
			add(ExtendsPart, member(member(service, "extends"), "file"))
			files := member(service, "env_file")
			add(EnvPart, files)
			for _, file := range listed(files) {
				add(EnvPart, file)
				add(EnvPart, member(file, "path"))
			}
		}
	}
	return found, nil
}

// includesIn are the paths of include.
func includesIn(content []byte) ([]string, error) {
	roots, err := documents(content)
	if err != nil {
		return nil, err
	}
	var paths []string
	add := func(n *yaml.Node) {
		if n = document.Deref(n); n.Kind == yaml.ScalarNode && n.Value != "" {
			paths = append(paths, n.Value)
		}
	}
	for _, root := range roots {
		for _, entry := range listed(member(root, "include")) {
			add(entry)
			path := member(entry, "path")
			add(path)
			for _, p := range listed(path) {
				add(p)
			}
		}
	}
	return paths, nil
}

// member is a mapping's value; an empty node where there is none.
func member(n *yaml.Node, key string) *yaml.Node {
	n = document.Deref(n)
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i+1]
			}
		}
	}
	return &yaml.Node{}
}

// entries are the values of a mapping.
func entries(n *yaml.Node) []*yaml.Node {
	n = document.Deref(n)
	var out []*yaml.Node
	if n.Kind == yaml.MappingNode {
		for i := 1; i < len(n.Content); i += 2 {
			out = append(out, n.Content[i])
		}
	}
	return out
}

// listed are those of a list.
func listed(n *yaml.Node) []*yaml.Node {
	if n = document.Deref(n); n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return nil
}

// edit is a text to put in the place of content[from:to].
type edit struct {
	from, to int
	text     string
}

// apply makes the edits, which do not overlap.
func apply(content []byte, edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, content[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, content[at:]...)
}

// replace is the edit that gives a scalar another value and leaves everything
// around it as it is written.
func replace(content []byte, n *yaml.Node, value string) (edit, error) {
	from := offset(content, n.Line, n.Column)
	rest := string(content[from:])
	length := -1
	switch {
	case n.Style&yaml.SingleQuotedStyle != 0 && strings.HasPrefix(rest, "'"):
		length = closing(rest, '\'')
	case n.Style&yaml.DoubleQuotedStyle != 0 && strings.HasPrefix(rest, `"`):
		length = closing(rest, '"')
	case strings.HasPrefix(rest, n.Value):
		length = len(n.Value)
	}
	if length < 0 {
		return edit{}, errors.New("this way to write a path cannot be published: write it in one line, without an anchor or a tag")
	}
	return edit{from: from, to: from + length, text: value}, nil
}

// offset is the byte at a line and column, both from 1; columns count
// characters.
func offset(content []byte, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		at += bytes.IndexByte(content[at:], '\n') + 1
	}
	for range column - 1 {
		_, size := utf8.DecodeRune(content[at:])
		at += size
	}
	return at
}

// closing is the length of a quoted scalar with its quotes; -1: it has no end.
func closing(text string, quote byte) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote && quote == '\'' && i+1 < len(text) && text[i+1] == quote:
			i++ // a doubled quote stands for itself
		case text[i] == quote:
			return i + 1
		}
	}
	return -1
}
