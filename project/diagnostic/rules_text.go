package diagnostic

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
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

// explainDotEnv is about an env file that the loader read itself, for an
// include: it is read once more for its line.
func (d *diagnosis) explainDotEnv(name string) {
	if content, e := d.EnvFile(name); e != nil {
		d.at = document.Position{File: &document.Document{Name: name, Content: content}, Line: e.Line, Column: e.Column}
		d.text, d.hint = e.Msg, e.Help
	}
}

// explainNoImage is about a service that says not what it runs.
func (d *diagnosis) explainNoImage(service string) {
	d.locate("services", service)
	d.hint = "add image: NAME to run an image, or build: DIR to build one"
	for _, key := range []string{"image", "build"} {
		for _, t := range slices.Backward(d.Documents) {
			for _, root := range t.Docs {
				if _, v, depth := document.Find(root, []string{"services", service, key}); depth == 3 && document.Deref(v).Kind == yaml.ScalarNode && len(d.unset(v.Value)) > 0 {
					d.set(t, v, []string{"services", service, key})
					return
				}
			}
		}
	}
	d.hint += d.MissingFile()
}

// unset are the variables of a text that have no value and no default, sorted.
func (d *diagnosis) unset(text string) []string {
	if new(limits.Dollars).Add(text) != nil {
		return nil // that is what is wrong with it
	}
	var names []string
	for name, v := range template.ExtractVariables(map[string]any{"": text}, template.DefaultPattern) {
		if d.Variables[name] == "" && v.DefaultValue == "" && v.PresenceValue == "" && !v.Required {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// explainUnset adds that the text found wrong has variables without a value,
// which is mostly why it is wrong.
func (d *diagnosis) explainUnset() {
	_, required := errors.AsType[*template.MissingRequiredError](d.err)
	_, invalid := errors.AsType[*template.InvalidTemplateError](d.err)
	if required || invalid || d.at.File == nil || len(d.path) == 0 {
		return
	}
	for _, root := range d.at.File.Docs {
		_, v, depth := document.Find(root, d.path)
		if v = document.Deref(v); depth != len(d.path) || v == nil || v.Kind != yaml.ScalarNode {
			continue
		}
		names := d.unset(v.Value)
		if len(names) == 0 {
			continue
		}
		are, them := " is", "it"
		if len(names) > 1 {
			are, them = " are", "them"
		}
		d.text += ": " + strings.Join(names, " and ") + are + " not set"
		d.hint = fmt.Sprintf("set %s in the environment or in .env, or write a default: ${%s:-VALUE}", them, names[0])
		return
	}
}
