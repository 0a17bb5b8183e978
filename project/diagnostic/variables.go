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

// explainInterpolation finds the text whose variable is missing or whose
// template is wrong. Lists are [] in the path, so that the text decides.
func (d *diagnosis) explainInterpolation(m []string) {
	path := strings.Split(m[1], ".")
	wanted := func(string) bool { return true }
	if missing, ok := errors.AsType[*template.MissingRequiredError](d.err); ok {
		wanted = func(raw string) bool {
			return strings.Contains(raw, "${"+missing.Variable+":?") || strings.Contains(raw, "${"+missing.Variable+"?")
		}
		d.rule = UnsetVariableRule
		d.hint = fmt.Sprintf("set %s in the environment or in .env", missing.Variable)
	}
	if invalid, ok := errors.AsType[*template.InvalidTemplateError](d.err); ok {
		wanted = func(raw string) bool { return strings.Contains(raw, invalid.Template) }
		d.text = fmt.Sprintf("invalid interpolation format for %s: %q", m[1], invalid.Template)
		d.hint = "a $ that is meant as it stands is written $$"
	}
	if strings.Contains(d.text, "failed to cast to expected type") {
		d.hint = "this is neither a number nor true or false, as the key wants"
	}
	for _, t := range d.Documents {
		for _, spot := range t.Spots(path) {
			for _, scalar := range document.Scalars(document.Deref(spot.Node)) {
				if wanted(scalar.Value) {
					d.atVariable(t, scalar)
					d.path = spot.Path
					return
				}
			}
		}
	}
	d.locateText(m[1])
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
		d.rule = UnsetVariableRule
		d.text += ": " + strings.Join(names, " and ") + are + " not set"
		d.hint = fmt.Sprintf("set %s in the environment or in .env, or write a default: ${%s:-VALUE}", them, names[0])
		return
	}
}
