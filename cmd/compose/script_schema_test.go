package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/watch"
)

// matchSchema is "schema NAME [stdout|stderr|FILE]": what the last command printed, or a
// file holds, is JSON values as docs/schema/NAME.json describes them, at least one. A
// property that the schema does not have is refused here, although it lets readers expect
// more.
func matchSchema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: schema NAME [stdout|stderr|FILE]")
	}
	schema, err := strictSchema(args[0])
	ts.Check(err)
	from := "stdout"
	if len(args) == 2 {
		from = args[1]
	}
	text := ts.ReadFile(from)
	values := json.NewDecoder(strings.NewReader(text))
	values.UseNumber()
	for n := 0; ; n++ {
		var value any
		switch err := values.Decode(&value); {
		case errors.Is(err, io.EOF) && n > 0:
			return
		case err != nil:
			ts.Fatalf("%s: value %d: %v", from, n+1, err)
		}
		if err := schema.Validate(value); err != nil {
			ts.Fatalf("%s: value %d: %v", from, n+1, err)
		}
	}
}

// TestFileSchema: docs/schema/compose.json is what config --schema prints, and it takes the
// values of x-watch that watch takes.
func TestFileSchema(t *testing.T) {
	const file = "../../docs/schema/compose.json"
	text, err := project.FileSchema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(bytes.ReplaceAll(have, []byte("\r\n"), []byte("\n")), text) {
		t.Errorf("%s is out of date: run make docs (%v)", file, err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("compose", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("compose")
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[any]bool{"restart": true, "rebuild": true, false: true, true: true, "reload": false, 1: false} {
		service := map[string]any{"image": "x", "build": ".", watch.Extension: value, "x-other": "y"}
		valid := schema.Validate(map[string]any{"services": map[string]any{"web": service}}) == nil
		web := types.ServiceConfig{Name: "web"}
		web.Build, web.Extensions = &types.BuildConfig{Context: "."}, types.Extensions{watch.Extension: value}
		model := &project.Project{Project: &types.Project{Services: types.Services{"web": web}}}
		_, _, err := watch.Derive(model, func(types.BuildConfig) (project.Dockerfile, error) { return project.Dockerfile{}, nil })
		if taken := err == nil; valid != want || taken != want {
			t.Errorf("%v: valid %v, taken by watch %v, want %v (%v)", value, valid, taken, want, err)
		}
	}
}

// strictSchema compiles a schema of docs/schema, with every object closed.
func strictSchema(name string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseLoader(closedSchemas{})
	return c.Compile(schemaBase + name + ".json")
}

// schemaBase begins the names that the schemas of docs/schema have, and refer to each other
// by.
const schemaBase = "https://raw.githubusercontent.com/compose-orchestrator/compose/main/docs/schema/"

// closedSchemas loads the schemas of docs/schema by their names, with every object closed.
type closedSchemas struct{}

func (closedSchemas) Load(url string) (any, error) {
	text, err := os.ReadFile("../../docs/schema/" + strings.TrimPrefix(url, schemaBase))
	if err != nil {
		return nil, err
	}
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	eachObject(schema, func(o map[string]any) {
		if o["additionalProperties"] == true {
			o["additionalProperties"] = false
		}
	})
	return schema, err
}

// eachObject calls do for a decoded JSON value's objects.
func eachObject(value any, do func(map[string]any)) {
	switch v := value.(type) {
	case map[string]any:
		do(v)
		for _, key := range slices.Sorted(maps.Keys(v)) {
			eachObject(v[key], do)
		}
	case []any:
		for _, e := range v {
			eachObject(e, do)
		}
	}
}

// TestSchemas: each schema of docs/schema but the Compose specification's says who it is,
// and describes each of its properties.
func TestSchemas(t *testing.T) {
	files, err := filepath.Glob("../../docs/schema/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no schemas: %v", err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "compose.json" { // TestFileSchema
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var schema map[string]any
		if err := json.Unmarshal(text, &schema); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if id, _ := schema["$id"].(string); !strings.HasSuffix(id, "/docs/schema/"+name) {
			t.Errorf("%s: $id is %q", name, id)
		}
		for _, key := range []string{"$schema", "$comment", "title", "description"} {
			if schema[key] == nil {
				t.Errorf("%s has no %s", name, key)
			}
		}
		eachObject(schema, func(o map[string]any) { checkProperties(t, name, o) })
		if _, err := strictSchema(strings.TrimSuffix(name, ".json")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// checkProperties: an object of a schema says whether others may come, and what each of
// its properties is.
func checkProperties(t *testing.T, name string, o map[string]any) {
	t.Helper()
	properties, ok := o["properties"].(map[string]any)
	if !ok || o["type"] != "object" {
		return
	}
	if o["additionalProperties"] == nil {
		t.Errorf("%s: an object of %v has no additionalProperties", name, slices.Sorted(maps.Keys(properties)))
	}
	for key, of := range properties {
		property, _ := of.(map[string]any)
		if property["description"] == nil && property["$ref"] == nil {
			t.Errorf("%s: %s has no description", name, key)
		}
	}
}
