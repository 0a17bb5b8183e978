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
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// dockerfile is what the rules need to know of one. It is read line by line, no
// more is understood of it than that.
type dockerfile struct {
	path    string // absolute; "": written in the Compose file, or not here
	steps   []string
	workdir string // of the last stage; "" where it or an argument decides elsewhere
	command string // CMD and ENTRYPOINT of the last stage, as written
}

// readDockerfile reads the Dockerfile of a build; none is an empty one.
func readDockerfile(b *types.BuildConfig) (dockerfile, error) {
	var d dockerfile
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
	return d, nil
}

// read joins continued lines and leaves comments out.
func (d *dockerfile) read(text string) {
	var step strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		rest, more := strings.CutSuffix(line, `\`)
		step.WriteString(rest + " ")
		if more {
			continue
		}
		d.step(strings.TrimSpace(step.String()))
		step.Reset()
	}
	if step.Len() > 0 {
		d.step(strings.TrimSpace(step.String()))
	}
}

func (d *dockerfile) step(text string) {
	d.steps = append(d.steps, text)
	word, rest, _ := strings.Cut(text, " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToUpper(word) {
	case "FROM":
		d.workdir, d.command = "", ""
	case "WORKDIR":
		if dir := strings.Trim(rest, `"'`); path.IsAbs(dir) {
			d.workdir = dir
		} else if d.workdir != "" {
			d.workdir = path.Join(d.workdir, dir)
		}
		if strings.Contains(d.workdir, "$") {
			d.workdir = ""
		}
	case "CMD", "ENTRYPOINT":
		d.command += " " + strings.Join(words(rest), " ")
	}
}

// words are those of an instruction in either form.
func words(text string) []string {
	var list []string
	if json.Unmarshal([]byte(text), &list) == nil {
		return list
	}
	return strings.Fields(text)
}

// before are the sources, relative to the context, of what each stage copies
// before it copies any of roots, which are absolute. In the order of the file.
func (d *dockerfile) before(context string, roots []string) []string {
	var out []string
	past := false // the source is in
	for _, text := range d.steps {
		word, rest, _ := strings.Cut(text, " ")
		switch strings.ToUpper(word) {
		case "FROM":
			past = false
			continue
		case "COPY", "ADD", "RUN":
		default:
			continue
		}
		if past {
			continue
		}
		for _, from := range origins(strings.ToUpper(word), rest) {
			abs := filepath.Join(context, filepath.FromSlash(from))
			if holds(abs, roots) {
				past = true
			} else if !slices.Contains(out, from) {
				out = append(out, from)
			}
		}
	}
	return out
}

// holds tells whether a folder is the source, or has it in it.
func holds(dir string, roots []string) bool {
	return slices.ContainsFunc(roots, func(r string) bool {
		_, ok := relative(dir, r)
		return ok
	})
}

var bindMount = regexp.MustCompile(`--mount=(\S*type=bind\S*)`)

// origins are what an instruction takes out of the context.
func origins(word, rest string) []string {
	var list []string
	if word == "RUN" {
		for _, m := range bindMount.FindAllStringSubmatch(rest, -1) {
			source, other := "", false
			for _, option := range strings.Split(m[1], ",") {
				key, value, _ := strings.Cut(option, "=")
				other = other || key == "from"
				if key == "source" || key == "src" {
					source = value
				}
			}
			if !other && source != "" {
				list = append(list, source)
			}
		}
	} else {
		for strings.HasPrefix(rest, "--") {
			var flag string
			flag, rest, _ = strings.Cut(rest, " ")
			rest = strings.TrimSpace(rest)
			if strings.HasPrefix(flag, "--from") {
				return nil
			}
		}
		if list = words(rest); len(list) > 0 {
			list = list[:len(list)-1]
		}
	}
	var out []string
	for _, from := range list {
		if strings.Contains(from, "://") || strings.HasPrefix(from, "<<") || strings.Contains(from, "$") {
			continue
		}
		if from = strings.TrimPrefix(path.Clean("/"+from), "/"); from == "" {
			from = "."
		}
		out = append(out, from)
	}
	return out
}
