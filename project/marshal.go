package project

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
)

// Format is a way to write a project.
type Format string

// The formats of the command config.
const (
	YAML Format = "yaml"
	JSON Format = "json"
)

// MarshalOptions say how to write a project. The zero value is YAML with every
// "$" doubled, so that the output can be loaded again.
type MarshalOptions struct {
	Format Format // "": YAML

	// Lossy, if not nil, is called with the path of each text that Docker
	// Compose writes in YAML as a block that reads back as another text.
	Lossy func(path string)
}

// Marshal writes the project as a Compose file, as the command config prints
// it. It ends with a line end in YAML and without one in JSON. A *hint.Error is
// about a format that there is not, others are about values that have no YAML or JSON.
func (p *Project) Marshal(o MarshalOptions) ([]byte, error) {
	var text []byte
	var err error
	model := p.printed()
	switch o.Format {
	case YAML, "":
		text, err = yamlOf(model, asCompose(o.Lossy))
	case JSON:
		text, err = jsonOf(model)
	default:
		return nil, unsupportedFormat(o.Format)
	}
	if err != nil {
		return nil, fmt.Errorf("writing the project as %s: %w", cmp.Or(o.Format, YAML), err)
	}
	return bytes.ReplaceAll(text, []byte("$"), []byte("$$")), nil
}

// jsonOf is compose-go's JSON of the model with the keys of a service in the
// order of hashOrder.
func jsonOf(model *types.Project) ([]byte, error) {
	text, err := model.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(text, &top); err != nil {
		return nil, err
	}
	services := make(map[string]json.RawMessage, len(model.Services))
	for name, s := range model.Services {
		var b bytes.Buffer
		if err := writeFields(&b, reflect.ValueOf(&s).Elem(), hashFields()); err != nil {
			return nil, err
		}
		services[name] = b.Bytes()
	}
	if top["services"], err = json.Marshal(services); err != nil {
		return nil, err
	}
	return json.MarshalIndent(top, "", "  ")
}

// printed is the model without what Docker Compose 5.5 does not print:
// pull_refresh_after.
func (p *Project) printed() *types.Project {
	hidden := func(s types.ServiceConfig) bool { return s.PullRefreshAfter != "" }
	if !slices.ContainsFunc(slices.Collect(maps.Values(p.Services)), hidden) {
		return p.Project
	}
	c := p.copy()
	c.Services = maps.Clone(p.Services)
	for name, s := range c.Services {
		s.PullRefreshAfter = ""
		c.Services[name] = s
	}
	return c.Project
}

func unsupportedFormat(f Format) error {
	return hint.New(fmt.Sprintf("unsupported format %q", f), "the formats are yaml and json")
}
