package diagnostic

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// explainEncoding is about a file that is no text in UTF-8; false: it is one.
func (d *diagnosis) explainEncoding(file *document.Document) bool {
	at := document.BadByte(file.Content)
	if at < 0 {
		return false
	}
	d.atOffset(file, fmt.Sprint(at))
	d.hint = document.UTF8Help
	switch cause := document.ForeignEncoding(file.Content); {
	case cause != "":
		d.at.Line, d.at.Column = 1, 1
		d.text = cause
	case file.Content[at] == 0:
		d.text = "there is a NUL byte here, which no text has"
		d.hint = "take it out; is the file damaged?"
	default:
		d.text = fmt.Sprintf("the byte 0x%x is not UTF-8", file.Content[at])
	}
	return true
}

// explainInfinite is about .inf and .nan, which YAML has and JSON has not. A
// variable may stand for it as well.
func (d *diagnosis) explainInfinite(_ []string) {
	for _, t := range d.Documents {
		for _, root := range t.Docs {
			if n, path := d.infinite(root, nil); n != nil {
				d.set(t, n, path)
				d.text = fmt.Sprintf("%s: %s is no finite number", strings.Join(path, "."), d.interpolated(n.Value))
				d.hint = fmt.Sprintf("write a number; a text goes in quotes: %q", n.Value)
				return
			}
		}
	}
}

// infinite is the first number in a node that is not finite, and its path.
func (d *diagnosis) infinite(n *yaml.Node, path []string) (*yaml.Node, []string) {
	switch n.Kind {
	case yaml.ScalarNode:
		text := strings.ToLower(strings.Trim(d.interpolated(n.Value), "+-."))
		quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
		if slices.Contains([]string{"inf", "infinity", "nan"}, text) && (!quoted || strings.Contains(n.Value, "$")) {
			return n, path
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if found, at := d.infinite(n.Content[i+1], append(slices.Clone(path), n.Content[i].Value)); found != nil {
				return found, at
			}
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			if found, at := d.infinite(item, append(slices.Clone(path), fmt.Sprint(i))); found != nil {
				return found, at
			}
		}
	}
	return nil, nil
}

// explainDate is about a plain 2001-01-01, which YAML takes for a date, where a
// text is wanted.
func (d *diagnosis) explainDate(_ []string) {
	for _, t := range d.Documents {
		for _, root := range t.Docs {
			for _, scalar := range document.Scalars(root) {
				if scalar.ShortTag() == "!!timestamp" {
					d.at = document.Position{File: t, Line: scalar.Line, Column: scalar.Column}
					d.text = fmt.Sprintf("%s is a date, and a text is wanted", scalar.Value)
					d.hint = fmt.Sprintf("put it in quotes: %q", scalar.Value)
					return
				}
			}
		}
	}
}

// explainNoSection is about a section that has nothing below it, in a file with
// includes: the loader trips over that (compose-go merges into it).
func (d *diagnosis) explainNoSection(_ []string) {
	for _, section := range []string{"services", "networks", "volumes", "secrets", "configs", "models"} {
		for _, t := range d.Documents {
			for _, root := range t.Docs {
				if k, v, depth := document.Find(root, []string{section}); depth == 1 && v.ShortTag() == "!!null" {
					d.set(t, k, []string{section})
					d.text = section + " must be a mapping"
					return
				}
			}
		}
	}
}
