package project

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestYAMLReadsBack: whatever the text, quoted as it is written it is the same.
func TestYAMLReadsBack(t *testing.T) {
	parts := []string{"a", "\n", " ", "\t", "#", ":", "-", "'", `"`, "1", "\r", "☃", "\u2028", "\ue000", "{", "%", `\`, "\x01", "|", "$"}
	var texts []string
	var gather func(prefix string, length int)
	gather = func(prefix string, length int) {
		texts = append(texts, prefix)
		for _, p := range parts {
			if length > 0 {
				gather(prefix+p, length-1)
			}
		}
	}
	gather("", 3)
	texts = append(texts, "yes", "12:30", "0x1F", "<<", "null", "~", "2024-01-01", "1_000", ".inf", "=", "\n \n a", "\n\n\tb\nc",
		strings.Repeat("long - text ", 20), strings.Repeat("long\n", 30), strings.Repeat("x", 200), "---", "--- a", "...")
	tree := map[string]any{"list": texts, "services": map[string]any{"a": map[string]any{}}}
	for _, key := range texts {
		tree["services"].(map[string]any)["a"].(map[string]any)["k"+key] = key
	}
	out, err := yamlOf(tree, readable)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		List     []string
		Services map[string]map[string]string
	}
	if err := yaml.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	if len(back.List) != len(texts) {
		t.Fatalf("%d texts, want %d", len(back.List), len(texts))
	}
	for i, text := range texts {
		if back.List[i] != text || back.Services["a"]["k"+text] != text {
			t.Errorf("%q reads back as %q in a list, %q in a mapping", text, back.List[i], back.Services["a"]["k"+text])
		}
	}
}
