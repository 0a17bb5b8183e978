package project

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/regular"
	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

// textMappings are the paths of mappings whose values are texts. What YAML takes for
// a number, a boolean or a date there, the loader may write as another text: 1.10
// becomes 1.1.
var textMappings = []string{
	"services.*.environment", "services.*.labels", "services.*.annotations", "services.*.sysctls",
	"services.*.build.args", "services.*.build.labels", "services.*.deploy.labels",
	"services.*.logging.options", "services.*.volumes.*.volume.labels", "services.*.pre_start.*.environment",
	"services.*.post_start.*.environment", "services.*.pre_stop.*.environment",
	"jobs.*.environment", "jobs.*.labels", "jobs.*.annotations", "jobs.*.build.args",
	"services.*.networks.*.driver_opts",
	"networks.*.labels", "networks.*.driver_opts", "volumes.*.labels", "volumes.*.driver_opts",
	"secrets.*.labels", "configs.*.labels",
}

// warnConversions warns of every value in model that YAML changed, with its place in
// the files. model is the project or a Model: what is not in it, such as a
// value that another file overrides, is not warned of.
func (s *source) warnConversions(model any, sink event.Sink) {
	if sink == nil || !s.mayConvert() {
		return
	}
	var found []conversion
	seen := map[*yaml.Node]bool{}
	for _, d := range readDocuments(s) {
		var here []conversion
		for _, at := range textMappings {
			for _, m := range d.Spots(strings.Split(at, ".")) {
				here = append(here, conversionsIn(d, m, seen)...)
			}
		}
		slices.SortStableFunc(here, func(a, b conversion) int { return cmp.Or(a.at.Line-b.at.Line, a.at.Column-b.at.Column) })
		found = append(found, here...)
	}
	if len(found) == 0 {
		return
	}
	used := textsOf(model)
	for _, r := range found {
		if used[r.key+"="+r.became] {
			warn(sink, fmt.Sprintf("%s:%d: %s: %s is %s in YAML and becomes %s; put it in quotes to keep it: %q",
				s.shown(r.at.File.Name), r.at.Line, r.path, r.node.Value, r.kind, r.became, r.node.Value))
		}
	}
}

// conversion is a value that YAML changes.
type conversion struct {
	at           document.Position
	node         *yaml.Node
	path, key    string
	kind, became string
}

// conversionsIn are those of a mapping.
func conversionsIn(d *document.Document, mapping document.Spot, seen map[*yaml.Node]bool) []conversion {
	var found []conversion
	names := document.Keys(mapping.Node)
	for i, v := range document.Values(mapping.Node) {
		v = document.Deref(v)
		if names[i] == "<<" {
			for _, m := range append(document.Items(v), v) {
				found = append(found, conversionsIn(d, document.Spot{Path: mapping.Path, Node: m}, seen)...)
			}
			continue
		}
		kind, became, changed := converted(v)
		if !changed || seen[v] {
			continue
		}
		seen[v] = true
		path := strings.Join(append(slices.Clone(mapping.Path), names[i]), ".")
		found = append(found, conversion{document.Position{File: d, Line: v.Line, Column: v.Column}, v, path, names[i], kind, became})
	}
	return found
}

// converted tells what the loader makes of a value where it is another text than
// the file's.
func converted(n *yaml.Node) (kind, became string, changed bool) {
	if n.Kind != yaml.ScalarNode || n.Style&^yaml.TaggedStyle != 0 {
		return "", "", false
	}
	var value any
	if n.Decode(&value) != nil {
		return "", "", false
	}
	switch value.(type) {
	case nil, string:
		return "", "", false
	case bool:
		kind = "a boolean"
	case time.Time:
		kind = "a date"
	default:
		kind = "a number"
	}
	became = fmt.Sprint(value)
	return kind, became, became != n.Value
}

// textsOf are the KEY=VALUE of all mappings in a model.
func textsOf(model any) map[string]bool {
	texts := map[string]bool{}
	if m, ok := model.(Model); ok {
		collectTexts(map[string]any(m), texts)
		return texts
	}
	text, err := json.Marshal(model)
	var tree any
	if err == nil {
		err = json.Unmarshal(text, &tree)
	}
	if err == nil {
		collectTexts(tree, texts)
	}
	return texts
}

func collectTexts(v any, texts map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			texts[fmt.Sprintf("%s=%v", key, value)] = true
			collectTexts(value, texts)
		}
	case []any:
		for _, value := range v {
			if text, ok := value.(string); ok {
				texts[text] = true
			}
			collectTexts(value, texts)
		}
	}
}

// mayConvert looks at the files' texts alone, which costs little, for a word that
// is no text in YAML and is not written as the loader writes it.
func (s *source) mayConvert() bool {
	if slices.ContainsFunc(s.files, func(f types.ConfigFile) bool { return hasConverted(f.Content) }) {
		return true
	}
	dirs := []string{s.dir}
	for _, name := range s.remotes.named() {
		for _, dir := range dirs {
			file := name
			if !filepath.IsAbs(name) {
				file = filepath.Join(dir, name)
			}
			content, err := regular.Read(file, int64(limits.ComposeFileBytes.Value))
			if err != nil {
				continue
			}
			if hasConverted(content) {
				return true
			}
			if dir := filepath.Dir(file); !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return false
}

// hasConverted tells whether one of a text's words, which blanks and brackets
// separate, may be a value that YAML changes.
func hasConverted(content []byte) bool {
	for start := 0; start < len(content); start++ {
		if separates[content[start]] {
			continue
		}
		end := start + 1
		for end < len(content) && !separates[content[end]] {
			end++
		}
		if word := content[start:end]; mayBeConverted(word) {
			if _, _, changed := converted(&yaml.Node{Kind: yaml.ScalarNode, Value: string(word)}); changed {
				return true
			}
		}
		start = end
	}
	return false
}

// separates and numeric are sets of bytes: what stands between words, and what
// numbers and dates are made of.
var (
	separates = setOf(" \t\r\n,[]{}")
	numeric   = setOf("0123456789+-._:xXoObBaAcCdDeEfFtTzZ")
)

func setOf(bytes string) (set [256]bool) {
	for i := range len(bytes) {
		set[bytes[i]] = true
	}
	return set
}

// mayBeConverted tells whether a word has only what numbers and dates are made of, or
// is a boolean that is not in lower case.
func mayBeConverted(word []byte) bool {
	switch string(word) {
	case "True", "TRUE", "False", "FALSE":
		return true
	}
	if c := word[0]; (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' || plainNumber(word) {
		return false
	}
	for _, c := range word {
		if !numeric[c] {
			return false
		}
	}
	return len(word) > 1 // - alone begins an item of a list
}

// plainNumber tells whether a word is a whole number as the loader writes it.
func plainNumber(word []byte) bool {
	const digits = 18 // that a number of 64 bits has for sure
	if len(word) > digits || word[0] == '0' && len(word) > 1 {
		return false
	}
	for _, c := range word {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
