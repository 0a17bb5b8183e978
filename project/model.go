package project

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project/limits"
)

// Model is a project as a tree of maps and lists: the files merged, but not yet
// bound to types, so that variables may still stand in it.
type Model map[string]any

// LoadModel reads a project without binding it to types: for config
// --no-interpolate and --variables. Variables stay as the files have them, and
// nothing of the environment or an env file comes in. Profiles and Services of
// the options do not count.
//
// Its errors are those of Load, and one about too many variables in long texts. Like
// Load it returns as soon as ctx ends.
func LoadModel(ctx context.Context, o Options, sink event.Sink) (Model, error) {
	return cancellable(ctx, sink, func(sink event.Sink) (Model, error) { return loadModel(ctx, o, sink) })
}

func loadModel(ctx context.Context, o Options, sink event.Sink) (Model, error) {
	wait := startCompilingSchema()
	defer wait()
	o.NoInterpolation = true
	s, details, options, err := prepare(ctx, o, sink)
	if err != nil {
		return nil, err
	}
	load := func(env types.Mapping) (map[string]any, error) {
		details := details
		details.Environment = env
		return guarded(func() (map[string]any, error) {
			return s.loadMarked(ctx, details, options, func(l *loader.Options) {
				l.SkipNormalization = true // see normalize
				l.ResourceLoaders = append(l.ResourceLoaders, &expander{source: s, found: map[string]string{}})
			})
		})
	}
	model, err := load(types.Mapping{})
	if err != nil {
		// The .env of an included file may need the environment. What that
		// brings in, restore takes out.
		if model, err = load(s.env.Clone()); err != nil {
			return nil, s.diagnose(err)
		}
	}
	if err := limits.CheckTexts(model, new(limits.Dollars)); err != nil {
		return nil, err
	}
	if !o.NoNormalize {
		model["name"] = s.writtenName(o)
		if model, err = guarded(func() (map[string]any, error) { return normalize(model) }); err != nil {
			return nil, s.diagnose(err)
		}
	}
	s.texts().restore(model)
	s.warnConversions(Model(model), sink)
	return model, nil
}

// writtenName is the project's name, or the text with variables that the files
// make it of.
func (s *source) writtenName(o Options) string {
	if o.Name != "" {
		return o.Name
	}
	name := s.env["COMPOSE_PROJECT_NAME"]
	if name == "" {
		name, _ = s.nameOfFiles(o) // no error without interpolation
		for _, f := range s.files {
			if n := declaredName(f.Content); strings.Contains(n, "$") {
				name = n
			} else if n != "" {
				name = normalName(n)
			}
		}
	}
	return name
}

// normalize is compose-go's for a model whose variables are not replaced: what
// it takes from the environment, drops, or makes of a part of a variable stays
// as it was.
func normalize(model map[string]any) (map[string]any, error) {
	type kept struct {
		build, container map[string]any
		args             any
		dependencies     map[string]any
	}
	var all []kept
	for _, container := range containers(model) {
		k := kept{container: container}
		k.build, _ = container["build"].(map[string]any)
		if k.build != nil && k.build["args"] != nil {
			k.args = k.build["args"]
			delete(k.build, "args")
		}
		on, _ := container["depends_on"].(map[string]any)
		k.dependencies = maps.Clone(on)
		all = append(all, k)
	}
	unsure := unsureNames(model)
	model, err := loader.Normalize(model, types.Mapping{})
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		if k.args != nil {
			k.build["args"] = k.args
		}
		on, _ := k.container["depends_on"].(map[string]any)
		maps.DeleteFunc(on, func(name string, _ any) bool {
			_, written := k.dependencies[name]
			return !written && strings.ContainsAny(name, "${}")
		})
		if len(on) == 0 && len(k.dependencies) == 0 {
			delete(k.container, "depends_on")
		}
	}
	for _, resource := range unsure {
		delete(resource, "name")
	}
	return model, nil
}

// unsureNames are the resources that are external by a variable, and have no
// name: what that is depends on the variable.
func unsureNames(model map[string]any) []map[string]any {
	var unsure []map[string]any
	for _, kind := range []string{"networks", "volumes", "configs", "secrets"} {
		resources, _ := model[kind].(map[string]any)
		for _, r := range resources {
			resource, _ := r.(map[string]any)
			external, _ := resource["external"].(string)
			if strings.Contains(external, "$") && resource["name"] == nil {
				unsure = append(unsure, resource)
			}
		}
	}
	return unsure
}

// containers yields the services and jobs of a model.
func containers(model map[string]any) iter.Seq2[string, map[string]any] {
	return func(yield func(string, map[string]any) bool) {
		for _, kind := range []string{"services", "jobs"} {
			all, _ := model[kind].(map[string]any)
			for name, c := range all {
				if container, ok := c.(map[string]any); ok && !yield(name, container) {
					return
				}
			}
		}
	}
}

// Marshal writes the model, variables as they are. Its errors are those of
// Project.Marshal.
func (m Model) Marshal(o MarshalOptions) ([]byte, error) {
	switch o.Format {
	case YAML, "":
		text, err := yamlOf(map[string]any(m), readable)
		if err != nil {
			return nil, fmt.Errorf("writing the model as yaml: %w", err)
		}
		return text, nil
	case JSON:
		return json.MarshalIndent(forJSON(map[string]any(m)), "", "  ")
	}
	return nil, unsupportedFormat(o.Format)
}

// forJSON is the tree with texts for what JSON has no numbers or dates for: the
// texts that the loader makes of them.
func forJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := make(map[string]any, len(v))
		for key, value := range v {
			c[key] = forJSON(value)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, value := range v {
			c[i] = forJSON(value)
		}
		return c
	case time.Time:
		return fmt.Sprint(v)
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return fmt.Sprint(v)
		}
	}
	return v
}

// Variable is one that a file refers to. Its keys in JSON are Docker Compose's.
type Variable struct {
	Name      string
	Default   string `json:"DefaultValue" yaml:"defaultvalue"`   // of ${X:-default}
	Alternate string `json:"PresenceValue" yaml:"presencevalue"` // of ${X:+alternate}
	Required  bool   // ${X:?}
}

// Variables are those that the model refers to, by name. Load the model with
// NoInterpolation.
func (m Model) Variables() []Variable {
	found := template.ExtractVariables(m, template.DefaultPattern)
	variables := make([]Variable, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		v := found[name]
		variables = append(variables, Variable{Name: v.Name, Required: v.Required, Default: v.DefaultValue, Alternate: v.PresenceValue})
	}
	return variables
}
