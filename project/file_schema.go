package project

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/compose-spec/compose-go/v2/schema"
)

// extensions are the properties that this program reads beside those of the Compose
// specification, by the definition of its schema that they belong to.
//
//go:embed extensions.json
var extensions []byte

// fileSchemaID is where the schema is published.
const fileSchemaID = "https://raw.githubusercontent.com/compose-orchestrator/compose/main/docs/schema/compose.json"

// FileSchema is the JSON schema of a Compose file: the specification's, as the loader
// checks it, with the extensions that this program reads. An editor completes keys by it.
// The error says that one of the two is not what this program expects.
func FileSchema() ([]byte, error) {
	var root map[string]any
	if err := json.Unmarshal([]byte(schema.Schema), &root); err != nil {
		return nil, fmt.Errorf("reading the specification's schema: %w", err)
	}
	defs, _ := root["$defs"].(map[string]any)
	var ours map[string]map[string]any
	if err := json.Unmarshal(extensions, &ours); err != nil {
		return nil, fmt.Errorf("reading the schema of extensions: %w", err)
	}
	for name, properties := range ours {
		def, _ := defs[name].(map[string]any)
		known, ok := def["properties"].(map[string]any)
		if !ok {
			return nil, fmt.Errorf("the specification's schema has no properties of %s", name)
		}
		maps.Copy(known, properties)
	}
	root["$id"], root["$comment"] = fileSchemaID, "version 1"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(root)
	return b.Bytes(), err
}
