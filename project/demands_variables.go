package project

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project/limits"
)

// variables notes the variables of the caller's environment that the copy takes:
// in its files and in the env files that came with it. A name is enough, since
// the value is the caller's.
func (d *demandCollector) variables(env types.Mapping, c *remoteFile) {
	d.of = "the file"
	named := map[string]bool{}
	for _, document := range c.documents {
		for name := range template.ExtractVariables(document, template.DefaultPattern) {
			named[name] = true
		}
		passedOn(document, named)
	}
	for _, content := range c.envFiles {
		lookedUp(content, named)
	}
	for _, path := range d.envFiles {
		content, err := readBelow(d.root, path)
		if err != nil {
			d.add("has the env file %s, which cannot be read: %s", quoted(path), quoted(err.Error()))
			continue
		}
		lookedUp(content, named)
	}
	for name := range named {
		if strings.Contains(name, "$") {
			d.add("takes a variable of your environment whose name variables make up: %s", quoted(name))
			continue
		}
		if _, set := env[name]; set && name != "COMPOSE_PROJECT_NAME" {
			d.add("takes the variable %s of your environment", quoted(name))
		}
	}
}

// passedOn collects the variables that are given by name alone: in environment
// and args, and as the content of secrets and configs.
func passedOn(v any, named map[string]bool) {
	for key, value := range mapping(v) {
		if key == "environment" || key == "args" {
			names(value, named)
		}
		passedOn(value, named)
	}
	if entries, ok := v.([]any); ok {
		for _, entry := range entries {
			passedOn(entry, named)
		}
	}
}

// names collects the entries without a value of a list or mapping, and a single
// name.
func names(v any, named map[string]bool) {
	for name, value := range mapping(v) {
		if value == nil {
			named[name] = true
		}
	}
	if mapping(v) != nil {
		return
	}
	for _, entry := range list(v) {
		if name, ok := entry.(string); ok && !strings.Contains(withoutVariables(name), "=") {
			named[name] = true
		}
	}
}

var braced = regexp.MustCompile(`\$\{[^{}]*\}`)

// withoutVariables is a text without ${...}, in which "=" may be a default's.
func withoutVariables(text string) string {
	for {
		shorter := braced.ReplaceAllString(text, "")
		if shorter == text {
			return text
		}
		text = shorter
	}
}

// lookedUp collects the variables that an env file takes from its surroundings.
// One with a mistake in it takes those before the mistake.
func lookedUp(content []byte, named map[string]bool) {
	_, _ = dotenv.ParseWithLookup(bytes.NewReader(content), func(name string) (string, bool) {
		named[name] = true
		return "value", true // not empty, so that ${NAME:?} is no mistake
	})
}

// readBelow reads a file that is below a folder, also where links lead; path is
// absolute.
func readBelow(folder, path string) ([]byte, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return readIn(root, path)
}

// readIn reads a file by its absolute path, through the folder that it is in.
func readIn(root *os.Root, path string) ([]byte, error) {
	rel, err := filepath.Rel(root.Name(), path)
	if err != nil {
		return nil, err
	}
	f, err := root.Open(rel)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return limits.ReadBounded(f, path, limits.ComposeFileBytes)
}
