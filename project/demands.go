package project

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// Demand is something of this machine that a remote file asks for, beyond
// running containers. Both texts come from the remote file and its reference.
type Demand struct {
	Reference string // the remote file
	// What is one line whose values are quoted as in Go: `service "web" binds
	// "/etc"`. It has no character that is not printable.
	What string
}

// demands are what the project's remote files ask for: whatever they say that is
// not known to concern their own containers alone. Sorted; empty where there are
// no remote files. Each file is loaded by itself, so that what it asks for is not
// confused with what the user's own files do.
func (s *source) demands(ctx context.Context, name string) []Demand {
	if len(s.remotes.copies) == 0 {
		return nil
	}
	var all []Demand
	documents := readDocuments(s)
	for _, reference := range slices.Sorted(maps.Keys(s.remotes.copies)) {
		c := s.remotes.copies[reference]
		d := &demandCollector{root: c.Root, others: s.definedBesides(documents, c), merged: slices.Contains(s.names(), c.Path)}
		for _, base := range c.bases {
			d.dir = cmp.Or(base, filepath.Dir(c.Path))
			d.model(s.model(ctx, types.ConfigFile{Filename: c.Path}, d.dir, name))
			// What is included has the variables of the .env beside it as well.
			include := types.ConfigFile{Filename: filepath.Join(s.home, fileNames[0]), Content: includeOf(reference, base)}
			d.model(s.model(ctx, include, s.home, name))
		}
		d.takesBack(documents, c)
		d.variables(s.env, c)
		d.projectName(name, c)
		slices.Sort(d.found)
		for _, what := range slices.Compact(d.found) {
			all = append(all, Demand{reference, what})
		}
	}
	return all
}

// projectName notes that the copy says the project's name, by which it gets the
// containers and volumes of whoever has that name. A name that variables make up is
// noted whatever it may be.
func (d *demandCollector) projectName(name string, c *remoteFile) {
	d.of = "the file"
	for _, document := range c.documents {
		said, _ := document["name"].(string)
		if said != "" && (normalName(said) == name || strings.Contains(said, "$")) {
			d.add("names the project %s", quoted(said))
		}
	}
}

// includeOf is a Compose file that includes a reference alone.
func includeOf(reference, base string) []byte {
	directory := ""
	if base != ownFolder {
		directory = fmt.Sprintf(", project_directory: %q", strings.ReplaceAll(base, "$", "$$"))
	}
	return fmt.Appendf(nil, "include: [{path: %q%s}]\n", reference, directory)
}

// model is a file as a tree, its relative paths led to dir; nil where it cannot
// be loaded by itself.
func (s *source) model(ctx context.Context, file types.ConfigFile, dir, name string) map[string]any {
	details := types.ConfigDetails{
		WorkingDir:  dir,
		ConfigFiles: []types.ConfigFile{file},
		Environment: s.env,
	}
	model, err := guarded(func() (map[string]any, error) {
		return loader.LoadModelWithContext(ctx, details, func(l *loader.Options) {
			l.SetProjectName(name, true)
			l.SkipConsistencyCheck, l.SkipNormalization, l.SkipValidation = true, true, true
			l.ResolvePaths = true
			l.ResourceLoaders = []loader.ResourceLoader{cachedFiles{s.remotes}}
		})
	})
	if err != nil {
		return nil
	}
	return model
}

// demandCollector collects demands of one part of a remote file at a time.
type demandCollector struct {
	root     string // the folder of the copy
	dir      string // what relative paths lead to; not below root where the user says so
	of       string // the part: `service "web"`
	found    []string
	envFiles []string    // of services, below root
	others   definitions // of other files
	own      definitions // that no other file has
	merged   bool        // it is one of -f, and changes what those before it say
}

func (d *demandCollector) add(format string, args ...any) {
	d.found = append(d.found, d.of+" "+fmt.Sprintf(format, args...))
}

// model collects what a model asks for.
func (d *demandCollector) model(model map[string]any) {
	d.of = "the file"
	if model == nil {
		d.add("cannot be understood by itself: it may ask for anything")
	}
	d.own = owned(model, d.others)
	for name, value := range model {
		s, known := sections[name]
		switch {
		case !known && !isExtension(name):
			d.lists(name, value)
		case s.entry != nil:
			for key, entry := range mapping(value) {
				part := &demandCollector{root: d.root, dir: d.dir, of: s.noun + " " + quoted(key), others: d.others, own: d.own}
				if d.merged && d.others[name][key] {
					part.add(changesOthers)
				}
				if name == "services" && !d.others[name][key] {
					part.takesName(key)
				}
				s.entry(part, mapping(entry))
				d.found, d.envFiles = append(d.found, part.found...), append(d.envFiles, part.envFiles...)
			}
		}
	}
}

// reads notes a path on this machine that did not come with the file, or that
// the loader has left relative, to whatever it may be.
func (d *demandCollector) reads(path any) {
	if file, ok := path.(string); ok && !below(file, d.root) {
		d.add("reads %s", quoted(file))
	}
}

// demandRule says what an attribute asks for; nil: it concerns its own container
// alone.
type demandRule func(d *demandCollector, value any)

// attributes applies the rules to what a mapping has; prefix stands before the
// names. One without a rule is listed as it is: what a later version of the
// specification adds is not harmless before somebody looked at it. Extensions,
// x-..., do nothing.
func (d *demandCollector) attributes(prefix string, m map[string]any, rules map[string]demandRule) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		rule, known := rules[key]
		switch {
		case !known && !isExtension(key):
			d.lists(prefix+key, m[key])
		case rule != nil:
			rule(d, m[key])
		}
	}
}

// lists notes an attribute as it is, each entry of a list by itself.
func (d *demandCollector) lists(key string, value any) {
	for _, v := range list(value) {
		if !off(v) {
			d.add("has %s: %s", quotedKey(key), shown(v))
		}
	}
}

func isExtension(key string) bool { return strings.HasPrefix(key, "x-") }
