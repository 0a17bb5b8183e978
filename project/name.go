package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/hint"
)

// projectName is the name by the rules of Docker Compose: -p, else
// COMPOSE_PROJECT_NAME, else the last `name:` of the files, interpolated, else
// the folder's name. The first two must be valid as they are; the others are
// brought into form.
func (s *source) projectName(o Options) (string, error) {
	if o.Name != "" {
		return o.Name, checkName(o.Name, "--project-name")
	}
	if name := s.env["COMPOSE_PROJECT_NAME"]; name != "" {
		return name, checkName(name, "COMPOSE_PROJECT_NAME")
	}
	name, err := s.nameOfFiles(o)
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", hint.New("project name must not be empty",
			"letters, digits, _ and - make a name: give one by -p NAME or `name:` in the file")
	}
	return name, nil
}

// nameOfFiles is the name that the files give, else that of the folder; "" if
// no character of it may stand in a name.
func (s *source) nameOfFiles(o Options) (string, error) {
	name := ""
	for _, f := range s.files {
		if n := declaredName(f.Content); n != "" {
			name = n
		}
	}
	if name == "" {
		return normalName(filepath.Base(s.home)), nil
	}
	if !o.NoInterpolation {
		var err error
		if name, err = template.Substitute(name, s.env.Resolve); err != nil {
			return "", s.diagnose(fmt.Errorf("error while interpolating name: %w", err))
		}
	}
	if o.NoNormalize {
		return name, nil
	}
	return normalName(name), nil
}

func checkName(name, from string) error {
	if normalName(name) == name {
		return nil
	}
	help := ""
	if valid := normalName(name); valid != "" {
		help = fmt.Sprintf("%s could be %q", from, valid)
	}
	return hint.New(fmt.Sprintf("invalid project name %q: must consist only of lowercase alphanumeric characters, "+
		"hyphens, and underscores as well as start with a letter or number", name), help)
}

// normalName brings a name into the form the engine's names allow: lower case,
// [a-z0-9_-], no _ or - at the start.
func normalName(name string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return -1
	}, strings.ToLower(name))
	return strings.TrimLeft(kept, "_-")
}

// declaredName is the `name:` of a file as it stands there, of its last
// document that has one. A file that is not YAML has none; the loader reports it.
func declaredName(content []byte) string {
	if !mayHaveKey(content, "name") {
		return ""
	}
	name := ""
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var doc struct {
			Name yaml.Node `yaml:"name"`
		}
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return name
		}
		if err != nil {
			return name
		}
		node := &doc.Name
		if node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		if node.Kind == yaml.ScalarNode && node.Tag != "!!null" && node.Value != "" {
			name = node.Value
		}
	}
}

// mayHaveKey tells quickly whether a YAML file could have the key at its top
// level: false is certain, so that most files need not be parsed once more for
// their name. It looks at the lines that are not indented more than the first.
func mayHaveKey(content []byte, key string) bool {
	if !bytes.Contains(content, []byte(key)) {
		// An escape could still spell it: "n\u0061me".
		return bytes.ContainsRune(content, '\\') && bytes.ContainsRune(content, '"')
	}
	indent := -1
	for line := range bytes.Lines(content) {
		text := bytes.TrimRight(bytes.TrimLeft(line, " \ufeff"), " \t\r\n")
		if len(text) == 0 || text[0] == '#' {
			continue
		}
		at := len(line) - len(bytes.TrimLeft(line, " "))
		if bytes.Equal(text, []byte("---")) || bytes.Equal(text, []byte("...")) {
			indent = -1
			continue
		}
		if indent < 0 {
			indent = at
		}
		if at > indent {
			continue
		}
		if !plainStart(text[0]) || bytes.HasPrefix(text, []byte(key)) {
			return true
		}
	}
	return false
}

// plainStart tells whether a line that begins with c begins with a plain key: one that
// is not quoted, tagged, anchored, merged or in braces.
func plainStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}
