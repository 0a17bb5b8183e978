package project

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project/limits"
)

// variables notes the variables of the caller's environment that the copy takes:
// in its files and in the env files that came with it. A name is enough, since
// the value is the caller's.
func (d *demandCollector) variables(env types.Mapping, c *remoteFile) {
	d.of = "the file"
	taken := map[string]bool{}
	looked := func(name string) {
		if _, set := env[name]; set && name != "COMPOSE_PROJECT_NAME" {
			taken[name] = true
		}
	}
	named := func(name string) {
		looked(name)
		if strings.Contains(name, "$") {
			taken[name] = true
		}
	}
	for _, document := range c.documents {
		mentionedIn(document, named)
		passedOn(document, named)
	}
	for _, content := range c.envFiles {
		lookedUp(content, looked)
	}
	for _, path := range d.envFiles {
		content, err := readBelow(d.root, path)
		if err != nil {
			d.add("has the env file %s, which cannot be read: %s", quoted(path), quoted(err.Error()))
			continue
		}
		lookedUp(content, looked)
	}
	for name := range taken {
		if strings.Contains(name, "$") {
			d.add("takes a variable of your environment whose name variables make up: %s", quoted(name))
		} else {
			d.add("takes the variable %s of your environment", quoted(name))
		}
	}
}

// mentionedIn collects the variables in the texts of a tree.
func mentionedIn(v any, named func(string)) {
	if text, ok := v.(string); ok {
		mentioned(text, named)
	}
	for _, value := range mapping(v) {
		mentionedIn(value, named)
	}
	if entries, ok := v.([]any); ok {
		for _, entry := range entries {
			mentionedIn(entry, named)
		}
	}
}

// passedOn collects the variables that are given by name alone: in environment
// and args, and as the content of secrets and configs.
func passedOn(v any, named func(string)) {
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
func names(v any, named func(string)) {
	for name, value := range mapping(v) {
		if value == nil {
			named(name)
		}
	}
	if mapping(v) != nil {
		return
	}
	for _, entry := range list(v) {
		if name, ok := entry.(string); ok && !strings.Contains(withoutVariables(name), "=") {
			named(name)
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

// lookedUp collects the variables that an env file takes from its surroundings: those
// in its values, in whatever default they stand, and the names that stand alone. Which
// quotes a value has, or whether the file is of format: raw, is not looked at.
func lookedUp(content []byte, named func(string)) {
	text := string(content)
	mentioned(text, named)
	mentioned(unescaped(text), named)
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) { // of format: raw
		if name := strings.TrimSpace(line); !strings.Contains(name, "=") {
			named(name)
		}
	}
	// In the other format a name stands alone behind a quoted value, too. With its dollars
	// gone, names that stand alone are all that the parser looks up; it stops where it
	// would stop with them.
	p := envParser{
		into:      map[string]string{},
		lookup:    func(name string) (string, bool) { named(name); return "", false },
		onInvalid: func(*FileError) error { return nil },
	}
	_ = p.read(strings.NewReader(withoutDollars.Replace(text)))
}

// withoutDollars takes the dollars out of an env file, and the escapes that become some.
var withoutDollars = strings.NewReplacer("$", "_", `\0`, `\_`)

// escape is what the value of an env file may have in double quotes, where variables are
// looked for after it was replaced.
var escape = regexp.MustCompile(`\\(?:[abcfnrtv$"\\]|0\d{0,3})`)

// unescaped is the text of an env file with its escapes replaced, as compose-go does.
func unescaped(text string) string {
	return escape.ReplaceAllStringFunc(text, func(match string) string {
		if match == `\$` {
			return "$$"
		}
		r, _, _, err := strconv.UnquoteChar(strings.Replace(match, `\0`, `\`, 1), '"')
		if err != nil {
			return match
		}
		return string(r)
	})
}

// mention is a variable as a text mentions it, at whatever depth of ${...}, or a dollar
// that is meant as it stands.
var mention = regexp.MustCompile(`(?i)\$\$|\$\{?([_a-z][_a-z0-9]*)`)

// mentioned collects the variables in a text. compose-go's own list lacks some: those in
// the default of a variable whose name has the letter ſ or the sign K, which its patterns
// take for s and k.
func mentioned(text string, named func(string)) {
	for {
		at := mention.FindStringSubmatchIndex(text)
		if at == nil {
			return
		}
		if at[2] >= 0 {
			named(text[at[2]:at[3]])
		}
		text = text[at[1]:]
	}
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
