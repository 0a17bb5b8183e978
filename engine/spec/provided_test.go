package spec

import (
	"testing"

	"github.com/compose-orchestrator/compose/project"
)

// TestSpecProvided: the variables of providers and models reach the services
// that take them, under the names that they want, and the hash is taken with
// them.
func TestSpecProvided(t *testing.T) {
	p := loadText(t, `
services:
  db: {provider: {type: cloudy}}
  web:
    image: web:1
    environment: {DB_URL: old, OWN: "1"}
    depends_on: [db]
    models: {big-llm: , small: {endpoint_var: EP, model_var: MV}}
  other: {image: web:1, environment: {OWN: "1"}}
models: {big-llm: {model: ai/b}, small: {model: ai/s}}
`)
	given := project.Provided{
		"Service db":    {"DB_URL": "http://x"},
		"Model big-llm": {"URL": "http://b", "MODEL": "ai/b"},
		"Model small":   {"URL": "http://s", "MODEL": "ai/s"},
	}
	req := mustSpec(t, p, "web", Binding{Provided: given})
	for _, w := range []at{
		{"Config.Env", `["BIG_LLM_MODEL=ai/b","BIG_LLM_URL=http://b","DB_URL=http://x","EP=http://s","MV=ai/s","OWN=1"]`},
		{"Config.Labels|io.github.compose-orchestrator.provided", `"{\"Model big-llm\":{\"MODEL\":\"ai/b\",\"URL\":\"http://b\"},\"Model small\":{\"MODEL\":\"ai/s\",\"URL\":\"http://s\"},\"Service db\":{\"DB_URL\":\"http://x\"}}"`},
	} {
		if got := lookup(t, req, w.path); got != w.want {
			t.Errorf("%s\n got %s\nwant %s", w.path, got, w.want)
		}
	}
	plain := mustSpec(t, p, "web", Binding{})
	if plain.Config.Labels[project.LabelConfigHash] == req.Config.Labels[project.LabelConfigHash] {
		t.Error("the hash is the same with variables and without")
	}
	if _, labelled := plain.Config.Labels[project.LabelProvided]; labelled {
		t.Error("a container that was given nothing has the label")
	}
	if got := lookup(t, mustSpec(t, p, "other", Binding{Provided: given}), "Config.Env"); got != `["OWN=1"]` {
		t.Errorf("a service that takes none: got %s", got)
	}
}
