package render

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// TestDocumented finds fields of the JSON display that docs/progress.md and its schema do
// not name: they are a contract.
func TestDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/progress.md")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := os.ReadFile("../../docs/schema/progress.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []reflect.Type{reflect.TypeFor[line](), reflect.TypeFor[failure](), reflect.TypeFor[need](), reflect.TypeFor[source]()} {
		for field := range of.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if !strings.Contains(string(text), "`"+name+"`") {
				t.Errorf("docs/progress.md does not name %s.%s (%q)", of.Name(), field.Name, name)
			}
			if !strings.Contains(string(schema), `"`+name+`": {`) {
				t.Errorf("docs/schema/progress.json does not have %s.%s (%q)", of.Name(), field.Name, name)
			}
		}
	}
}
