package project

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// sensitiveName matches the names of variables that mostly hold credentials.
var sensitiveName = regexp.MustCompile(`(?i)passw|passwd|pwd|_pass\b|_pass_|^pass$|passphrase|secret|token|credential|(api|auth|access|account|service|private|priv|client|db|database|encryption|signing|ssh)[_-]?key`)

// EnvDeclarations are what the parts of an artifact tell of environments, of
// which Docker Compose asks: a service's env_file, and the values of variables
// with sensitive names: `service "web": literal value for "DB_PASSWORD"`. What is
// left to a variable of the reader's tells nothing.
func EnvDeclarations(parts []Part) []string {
	files, names := map[string]bool{}, map[string]map[string]bool{}
	eachDeclared(parts, "services", func(name string, service *yaml.Node) {
		if f := document.Deref(member(service, "env_file")); len(f.Content) > 0 || f.Value != "" {
			files[name] = true
		}
		for variable, value := range declaredEnv(service) {
			if sensitiveName.MatchString(variable) && literal(value) {
				if names[name] == nil {
					names[name] = map[string]bool{}
				}
				names[name][variable] = true
			}
		}
	})
	var found []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		found = append(found, fmt.Sprintf("service %q: env_file declared", name))
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		var quoted []string
		for _, variable := range slices.Sorted(maps.Keys(names[name])) {
			quoted = append(quoted, fmt.Sprintf("%q", variable))
		}
		found = append(found, fmt.Sprintf("service %q: literal value for %s", name, strings.Join(quoted, ", ")))
	}
	return found
}

// ConfigContents are the configs whose content the parts tell: `config "nginx"`.
func ConfigContents(parts []Part) []string {
	configs := map[string]bool{}
	eachDeclared(parts, "configs", func(name string, config *yaml.Node) {
		if literal(document.Deref(member(config, "content")).Value) {
			configs[fmt.Sprintf("config %q", name)] = true
		}
	})
	return slices.Sorted(maps.Keys(configs))
}

// eachDeclared calls do with what the Compose files among the parts declare in a
// section.
func eachDeclared(parts []Part, section string, do func(name string, n *yaml.Node)) {
	for _, part := range parts {
		if part.Kind == EnvPart {
			continue
		}
		roots, err := documents(part.Content)
		if err != nil {
			continue // the loader has read it
		}
		for _, root := range roots {
			all := document.Deref(member(root, section))
			for i := 0; i+1 < len(all.Content); i += 2 {
				do(all.Content[i].Value, all.Content[i+1])
			}
		}
	}
}

// declaredEnv is a service's environment as its file has it, a mapping or a list;
// variables without a value are left out.
func declaredEnv(service *yaml.Node) map[string]string {
	env, values := document.Deref(member(service, "environment")), map[string]string{}
	if env.Kind == yaml.SequenceNode {
		for _, n := range env.Content {
			if name, value, ok := strings.Cut(document.Deref(n).Value, "="); ok {
				values[name] = value
			}
		}
		return values
	}
	for i := 0; i+1 < len(env.Content); i += 2 {
		values[env.Content[i].Value] = document.Deref(env.Content[i+1]).Value
	}
	return values
}

// literal tells whether a text has a line that says something of its own: three
// letters or more, and no reference to a variable.
func literal(text string) bool {
	for line := range strings.Lines(strings.ReplaceAll(text, "$$", "X")) { // $$ stands for $
		if line = strings.TrimSpace(line); len(line) > 2 && !variableIn.MatchString(line) {
			return true
		}
	}
	return false
}

// variableIn is how a file names a variable that is put in its place.
var variableIn = regexp.MustCompile(`\$\{|\$[A-Za-z_]`)
