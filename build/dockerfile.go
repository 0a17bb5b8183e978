package build

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"github.com/compose-orchestrator/compose/project"
)

// ReadDockerfile reads what the Dockerfile of a build says. One that is not on this
// machine, or that has mistakes, says nothing but where it is: the build reports it. It
// is an error if a Dockerfile that is there cannot be read, or is larger than 16 MiB.
func ReadDockerfile(b types.BuildConfig) (project.Dockerfile, error) {
	d, text, err := dockerfileText(b, readText)
	if err != nil || text == "" {
		return d, err
	}
	given := map[string]string{}
	for name, value := range b.Args {
		if value != nil {
			given[name] = *value
		}
	}
	r := parseDockerfile(text, given, nil)
	if r == nil {
		return d, nil
	}
	r.folders, r.d = b.AdditionalContexts, d
	return r.read(b.Target), nil
}

// dockerfileText is the Dockerfile of a build and where it is; "": it is not here.
func dockerfileText(b types.BuildConfig, read func(string) ([]byte, error)) (d project.Dockerfile, text string, err error) {
	if b.DockerfileInline != "" {
		return d, b.DockerfileInline, nil
	}
	name := absolute(cmp.Or(b.Dockerfile, defaultDockerfile), b.Context)
	raw, err := read(name)
	if errors.Is(err, fs.ErrNotExist) && filepath.Base(name) == defaultDockerfile {
		name = filepath.Join(filepath.Dir(name), "dockerfile") // Docker takes it as well
		raw, err = read(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return d, "", nil
	}
	if err != nil {
		return d, "", fmt.Errorf("reading the Dockerfile: %w", err)
	}
	d.Path = name
	return d, string(raw), nil
}

// parseDockerfile reads a text with the arguments that the build is given, and those
// that the builder knows by itself; nil: it has mistakes.
func parseDockerfile(text string, given, builtIn map[string]string) *reading {
	parsed, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		return nil
	}
	stages, args, err := instructions.Parse(parsed.AST, nil)
	if err != nil || len(stages) == 0 {
		return nil
	}
	r := &reading{lex: shell.NewLex(parsed.EscapeToken), stages: stages, given: given, args: map[string]string{}, ends: map[int]map[string]string{}}
	maps.Copy(r.args, builtIn)
	maps.Copy(r.args, given)
	for _, a := range args {
		r.argument(a, r.args)
	}
	return r
}

// reading is one Dockerfile being read.
type reading struct {
	lex         *shell.Lex
	stages      []instructions.Stage
	folders     types.Mapping             // additional contexts; those that are none are not absolute
	given, args map[string]string         // arguments of the build; with those before the first stage
	ends        map[int]map[string]string // the variables at the ends of stages
	d           project.Dockerfile
}

// What the value of a variable may grow to, and how many may be in a text: a
// Dockerfile of a kilobyte can ask for any number of gigabytes. What is larger
// counts as not known.
const (
	maxValue     = 2 << 10 // bytes
	maxVariables = 50
)

// last is the stage that is built.
func (r *reading) last(target string) int {
	if at := r.find(target, len(r.stages)); target != "" && at >= 0 {
		return at
	}
	return len(r.stages) - 1
}

func (r *reading) read(target string) project.Dockerfile {
	last := r.last(target)
	needed := map[int]bool{}
	r.need(last, needed)
	for i, s := range r.stages {
		if needed[i] {
			r.d.Stages = append(r.d.Stages, r.takes(s, r.known(i)))
		}
	}
	r.d.Env = map[string]string{}
	r.readContainer(last)
	return r.d
}

// find is where the stage of that name or number is; -1: there is none before end.
func (r *reading) find(name string, end int) int {
	if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < end {
		return n
	}
	for i := end - 1; i >= 0 && name != ""; i-- {
		if strings.EqualFold(r.stages[i].Name, name) {
			return i
		}
	}
	return -1
}

// need marks a stage and those that it comes from or copies out of.
func (r *reading) need(at int, needed map[int]bool) {
	if at < 0 || needed[at] {
		return
	}
	needed[at] = true
	from, _ := r.expand(r.stages[at].BaseName, r.args)
	r.need(r.find(from, at), needed)
	for _, c := range r.stages[at].Commands {
		switch c := c.(type) {
		case *instructions.CopyCommand:
			r.need(r.find(c.From, at), needed)
		case *instructions.RunCommand:
			for _, m := range instructions.GetMounts(c) {
				r.need(r.find(m.From, at), needed)
			}
		}
	}
}

// takes are those of a stage, in order.
func (r *reading) takes(s instructions.Stage, known map[string]string) (takes []project.Take) {
	add := func(context string, sources ...string) {
		in := r.folders[context]
		if context != "" && !filepath.IsAbs(in) {
			return // a stage, or an image
		}
		for _, from := range sources {
			from, ok := r.expand(from, known)
			if !ok || strings.Contains(from, "://") {
				continue
			}
			if from = strings.TrimPrefix(path.Clean("/"+from), "/"); from == "" {
				from = "."
			}
			takes = append(takes, project.Take{From: from, In: in})
		}
	}
	if base, ok := r.expand(s.BaseName, r.args); ok && base != "" {
		add(base, ".")
	}
	for _, c := range s.Commands {
		r.setVariables(c, known)
		switch c := c.(type) {
		case *instructions.CopyCommand:
			add(c.From, c.SourcePaths...)
		case *instructions.AddCommand:
			add("", c.SourcePaths...)
		case *instructions.RunCommand:
			for _, m := range r.contextMounts(c, known) {
				add(m.From, cmp.Or(m.Source, "."))
			}
			takes = append(takes, project.Take{})
		}
	}
	return takes
}

// contextMounts are the mounts of a RUN that are of a context.
func (r *reading) contextMounts(c *instructions.RunCommand, known map[string]string) (mounts []*instructions.Mount) {
	err := c.Expand(func(word string) (string, error) {
		if text, ok := r.expand(word, known); ok {
			return text, nil
		}
		return word, nil
	})
	if err != nil {
		return nil // the build tells
	}
	for _, m := range instructions.GetMounts(c) {
		if m.Type == instructions.MountTypeBind && (m.From != "" || m.Source != "") {
			mounts = append(mounts, m)
		}
	}
	return mounts
}

// known are the variables that a stage begins with: those of the one that it comes
// from.
func (r *reading) known(at int) map[string]string {
	from, _ := r.expand(r.stages[at].BaseName, r.args)
	before := r.find(from, at)
	if before < 0 {
		return maps.Clone(r.args)
	}
	return maps.Clone(r.end(before))
}

// end are the variables that a stage ends with.
func (r *reading) end(at int) map[string]string {
	if _, done := r.ends[at]; !done {
		known := r.known(at)
		for _, c := range r.stages[at].Commands {
			r.setVariables(c, known)
		}
		r.ends[at] = known
	}
	return r.ends[at]
}

// setVariables takes the variables in that a step sets.
func (r *reading) setVariables(c instructions.Command, known map[string]string) {
	switch c := c.(type) {
	case *instructions.ArgCommand:
		r.argument(*c, known)
	case *instructions.EnvCommand:
		for _, kv := range c.Env {
			known[kv.Key], _ = r.expand(kv.Value, known)
		}
	}
}

// argument takes the values of an ARG in; those of the build go before.
func (r *reading) argument(a instructions.ArgCommand, known map[string]string) {
	for _, kv := range a.Args {
		if value, given := r.given[kv.Key]; given {
			known[kv.Key] = value
		} else if kv.Value != nil {
			known[kv.Key], _ = r.expand(*kv.Value, known)
		}
	}
}

// readContainer reads what a stage, and before it those that it comes from, say of the
// container.
func (r *reading) readContainer(at int) {
	s := r.stages[at]
	from, ok := r.expand(s.BaseName, r.args)
	if ok {
		r.d.Image = from
	}
	if before := r.find(from, at); before >= 0 {
		r.readContainer(before)
	}
	known := r.known(at)
	for _, c := range s.Commands {
		r.setVariables(c, known)
		switch c := c.(type) {
		case *instructions.EnvCommand:
			for _, kv := range c.Env {
				r.d.Env[kv.Key] = known[kv.Key]
			}
		case *instructions.WorkdirCommand:
			r.setWorkdir(c.Path, known)
		case *instructions.EntrypointCommand:
			r.d.Entrypoint = strings.Join(c.CmdLine, " ")
		case *instructions.CmdCommand:
			r.d.Command = strings.Join(c.CmdLine, " ")
		}
	}
}

func (r *reading) setWorkdir(dir string, known map[string]string) {
	dir, ok := r.expand(dir, known)
	switch {
	case !ok:
		r.d.Workdir = ""
	case path.IsAbs(dir):
		r.d.Workdir = dir
	case r.d.Workdir != "":
		r.d.Workdir = path.Join(r.d.Workdir, dir)
	}
}

// expand puts variables in; false: one is neither known nor has a default.
func (r *reading) expand(text string, known map[string]string) (string, bool) {
	if strings.Count(text, "$") > maxVariables {
		return "", false
	}
	got, err := r.lex.ProcessWordWithMatches(text, variables(known))
	if len(got.Result) > maxValue {
		return "", false
	}
	return got.Result, err == nil && (len(got.Unmatched) == 0 || strings.Contains(text, ":-"))
}

// variables makes a map a shell.EnvGetter.
type variables map[string]string

// Get is a variable's value.
func (v variables) Get(name string) (string, bool) {
	value, ok := v[name]
	return value, ok
}

// Keys are the variables' names.
func (v variables) Keys() []string { return slices.Collect(maps.Keys(v)) }
