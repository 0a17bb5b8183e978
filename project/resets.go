package project

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

// A file may take one entry of what an earlier one says: environment: {A: !reset
// null}. compose-go looks for the entry in a mapping, and mostly it has made a
// list of KEY=value of that, so that nothing is taken. Such an entry gets a mark
// as its value here, which replaces the earlier one as any value would; marked
// entries are taken out of the loaded model.
const mark = "\x01reset " // and a number; sorts before every address of a host

// merging says how files add to a list or mapping of an attribute.
type merging int

const (
	byKey    merging = iota // KEY=value, the last one counts
	hosts                   // NAME=address, all count
	mappings                // compose-go makes mappings of them, where !reset works
)

// resettable are the attributes that are written as a list or a mapping, by
// their path; a service's are those of jobs as well.
var resettable = map[string]merging{
	"services.*.environment":               byKey,
	"services.*.labels":                    byKey,
	"services.*.annotations":               byKey,
	"services.*.sysctls":                   byKey,
	"services.*.build.args":                byKey,
	"services.*.build.labels":              byKey,
	"services.*.deploy.labels":             byKey,
	"networks.*.labels":                    byKey,
	"volumes.*.labels":                     byKey,
	"secrets.*.labels":                     byKey,
	"configs.*.labels":                     byKey,
	"services.*.extra_hosts":               hosts,
	"services.*.build.extra_hosts":         hosts,
	"services.*.depends_on":                mappings,
	"services.*.networks":                  mappings,
	"services.*.models":                    mappings,
	"services.*.build.additional_contexts": mappings,
}

// loadMarked loads the files with marks in the place of entries that are taken
// back, and takes the marked ones out of the model.
func (s *source) loadMarked(ctx context.Context, details types.ConfigDetails, options ...func(*loader.Options)) (map[string]any, error) {
	model, err := loader.LoadModelWithContext(ctx, details, options...)
	if err == nil && s.marks > 0 {
		model, _ = unmarked(model).(map[string]any)
	}
	return model, err
}

// loadProject is loader.LoadWithContext for files with marks.
func (s *source) loadProject(ctx context.Context, details types.ConfigDetails, options func(*loader.Options)) (*types.Project, error) {
	s.expansion = limits.Expansion{} // an earlier load's
	model, err := s.loadMarked(ctx, details, options)
	if err != nil {
		return nil, err
	}
	if err := s.checkCommands(model); err != nil {
		return nil, err
	}
	return loader.ModelToProject(model, loader.ToOptions(&details, []func(*loader.Options){options}), details)
}

// marked are the files as the loader gets them. A file that takes back no single
// entry stays as it is; sink takes warnings about entries that cannot be taken back.
func (s *source) marked(sink event.Sink) []types.ConfigFile {
	files := slices.Clone(s.files)
	for i, f := range files {
		if !bytes.Contains(f.Content, []byte("!reset")) && !bytes.Contains(f.Content, []byte("!override")) {
			continue
		}
		t := document.Parse(f.Filename, f.Content)
		m := marker{number: s.marks}
		for _, root := range t.Docs {
			m.walk(root, nil)
		}
		for _, n := range m.ignored {
			warn(sink, fmt.Sprintf("%s:%d: %s takes no single entry out of a list like this one: write the list anew with !override", s.shown(f.Filename), n.Line, n.Tag))
		}
		if m.number == s.marks {
			continue
		}
		if content, err := encoded(t.Docs); err == nil {
			files[i].Content, s.marks = content, m.number
		}
	}
	return files
}

func encoded(docs []*yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	for _, root := range docs {
		if err := encoder.Encode(root); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), encoder.Close()
}

// marker puts marks into a file's nodes.
type marker struct {
	number  int
	ignored []*yaml.Node // entries of lists that nothing can take an entry of
}

func (m *marker) walk(n *yaml.Node, path []string) {
	if n == nil || document.Tagged(n) {
		return // all of it is taken back, which the loader does
	}
	how, ok := resettable[pattern(path)]
	switch {
	case n.Kind == yaml.MappingNode && ok && how != mappings:
		m.mapping(n, how)
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			below := path
			if n.Content[i].Tag != "!!merge" {
				below = append(slices.Clone(path), n.Content[i].Value)
			}
			m.walk(document.Deref(n.Content[i+1]), below)
		}
	case n.Kind == yaml.SequenceNode && ok && slices.ContainsFunc(n.Content, document.Tagged):
		m.sequence(n, how)
	case n.Kind == yaml.SequenceNode:
		for i, item := range n.Content {
			if document.Tagged(item) {
				m.ignored = append(m.ignored, item)
			}
			m.walk(item, append(slices.Clone(path), strconv.Itoa(i)))
		}
	}
}

// pattern is a path with * for what a section names.
func pattern(path []string) string {
	if len(path) < 3 || len(path) > 4 {
		return ""
	}
	p := slices.Clone(path)
	if p[0] == "jobs" {
		p[0] = "services"
	}
	p[1] = "*"
	return strings.Join(p, ".")
}

// next is a mark that no other entry has.
func (m *marker) next() *yaml.Node {
	m.number++
	return text(mark + strconv.Itoa(m.number))
}

func text(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Style: yaml.DoubleQuotedStyle}
}

// mapping marks the entries of a mapping.
func (m *marker) mapping(n *yaml.Node, how merging) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		value := n.Content[i+1]
		switch {
		case n.Content[i].Tag == "!!merge":
			if merged := document.Deref(value); merged.Kind == yaml.MappingNode {
				m.mapping(merged, how)
			}
		case value.Tag == "!reset":
			n.Content[i+1] = m.next()
		case value.Tag == "!override" && how == hosts:
			anew := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{m.next(), text(value.Value)}}
			if value.Kind == yaml.SequenceNode {
				anew.Content = append(anew.Content[:1], value.Content...)
			}
			n.Content[i+1] = anew
		}
	}
}

// sequence marks the entries of a list; one that is to become a mapping becomes
// it here.
func (m *marker) sequence(n *yaml.Node, how merging) {
	if how == mappings {
		m.number++ // the file is written anew
		asMapping(n)
		return
	}
	var items []*yaml.Node
	for _, item := range n.Content {
		name, _ := cutEntry(item.Value)
		switch {
		case item.Tag == "!reset":
			items = append(items, text(name+"="+m.next().Value))
		case item.Tag == "!override" && how == hosts:
			items = append(items, text(name+"="+m.next().Value), text(item.Value))
		default:
			items = append(items, item)
		}
	}
	n.Content = items
}

// asMapping makes a mapping of a list of names, or of NAME=value.
func asMapping(n *yaml.Node) {
	var content []*yaml.Node
	for _, item := range n.Content {
		name, value := cutEntry(document.Deref(item).Value)
		entry := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
		switch {
		case item.Tag == "!reset":
			entry.Tag = "!reset"
		case value != "":
			entry = text(value)
		}
		content = append(content, text(name), entry)
	}
	n.Kind, n.Tag, n.Content = yaml.MappingNode, "!!map", content
}

// cutEntry splits KEY=value, or NAME:address of a host.
func cutEntry(entry string) (name, value string) {
	if name, value, ok := strings.Cut(entry, "="); ok {
		return name, value
	}
	name, value, _ = strings.Cut(entry, ":")
	return name, value
}

// unmarked is a part of the model without what is marked, and without what
// stands before a mark in its list; nil: nothing is left.
func unmarked(value any) any {
	switch v := value.(type) {
	case string:
		if strings.HasPrefix(v, mark) {
			return nil
		}
	case map[string]any:
		for key, below := range v {
			if left := unmarked(below); left == nil && below != nil {
				delete(v, key)
			} else {
				v[key] = left
			}
		}
	case []any:
		if left := unmarkedList(v); len(left) > 0 || len(v) == 0 {
			return left
		}
		return nil
	}
	return value
}

func unmarkedList(list []any) []any {
	var left []any
	for _, item := range list {
		entry, ok := item.(string)
		if !ok {
			left = append(left, unmarked(item))
			continue
		}
		name, value := cutEntry(entry)
		switch {
		case strings.HasPrefix(entry, mark): // addresses of one host
			left = nil
		case strings.HasPrefix(value, mark):
			left = slices.DeleteFunc(left, func(e any) bool {
				text, _ := e.(string)
				before, _ := cutEntry(text)
				return before == name
			})
		default:
			left = append(left, item)
		}
	}
	return left
}
