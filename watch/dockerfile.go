package watch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// dockerfile is what the rules need to know of one. It is read line by line, no
// more is understood of it than that.
type dockerfile struct {
	path    string // absolute; "": written in the Compose file, or not here
	stages  []*stage
	args    map[string]string // of the build, and ARG before the first stage
	workdir string            // of the stage that is built; "" where an image or an argument decides
	env     map[string]string // ENV of it
	image   string            // that it comes from in the end
	// ENTRYPOINT and CMD of it, as written; "": the image's
	entrypoint, command string
}

// stage is one FROM with what follows.
type stage struct {
	name, from string
	steps      []step
}

// step is an instruction, its word in capitals.
type step struct{ word, rest string }

// readDockerfile reads the Dockerfile of a build; none is an empty one.
func readDockerfile(b *types.BuildConfig) (dockerfile, error) {
	d := dockerfile{args: map[string]string{}, env: map[string]string{}}
	if b == nil {
		return d, nil
	}
	text := b.DockerfileInline
	if text == "" {
		name := b.Dockerfile
		if name == "" {
			name = "Dockerfile"
		}
		if !filepath.IsAbs(name) {
			name = filepath.Join(b.Context, name)
		}
		raw, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return d, nil // the build says so
		}
		if err != nil {
			return d, fmt.Errorf("reading the Dockerfile: %w", err)
		}
		d.path, text = resolved(name), string(raw)
	}
	d.read(text)
	for name, value := range b.Args {
		if value != nil {
			d.args[name] = *value
		}
	}
	d.keep(b.Target)
	return d, nil
}

var heredoc = regexp.MustCompile(`<<-?["']?([A-Za-z_][A-Za-z0-9_]*)["']?`)

// read joins continued lines and leaves comments and the texts of heredocs out.
func (d *dockerfile) read(text string) {
	var joined strings.Builder
	var ends []string // of the heredocs that are open
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if len(ends) > 0 {
			if line == ends[0] {
				ends = ends[1:]
			}
			continue
		}
		if line == "" || line[0] == '#' {
			continue
		}
		rest, more := strings.CutSuffix(line, `\`)
		joined.WriteString(rest + " ")
		if more {
			continue
		}
		ends = d.step(strings.TrimSpace(joined.String()))
		joined.Reset()
	}
	if joined.Len() > 0 {
		d.step(strings.TrimSpace(joined.String()))
	}
}

// step takes an instruction in, and returns what ends the heredocs that follow it.
func (d *dockerfile) step(text string) (heredocs []string) {
	word, rest, _ := strings.Cut(text, " ")
	s := step{strings.ToUpper(word), strings.TrimSpace(rest)}
	switch s.word {
	case "FROM":
		d.from(s.rest)
		return nil
	case "COPY", "ADD", "RUN":
		for _, m := range heredoc.FindAllStringSubmatch(s.rest, -1) {
			heredocs = append(heredocs, m[1])
		}
	}
	if len(d.stages) > 0 {
		last := d.stages[len(d.stages)-1]
		last.steps = append(last.steps, s)
	} else if s.word == "ARG" {
		if name, value, ok := strings.Cut(s.rest, "="); ok {
			d.args[name] = strings.Trim(value, `"'`)
		}
	}
	return heredocs
}

func (d *dockerfile) from(rest string) {
	list := slices.DeleteFunc(strings.Fields(rest), func(w string) bool { return strings.HasPrefix(w, "--") })
	s := new(stage)
	if len(list) > 0 {
		s.from = list[0]
	}
	if len(list) > 2 && strings.EqualFold(list[1], "as") {
		s.name = list[2]
	}
	d.stages = append(d.stages, s)
}

// stage is where the one of that name or number is; -1: there is none before end.
func (d *dockerfile) stage(name string, end int) int {
	if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < end {
		return n
	}
	for i := end - 1; i >= 0; i-- {
		if strings.EqualFold(d.stages[i].name, name) {
			return i
		}
	}
	return -1
}

// keep leaves the stages that the target is made of, by FROM or by copying out of
// them, and reads what the target runs.
func (d *dockerfile) keep(target string) {
	last := len(d.stages) - 1
	if at := d.stage(target, len(d.stages)); target != "" && at >= 0 {
		last = at
	}
	if last < 0 {
		return
	}
	needed := map[int]bool{}
	d.need(last, needed)
	for _, at := range d.line(last) {
		d.run(d.stages[at])
	}
	var stages []*stage
	for i, s := range d.stages {
		if needed[i] {
			stages = append(stages, s)
		}
	}
	d.stages = stages
}

// line are the stages that FROM leads to, the first one first.
func (d *dockerfile) line(at int) []int {
	from, ok := expand(d.stages[at].from, d.args)
	if ok {
		d.image = from
	}
	if before := d.stage(from, at); before >= 0 {
		return append(d.line(before), at)
	}
	return []int{at}
}

var fromOption = regexp.MustCompile(`--(?:from=|mount=\S*\bfrom=)([^\s,]+)`)

func (d *dockerfile) need(at int, needed map[int]bool) {
	if at < 0 || needed[at] {
		return
	}
	needed[at] = true
	from, _ := expand(d.stages[at].from, d.args)
	d.need(d.stage(from, at), needed)
	for _, s := range d.stages[at].steps {
		for _, m := range fromOption.FindAllStringSubmatch(s.rest, -1) {
			d.need(d.stage(m[1], at), needed)
		}
	}
}

// run reads what a stage says of the container.
func (d *dockerfile) run(s *stage) {
	for _, step := range s.steps {
		switch step.word {
		case "WORKDIR":
			d.enter(strings.Trim(step.rest, `"'`))
		case "ENV":
			d.setEnv(step.rest)
		case "CMD":
			d.command = strings.Join(words(step.rest), " ")
		case "ENTRYPOINT":
			d.entrypoint = strings.Join(words(step.rest), " ")
		}
	}
}

func (d *dockerfile) enter(dir string) {
	dir, ok := expand(dir, d.env)
	switch {
	case !ok:
		d.workdir = ""
	case path.IsAbs(dir):
		d.workdir = dir
	case d.workdir != "":
		d.workdir = path.Join(d.workdir, dir)
	}
}

// setEnv reads ENV in both its forms.
func (d *dockerfile) setEnv(rest string) {
	list := strings.Fields(rest)
	if len(list) > 1 && !strings.Contains(list[0], "=") {
		list = []string{list[0] + "=" + strings.Join(list[1:], " ")}
	}
	for _, pair := range list {
		if name, value, ok := strings.Cut(pair, "="); ok {
			d.env[name] = strings.Trim(value, `"'`)
		}
	}
}

// expand puts variables in; false: one is not known.
func expand(text string, known map[string]string) (string, bool) {
	ok := true
	text = os.Expand(text, func(name string) string {
		name, or, some := strings.Cut(name, ":-")
		if value, is := known[name]; is {
			return value
		}
		ok = ok && some
		return or
	})
	return text, ok
}

// words are those of an instruction in either form.
func words(text string) []string {
	var list []string
	if json.Unmarshal([]byte(text), &list) == nil {
		return list
	}
	return strings.Fields(text)
}
