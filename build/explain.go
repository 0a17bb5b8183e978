package build

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/solver/errdefs"

	"github.com/compose-orchestrator/compose/project"
)

// explain makes an Error of BuildKit's: with the line of the Dockerfile, the step's
// output, and what to do.
func explain(err error, j job, p *project.Project, f stepFailure) *Error {
	e := &Error{Err: err, Step: f.step, Output: f.output}
	j.step = f.step
	for _, s := range errdefs.Sources(err) {
		j.step = cmp.Or(instructionAt(s), j.step)
		if text := excerpt(s, j.file.shown); text != "" {
			e.Excerpt = text
			e.File, e.Line = placeOf(s, j.file.shown)
		}
	}
	e.Help = advise(err.Error(), j, p)
	return e
}

// instructionAt is the text of the instruction that is to blame; "": not known.
func instructionAt(s *errdefs.Source) string {
	if s.Info == nil || len(s.Ranges) == 0 {
		return ""
	}
	lines := strings.Split(string(s.Info.Data), "\n")
	first, last := int(s.Ranges[0].Start.Line), int(s.Ranges[0].End.Line)
	if first < 1 || last < first || last > len(lines) {
		return ""
	}
	return strings.Join(lines[first-1:last], "\n")
}

const (
	around      = 2  // lines shown before and after those to blame
	excerptSize = 20 // lines shown at most
)

// excerpt shows the lines to blame with their surroundings, marked:
//
//	Dockerfile:3
//	   2 | FROM alpine
//	>> 3 | RUN make
func excerpt(s *errdefs.Source, shown string) string {
	if s.Info == nil || len(s.Ranges) == 0 {
		return ""
	}
	first, last := s.Ranges[0].Start.Line, s.Ranges[0].End.Line
	for _, r := range s.Ranges {
		first, last = min(first, r.Start.Line), max(last, r.Start.Line, r.End.Line)
	}
	lines := strings.Split(strings.TrimRight(string(s.Info.Data), "\n"), "\n")
	if first < 1 || int(first) > len(lines) {
		return ""
	}
	if shown == "" {
		shown = s.Info.Filename
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d\n", shown, first)
	from := max(int(first)-around, 1)
	to := min(int(last)+around, len(lines), from+excerptSize-1)
	width := len(fmt.Sprint(to))
	for n := from; n <= to; n++ {
		mark := "  "
		if n >= int(first) && n <= int(last) {
			mark = ">>"
		}
		line := fmt.Sprintf("%s %*d | %s", mark, width, n, strings.TrimRight(lines[n-1], "\r"))
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// placeOf is the file that a source is, and its first line to blame; "", 0: it is none.
func placeOf(s *errdefs.Source, shown string) (file string, line int) {
	if shown == inlineDockerfile || s.Info == nil || len(s.Ranges) == 0 {
		return "", 0
	}
	return cmp.Or(shown, s.Info.Filename), int(s.Ranges[0].Start.Line)
}

// advice is a pattern of the builders' messages and what to do about it. Both
// builders are covered; where they differ there are two entries.
type advice struct {
	pattern *regexp.Regexp
	help    func(j job, p *project.Project, match []string) string
}

func says(text string) func(job, *project.Project, []string) string {
	return func(job, *project.Project, []string) string { return text }
}

var advices = []advice{
	{regexp.MustCompile(`target stage "([^"]*)" could not be found`), stagesHelp},
	{regexp.MustCompile(`[Tt]arget "[^"]*" was not found in the provided Dockerfile`), stagesHelp}, // Podman
	{regexp.MustCompile(`secret ([^\s:]+): not found`), func(_ job, _ *project.Project, m []string) string {
		return "list " + m[1] + " under build.secrets, and define it under the top-level secrets"
	}},
	{regexp.MustCompile(`unset ssh forward key`), says("list the key under build.ssh, or give it with --ssh")},
	{regexp.MustCompile(`failed to read dockerfile|Cannot locate specified Dockerfile`), func(j job, _ *project.Project, _ []string) string {
		return "build.dockerfile is " + j.file.name + ", as seen from the context"
	}},
	{regexp.MustCompile(`(?:failed to calculate checksum|failed to compute cache key).*"([^"]*)":? not found`), notInContext},
	{regexp.MustCompile(`(?:COPY|ADD) failed: .*stat ([^:\s]+)`), notInContext},
	{regexp.MustCompile(`(?:lstat|open) ([^:\s]+): no such file`), func(j job, p *project.Project, m []string) string {
		if from := takenFrom.FindStringSubmatch(j.mountOf(m[1])); from != nil {
			return notIn(j, p, from[1], m[1])
		}
		return ""
	}},
	{regexp.MustCompile(`copier: stat: "([^"]+)": no such file`), notInContext}, // Podman
	{regexp.MustCompile(`the --mount option requires BuildKit|Unknown flag: mount`), says("this Dockerfile needs BuildKit: do not set DOCKER_BUILDKIT=0")},
	{regexp.MustCompile(`unknown cache exporter`), says("the engine keeps such caches only with its containerd image store; type=inline works without")},
	{regexp.MustCompile(`granting entitlement (\S+) is not allowed`), func(_ job, _ *project.Project, m []string) string {
		return "allow " + m[1] + " in the engine's configuration: builder.Entitlements"
	}},
	{regexp.MustCompile(`(?:no match for platform|exec format error)`), says("the base image or the engine does not have this platform")},
	{regexp.MustCompile(`unknown scheme oci-layout`), says("the engine reads OCI layouts with its containerd image store only; a builder of buildx does too: --builder")},
	{regexp.MustCompile(`server gave HTTP response to HTTPS client`), says("this registry speaks plain HTTP: the builder's settings must list it as an insecure one")},
	{regexp.MustCompile(`pinging container registry .*(?:` + unreachable.String() + `)`), says(registryHelp)}, // Podman
	{regexp.MustCompile(`unsupported request frontend\.lint`), says("its BuildKit has no checks: Docker 27 does, or the line \"" + newerSyntax + "\" at the top of the Dockerfile")},
	{regexp.MustCompile(`no space left on device`), says("free some: docker system df shows what takes it, docker builder prune removes the build cache")},
}

// advise is the hint for a builder's message, or "".
func advise(message string, j job, p *project.Project) string {
	for _, a := range advices {
		if m := a.pattern.FindStringSubmatch(message); m != nil {
			return a.help(j, p, m)
		}
	}
	return baseHelp(message, j, p)
}

// takenFrom finds what COPY and the mounts of RUN take files from, other than the context.
var takenFrom = regexp.MustCompile(`(?:--from=|[=,]from=)([^\s,\\]+)`)

func notInContext(j job, p *project.Project, m []string) string {
	if from := takenFrom.FindStringSubmatch(j.mountOf(m[1])); from != nil {
		return notIn(j, p, from[1], m[1])
	}
	where := j.context.dir
	if where == "" {
		where = j.context.url
	}
	return fmt.Sprintf("is there %s in the context %s, and does no .dockerignore leave it out?", m[1], where)
}

// mountOf is the part of the failed step that takes a path: of the mounts of a RUN the
// one with that source, else the whole step.
func (j job) mountOf(path string) string {
	for word := range strings.FieldsSeq(j.step) {
		if rest, ok := strings.CutPrefix(word, "--mount="); ok && strings.Contains(rest+",", "source="+path+",") {
			return word
		}
	}
	if strings.Contains(j.step, "--mount=") && strings.Contains(j.step, "source=") {
		return ""
	}
	return j.step
}

// notIn is the hint for a path that is not in what a step names behind from.
func notIn(j job, p *project.Project, from, path string) string {
	for _, c := range j.named {
		switch {
		case c.name != from && c.name != contextName(from):
		case c.dir != "":
			return fmt.Sprintf("is there %s in %s, the folder of the additional context %s, and does no .dockerignore leave it out?", path, c.dir, c.name)
		case c.service != "":
			return fmt.Sprintf("is there %s in the image of service %s, the additional context %s?", path, c.service, c.name)
		default:
			return fmt.Sprintf("is there %s in %s, the additional context %s?", path, c.spec, c.name)
		}
	}
	for _, stage := range stages(j) {
		if strings.EqualFold(stage, from) {
			return fmt.Sprintf("is there %s in the stage %s of the Dockerfile?", path, stage)
		}
	}
	if _, err := strconv.Atoi(from); err == nil {
		return fmt.Sprintf("is there %s in the stage %s of the Dockerfile, counted from 0?", path, from)
	}
	if maker := p.Maker(from, j.service); maker != "" {
		return fmt.Sprintf("is there %s in the image of service %s, %s?", path, maker, from)
	}
	return fmt.Sprintf("is there %s in the image %s?", path, from)
}

// missingImage finds the reference of a base image that could not be had.
var missingImage = regexp.MustCompile(`(?:pull access denied|failed to resolve source metadata) for ([^\s,]+[^\s,:])(?:[\s,:]|$)`)

// unreachable matches the errors about a registry that does not answer.
var unreachable = regexp.MustCompile(`no such host|connection refused|i/o timeout|network is unreachable|Temporary failure in name resolution|no route to host`)

const registryHelp = "the builder does not reach the registry: check its network and proxy settings"

// baseHelp is for a Dockerfile that starts FROM the image of another service:
// the order of builds is only known from additional_contexts.
func baseHelp(message string, j job, p *project.Project) string {
	m := missingImage.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	wanted := familiar(m[1])
	for _, name := range p.ServiceNames() {
		if s := p.Services[name]; s.Build != nil && name != j.service && familiar(p.ImageName(name)) == wanted {
			return fmt.Sprintf("that is the image of service %s: have it built first with additional_contexts: {%s: \"service:%s\"}", name, p.ImageName(name), name)
		}
	}
	if unreachable.MatchString(message) {
		return registryHelp
	}
	return "check the image's name; a private one needs docker login"
}

func familiar(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return reference.FamiliarString(reference.TagNameOnly(named))
}

// stageName finds the names that a Dockerfile gives to its stages.
var stageName = regexp.MustCompile(`(?im)^[ \t]*FROM[ \t].*[ \t]AS[ \t]+(\S+)`)

// stages are their names.
func stages(j job) (names []string) {
	for _, m := range stageName.FindAllSubmatch(j.file.content(), -1) {
		names = append(names, string(m[1]))
	}
	return names
}

func stagesHelp(j job, _ *project.Project, _ []string) string {
	stages := stages(j)
	if len(stages) == 0 {
		return "name a stage with FROM ... AS " + j.target + ", or leave build.target out"
	}
	return "the stages of the Dockerfile are " + strings.Join(slices.Compact(stages), ", ")
}
