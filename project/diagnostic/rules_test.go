package diagnostic

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/hint"
)

// TestRulesAreDocumented: docs/output-formats.md says of each rule what it is about.
func TestRulesAreDocumented(t *testing.T) {
	source, err := os.ReadFile("rules.go")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("../../docs/output-formats.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`Rule += "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(found) < 10 {
		t.Fatalf("found %d rules", len(found))
	}
	for _, m := range found {
		if !strings.Contains(string(doc), "`"+m[1]+"`") {
			t.Errorf("docs/output-formats.md does not name the rule %s", m[1])
		}
	}
}

// TestRules: mistakes have their rule, through whatever wraps them.
func TestRules(t *testing.T) {
	files := filesOf("/app/a.yaml", "services:\n  web:\n    image: ${NAME}\n")
	for text, want := range map[string]Rule{
		"validating a.yaml: services.web additional properties 'x' not allowed": UnknownKeyRule,
		"validating a.yaml: services.web.tty must be a boolean":                 SchemaRule,
		"yaml: line 2: found a tab":                                             SyntaxRule,
		`service "web" refers to undefined volume data: invalid`:                UndefinedRule,
		"dependency cycle detected: web -> web":                                 CycleRule,
		`service "web" has neither an image nor a build context specified`:      UnsetVariableRule,
		`service "job" has neither an image nor a build context specified`:      NoImageRule,
	} {
		err := fmt.Errorf("loading: %w", hint.Wrap(files.Explain(errors.New(text)), "help"))
		if p, ok := hint.PlaceOf(err); !ok || p.Rule != string(want) {
			t.Errorf("%s: got rule %q, want %q", text, p.Rule, want)
		}
	}
}
