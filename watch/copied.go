package watch

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// before are the sources, relative to the context, whose change asks for another
// image: of each stage what it copies before it copies any of roots, which are
// absolute. Where it copies none of them as a whole, what it copies piece by piece
// is in the container by its mount: there a folder is the source, and a file
// matters to the steps that run after. In the order of the file.
func (d *dockerfile) before(context string, roots []string) []string {
	var out []string
	for _, s := range d.stages {
		taken := d.taken(s)
		whole := slices.IndexFunc(taken, func(t taking) bool {
			return t.from != "" && holds(filepath.Join(context, filepath.FromSlash(t.from)), roots)
		})
		for i, t := range taken {
			if i == whole {
				break
			}
			if t.from == "" || slices.Contains(out, t.from) {
				continue
			}
			abs := filepath.Join(context, filepath.FromSlash(t.from))
			if whole < 0 && within(abs, roots) && (isDir(abs) || !slices.ContainsFunc(taken[i:], func(t taking) bool { return t.from == "" })) {
				continue
			}
			out = append(out, t.from)
		}
	}
	return out
}

// taking is a source that a step takes out of the context; "": a RUN.
type taking struct{ from string }

// taken are a stage's in order.
func (d *dockerfile) taken(s *stage) []taking {
	args := maps.Clone(d.args)
	var list []taking
	for _, step := range s.steps {
		switch step.word {
		case "ARG":
			name, value, _ := strings.Cut(step.rest, "=")
			if _, given := args[name]; !given && value != "" {
				args[name] = strings.Trim(value, `"'`)
			}
		case "COPY", "ADD", "RUN":
			for _, from := range origins(step.word, step.rest, args) {
				list = append(list, taking{from})
			}
			if step.word == "RUN" {
				list = append(list, taking{})
			}
		}
	}
	return list
}

// holds tells whether a folder is the source, or has it in it.
func holds(dir string, roots []string) bool {
	return slices.ContainsFunc(roots, func(r string) bool {
		_, ok := relative(dir, r)
		return ok
	})
}

// within tells whether a path is in the source.
func within(p string, roots []string) bool {
	return slices.ContainsFunc(roots, func(r string) bool {
		_, ok := relative(r, p)
		return ok
	})
}

func isDir(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}

var bindMount = regexp.MustCompile(`--mount=(\S*type=bind\S*)`)

// origins are what an instruction takes out of the context.
func origins(word, rest string, args map[string]string) []string {
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
		from, known := expand(from, args)
		if !known || strings.Contains(from, "://") || strings.HasPrefix(from, "<<") {
			continue
		}
		if from = strings.TrimPrefix(path.Clean("/"+from), "/"); from == "" {
			from = "."
		}
		out = append(out, from)
	}
	return out
}
