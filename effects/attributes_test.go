package effects

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/schema"
)

// node is what of a JSON schema says which keys there are.
type node struct {
	Ref        string          `json:"$ref"`
	Properties map[string]node `json:"properties"`
	Patterns   map[string]node `json:"patternProperties"`
	Additional json.RawMessage `json:"additionalProperties"` // a node or a bool
	Items      json.RawMessage `json:"items"`
	AllOf      []node          `json:"allOf"`
	AnyOf      []node          `json:"anyOf"`
	OneOf      []node          `json:"oneOf"`
	Defs       map[string]node `json:"$defs"`
	Old        map[string]node `json:"definitions"`
}

// attributes are the paths of all attributes that take a value of their own,
// sorted: "services.ports.target". Names that the user chooses have no part in
// a path.
func attributes(t *testing.T) []string {
	t.Helper()
	var root node
	if err := json.Unmarshal([]byte(schema.Schema), &root); err != nil {
		t.Fatal(err)
	}
	w := walk{defs: root.Defs, found: map[string]bool{}}
	maps.Copy(w.defs, root.Old)
	w.node(root, "", nil)
	delete(w.found, "")
	return slices.Sorted(maps.Keys(w.found))
}

type walk struct {
	defs  map[string]node
	found map[string]bool
}

// node follows a schema; above are the definitions that it is part of.
func (w walk) node(n node, path string, above []string) {
	if n.Ref != "" {
		name := n.Ref[strings.LastIndexByte(n.Ref, '/')+1:]
		if !slices.Contains(above, name) {
			w.node(w.defs[name], path, append(slices.Clone(above), name))
		}
		return
	}
	if len(n.Properties) == 0 {
		w.found[path] = true
	}
	for key, child := range n.Properties {
		w.node(child, strings.TrimPrefix(path+"."+key, "."), above)
	}
	for pattern, child := range n.Patterns {
		if pattern != "^x-" {
			w.node(child, path, above)
		}
	}
	for _, child := range slices.Concat(n.AllOf, n.AnyOf, n.OneOf) {
		w.node(child, path, above)
	}
	for _, raw := range []json.RawMessage{n.Items, n.Additional} {
		var child node
		if json.Unmarshal(raw, &child) == nil { // else a bool: any value
			w.node(child, path, above)
		}
	}
}
