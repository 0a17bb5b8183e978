package project

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/diagnostic"
	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

// omitted are the parts of the files that the loader refused. They were taken out of
// the files so that it could read the rest. A part is an attribute of a service, or a
// whole network, volume, secret, config, model or top-level key. The zero value is
// none.
type omitted struct {
	parts    [][]string      // paths: services, web, image; networks, front
	services map[string]bool // with an omitted attribute, or extending one that has
	why      error           // the loader's errors, diagnosed; nil where there are no parts
	nodes    int             // keys and values that were loaded again so far
}

// load has the loader read the files. Where it refuses a part that the caller may not
// need, it reads them again without that part. Whether the caller needs it is known
// for certain when the rest has been read; see usesOmitted.
func (s *source) load(ctx context.Context, details types.ConfigDetails, options func(*loader.Options), o Options) (*types.Project, omitted, error) {
	var without omitted
	whole := details.ConfigFiles
	const rounds, maxReloaded = 30, 100_000
	for range rounds {
		if without.nodes > maxReloaded {
			break // each load takes as long as it is large
		}
		model, err := guarded(func() (*types.Project, error) { return s.loadProject(ctx, details, options) })
		if err == nil && o.whole() && len(without.parts) > 0 {
			return nil, without, without.why
		}
		if err == nil {
			without.addExtending(s)
			return model, without, nil
		}
		if ctx.Err() != nil {
			return nil, without, context.Cause(ctx)
		}
		more := without.add(s.diagnose(err))
		if !more || o.Need != NeedRunning && s.wants(without, o) {
			return nil, without, without.why
		}
		if details.ConfigFiles, err = without.from(whole); err != nil {
			return nil, without, without.why
		}
	}
	return nil, without, without.why
}

// add adds errors and the parts that they are about. more tells whether a part was
// added, and so whether loading again may succeed.
func (l *omitted) add(err error) (more bool) {
	l.addErrors(err)
	for _, e := range diagnostic.Split(err) {
		placed, ok := errors.AsType[*FileError](e)
		if !ok {
			continue
		}
		for _, path := range placed.Paths() {
			part := partOf(path)
			if part == nil || slices.ContainsFunc(l.parts, func(p []string) bool { return slices.Equal(p, part) }) {
				continue
			}
			l.parts, more = append(l.parts, part), true
		}
	}
	return more
}

// addErrors adds errors to why, each text once.
func (l *omitted) addErrors(err error) {
	if l.why == nil {
		l.why = err
		return
	}
	all := diagnostic.Split(l.why)
	for _, e := range diagnostic.Split(err) {
		if !slices.ContainsFunc(all, func(other error) bool { return other.Error() == e.Error() }) {
			all = append(all, e)
		}
	}
	if len(all) > 1 {
		diagnostic.Sort(all) // which one the loader meets first varies
		l.why = errors.Join(all...)
	}
}

// of are the errors, without those about services that are off in the project.
func (l *omitted) of(p *types.Project) error {
	var found []error
	for _, e := range diagnostic.Split(l.why) {
		placed, ok := errors.AsType[*FileError](e)
		off := func(path []string) bool {
			if len(path) < 2 || path[0] != "services" {
				return false
			}
			_, off := p.DisabledServices[path[1]]
			return off
		}
		if ok && !slices.ContainsFunc(placed.Paths(), func(path []string) bool { return !off(path) }) {
			continue
		}
		found = append(found, e)
	}
	return errors.Join(found...)
}

// wants tells whether the files alone show that the caller needs one of the parts:
// a service that it names, or one without profiles. With remote files it always does:
// nothing is left out of those.
func (s *source) wants(without omitted, o Options) bool {
	if len(s.remotes.copies) > 0 {
		return true
	}
	files := readDocuments(s)
	profiled := func(service string) bool {
		path := []string{"services", service, "profiles"}
		return slices.ContainsFunc(files, func(f *document.Document) bool {
			return slices.ContainsFunc(f.Docs, func(root *yaml.Node) bool {
				_, _, depth := document.Find(root, path)
				return depth == len(path)
			})
		})
	}
	for _, part := range without.parts {
		switch {
		case part[0] != "services":
		case slices.Contains(o.Services, part[1]):
			return true
		case len(o.Services) == 0 && !profiled(part[1]):
			return true
		}
	}
	return false
}

// partOf is the part of a file that can be left out for an error at a path; nil: only
// the whole file could be.
func partOf(path []string) []string {
	depth := 0
	switch {
	case len(path) == 0:
	case path[0] == "services":
		depth = min(len(path), 3)
	case slices.Contains([]string{"networks", "volumes", "secrets", "configs", "models"}, path[0]):
		depth = 2
	case path[0] != "include" && path[0] != "name":
		depth = 1
	}
	if depth == 0 || len(path) < depth || path[0] == "services" && depth == 1 {
		return nil
	}
	return path[:depth]
}

// addExtending fills in services: those with an omitted attribute, and those that
// extend them.
func (l *omitted) addExtending(s *source) {
	if len(l.parts) == 0 {
		return
	}
	l.services = map[string]bool{}
	for _, part := range l.parts {
		if part[0] == "services" {
			l.services[part[1]] = true
		}
	}
	files := readDocuments(s)
	for before := -1; before < len(l.services); {
		before = len(l.services)
		for _, f := range files {
			for _, root := range f.Docs {
				_, services := document.Child(root, "services")
				all := document.Values(services)
				for i, name := range document.Keys(services) {
					if _, e := document.Child(all[i], "extends"); e != nil && l.services[limits.Extended(e)] {
						l.services[name] = true
					}
				}
			}
		}
	}
}

// from returns the files without the parts.
func (l *omitted) from(files []types.ConfigFile) ([]types.ConfigFile, error) {
	rest := slices.Clone(files)
	for i, f := range files {
		t := document.Parse(f.Filename, f.Content)
		var text bytes.Buffer
		encoder := yaml.NewEncoder(&text)
		for _, root := range t.Docs {
			root = expanded(root, &l.nodes)
			for _, part := range l.parts {
				removeAt(root, part)
			}
			if err := encoder.Encode(root); err != nil {
				return nil, err
			}
		}
		if err := encoder.Close(); err != nil {
			return nil, err
		}
		rest[i].Content = text.Bytes()
	}
	return rest, nil
}

// expanded is a copy of a node with aliases and merges written out, so that each place
// can be changed by itself. The limits have been checked before: it is not too large.
// Its nodes are added to count.
func expanded(n *yaml.Node, count *int) *yaml.Node {
	n = document.Deref(n)
	*count++
	c := *n
	c.Anchor, c.Content = "", nil
	if n.Kind != yaml.MappingNode {
		for _, below := range n.Content {
			c.Content = append(c.Content, expanded(below, count))
		}
		return &c
	}
	var merged []*yaml.Node
	keys := map[string]bool{}
	add := func(key, value *yaml.Node) {
		keys[key.Value] = true
		c.Content = append(c.Content, key, value)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], expanded(n.Content[i+1], count)
		switch {
		case key.Tag != "!!merge":
			add(expanded(key, count), value)
		case value.Kind == yaml.SequenceNode:
			merged = append(merged, value.Content...)
		default:
			merged = append(merged, value)
		}
	}
	for _, m := range merged {
		for i := 0; m.Kind == yaml.MappingNode && i+1 < len(m.Content); i += 2 {
			if !keys[m.Content[i].Value] {
				add(m.Content[i], m.Content[i+1])
			}
		}
	}
	return &c
}

// removeAt removes what is at a path of an expanded node. A network, volume, secret,
// config or model becomes an empty one, since services may refer to it. A volume
// becomes external, because nothing says any more that it may be removed.
func removeAt(root *yaml.Node, path []string) {
	above, last := path[:len(path)-1], path[len(path)-1]
	_, in, depth := document.Find(root, above)
	if depth < len(above) || in.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(in.Content); i += 2 {
		if in.Content[i].Value != last {
			continue
		}
		if len(path) == 2 {
			in.Content[i+1] = placeholder(path[0])
		} else {
			in.Content = slices.Delete(in.Content, i, i+2)
		}
		return
	}
}

func placeholder(kind string) *yaml.Node {
	text := "{}"
	switch kind {
	case "volumes", "secrets", "configs":
		text = "{external: true}"
	case "models":
		text = "{model: unknown}"
	}
	return document.Parse("", []byte(text)).Docs[0]
}

// usesOmitted is the loader's errors where a selection needs one of the omitted
// parts, and nil where it needs none.
func (p *Project) usesOmitted(s Selection) error {
	if len(p.omitted.parts) == 0 {
		return nil
	}
	enabled, keep, err := p.reach(s)
	if err != nil {
		return err
	}
	for name := range keep {
		if p.omitted.services[name] {
			return p.omitted.why
		}
	}
	used := enabled.restrict(keep).used()
	kinds := map[string]map[string]bool{
		"networks": used.networks, "volumes": used.volumes, "secrets": used.secrets, "configs": used.configs, "models": used.models,
	}
	for _, part := range p.omitted.parts {
		name := part[len(part)-1]
		switch keys, resource := kinds[part[0]]; {
		case part[0] == "services" || resource && !keys[name] && !p.allResources:
		case strings.HasPrefix(part[0], "x-") && len(s.Services) > 0:
		default:
			return p.omitted.why
		}
	}
	return nil
}
