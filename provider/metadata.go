package provider

import (
	"context"
	"encoding/json"
)

// metadata is what a program says of itself. All of it is optional.
type metadata struct {
	Description string `json:"description"`
	Up          *call  `json:"up"`
	Down        *call  `json:"down"`
	Stop        *call  `json:"stop"`
}

// call describes one verb.
type call struct {
	Parameters []parameter `json:"parameters"`
}

// parameter is an option that a verb takes.
type parameter struct {
	Name     string `json:"name"`
	Required bool   `json:"required"`
}

// metadata asks a program; one that does not know the question says nothing.
func (r *Runner) metadata(ctx context.Context, path string) metadata {
	var m metadata
	text, _, err := r.command(ctx, path, "compose", "metadata").output()
	if err != nil || json.Unmarshal(text, &m) != nil {
		return metadata{}
	}
	return m
}

// parameters are the options that a verb takes; nil: all. known tells whether
// the program speaks of the verb at all.
func (m metadata) parameters(verb Verb) (known bool, p []parameter) {
	if m.Description == "" && m.Up == nil && m.Down == nil && m.Stop == nil {
		return false, nil
	}
	c := map[Verb]*call{Up: m.Up, Down: m.Down, Stop: m.Stop}[verb]
	if c == nil {
		return false, []parameter{}
	}
	return true, append([]parameter{}, c.Parameters...)
}
