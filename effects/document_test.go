package effects

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite docs/effects.md")

// TestDocument: docs/effects.md says what the tables say.
func TestDocument(t *testing.T) {
	const file = "../docs/effects.md"
	want := document()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the tables say: go test ./effects -run Document -update", file)
	}
}

// document lists what is not seen, and what needs something to be seen.
func document() string {
	var b strings.Builder
	b.WriteString(`# Which attributes are seen to take effect

` + "`COMPOSE_TEST_ENGINE=1 go test ./effects -v`" + ` starts one project with every attribute of the Compose specification on your engine, and looks for the effect of each in the containers, or asks the engine for it. This page lists the attributes whose effect it does not see, and why. It is written by ` + "`go test ./effects -run Document -update`" + `.

## Seen only where the machine has it

The output of the test names those that your machine does not have.

| attributes | not seen where |
|---|---|
`)
	for _, name := range slices.Sorted(maps.Keys(needs)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.Join(lostWithout(name), "`, `"), needs[name].lack)
	}
	b.WriteString("\n## Not seen\n\n| attributes | why |\n|---|---|\n")
	byReason := map[string][]string{}
	for _, path := range slices.Sorted(maps.Keys(unseen)) {
		byReason[unseen[path]] = append(byReason[unseen[path]], path)
	}
	for _, why := range slices.Sorted(maps.Keys(byReason)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.Join(byReason[why], "`, `"), why)
	}
	return b.String()
}
