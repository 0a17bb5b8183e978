package diagnostic

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project/document"
)

// How the short forms are written.
const (
	portHint   = `a port is written "8080:80", "127.0.0.1:8080:80" or "80"`
	volumeHint = `a volume is written "name:/path" or "./folder:/path"; is a variable in it unset?`
)

// rules are tried in order; the first whose text matches explains the error.
// Their patterns are compose-go's messages, compiled only where there is an
// error: together they cost 2 ms, which every command would pay at its start.
var rules = []rule{
	{`json: unsupported value: `, (*diagnosis).explainInfinite},
	{`^failed to parse (.+?): (?s:(.*))$`, (*diagnosis).explainSyntax},
	{`^(yaml: )(?s:(.*))$`, (*diagnosis).explainSyntax},
	{`^validating (.+?): (?s:(.*))$`, (*diagnosis).explainSchema},
	{`^failed to read (.+?): (?s:.*)$`, func(d *diagnosis, m []string) { d.explainDotEnv(m[1]) }},
	{`failed to cast to expected type: (invalid spec: .*)$`, func(d *diagnosis, m []string) {
		d.text = m[1]
		d.explainShortSyntax(nil)
	}},
	{`^(?:error while interpolating|invalid interpolation format for) ([^:\n]*[^:\n.])(?::|\.\n)`, (*diagnosis).explainInterpolation},
	{`(?s)^service "(.*)" has neither an image nor a build context specified`, func(d *diagnosis, m []string) {
		d.explainNoImage(m[1])
	}},
	{`(?s)^service "(.*)" refers to undefined (build secret|network|volume|config|model|secret) ?(.*)$`, (*diagnosis).explainUndefined},
	{`(?s)^(service|job) "(.*)" depends on un(?:defined|known) service (?:or job )?"(.*)"`, func(d *diagnosis, m []string) {
		d.explainDependency(m[1]+"s", m[2], m[3])
	}},
	{`(?s)^service "(.*)" is required by "(.*)" but is disabled`, func(d *diagnosis, m []string) {
		d.explainDependency("services", m[2], m[1])
	}},
	{`^service "(.*)" not found for network_mode`, func(d *diagnosis, m []string) {
		d.locateScalar("services.*.network_mode", func(v string) bool { return v == types.ServicePrefix+m[1] })
		d.hint = d.suggestService(m[1])
	}},
	{`(?s)^dependency cycle detected: (.*)$`, (*diagnosis).explainCycle},
	{`(?s)^cycle of builds detected: (.*)$`, func(d *diagnosis, m []string) {
		service, _, _ := strings.Cut(m[1], " -> ")
		d.locate("services", service, "build", "additional_contexts")
		d.hint = "take one of these contexts out"
	}},
	{`^service "(.*)" declares unknown service "(.*)" as additional contexts (.*)$`, func(d *diagnosis, m []string) {
		d.locate("services", m[1], "build", "additional_contexts", m[3])
		d.hint = d.suggestService(m[2])
	}},
	{"^service (.*) declares mutually exclusive `network_mode` and `networks`", func(d *diagnosis, m []string) {
		d.locate("services", m[1], "network_mode")
		d.hint = "keep one of the two"
	}},
	{`^service "(.*)" declares mutualy exclusive dockerfile`, func(d *diagnosis, m []string) {
		d.locate("services", m[1], "build", "dockerfile_inline")
		d.hint = "keep one of the two"
	}},
	{`^service.build.platforms MUST include service.platform "(.*)"`, func(d *diagnosis, m []string) {
		d.locateScalar("services.*.platform", func(v string) bool { return v == m[1] })
	}},
	{`^healthcheck.test must start either by`, func(d *diagnosis, _ []string) {
		d.locateScalar("services.*.healthcheck.test.0", func(v string) bool { return !slices.Contains([]string{"CMD", "CMD-SHELL", "NONE"}, v) })
		d.hint = `a command for the shell can be written as one text: test: "curl -f http://localhost"`
	}},
	{`^services\.(.*): can't set container_name and .* as container name must be unique`, func(d *diagnosis, m []string) {
		d.locate("services", m[1], "container_name")
		d.hint = "take container_name out, and the replicas are numbered"
	}},
	{"^secret \"(.*)\" must declare either", func(d *diagnosis, m []string) { d.locate("secrets", m[1]) }},
	{`(?s)^service ports (.*) is missing a target port$`, func(d *diagnosis, m []string) {
		d.locateText(m[1])
		d.text = strings.Join(d.path, ".") + ": a port of the container is missing, or 0"
		d.hint = portHint
	}},
	{`(?s)^service (volume|device) (.*) is missing a mount target$`, func(d *diagnosis, m []string) {
		d.locateText(m[2])
		d.text = strings.Join(d.path, ".") + ": there is no target, a path in the container"
		if m[1] == "volume" {
			d.hint = volumeHint
		}
	}},
	{`(?s)^environment path attribute (.*) is missing$`, func(d *diagnosis, m []string) {
		d.locateText(m[1])
		d.text = strings.Join(d.path, ".") + ": there is no path"
	}},
	{`^(env|label) file (.+) not found`, (*diagnosis).explainEnvFile},
	{`^(?:open|stat|read) (.+?): (.*)$`, func(d *diagnosis, m []string) { d.locateFileName(m[1]) }},
	{`^cannot extend service "(.*)" in (.*): service "(.*)" not found`, func(d *diagnosis, m []string) {
		d.locate("services", m[1], "extends")
		d.hint = d.suggestService(m[3], m[1])
	}},
	{`^cannot extend service "(.*)" in`, func(d *diagnosis, m []string) { d.locate("services", m[1], "extends") }},
	{`^extends\.(.*)\.service is required`, func(d *diagnosis, m []string) { d.locate("services", m[1], "extends") }},
	{`^include cycle detected:\n(.*)\n`, func(d *diagnosis, _ []string) { d.locate("include") }},
	{`^Circular reference:\n\s*(.*) in (.*)\n`, func(d *diagnosis, m []string) { d.locate("services", m[1], "extends") }},
	{`^invalid ssh key "(.*)"$`, func(d *diagnosis, m []string) {
		d.locateScalar("services.*.build.ssh.*", func(v string) bool { return v == m[1] })
		d.hint = "a key is written default or NAME=PATH"
	}},
	{`^'([^']*)' (?s:(.*))$`, func(d *diagnosis, m []string) {
		d.locateText(m[1])
		d.text = strings.Join(d.path, ".") + ": " + m[2]
		d.pointAtValue()
	}},
	{`^non-string key (?:in (.*)|at top level): (.*)$`, func(d *diagnosis, m []string) {
		d.locate(append(strings.Split(m[1], "."), m[2])...)
		d.hint = fmt.Sprintf("put the key in quotes: %q", m[2])
	}},
	{`^line (\d+): `, (*diagnosis).explainDuplicate},
	{`^the file cannot be understood: .*time\.Time`, (*diagnosis).explainDate},
	{`^the file cannot be understood: interface conversion: .* is nil`, (*diagnosis).explainNoSection},
	{`^(empty compose file|top-level object must be a mapping)$`, func(d *diagnosis, _ []string) {
		d.at = document.Position{File: d.file(""), Line: 1, Column: 1}
		d.hint = "a Compose file begins with services: and a service below it, with its image: or build:"
	}},
	{``, (*diagnosis).explainShortSyntax},
}

// explainUndefined is about a service's reference to a network, volume, ...
func (d *diagnosis) explainUndefined(m []string) {
	service, kind, name := m[1], m[2], m[3]
	within := []string{"services", service, kind + "s"}
	if kind == "build secret" {
		kind, within = "secret", []string{"services", service, "build", "secrets"}
	}
	d.locateEntry(within, name)
	var declared []string
	for _, t := range d.Documents {
		for _, root := range t.Docs {
			_, section := document.Child(root, kind+"s")
			declared = append(declared, document.Keys(section)...)
		}
	}
	if near := nearest(name, declared); len(near) > 0 {
		d.hint = "did you mean " + Quoted(near) + "?"
		return
	}
	d.hint = fmt.Sprintf("declare it at the top level: %ss: {%s: }", kind, name)
	switch kind {
	case "network":
		d.hint += fmt.Sprintf("; one that others made is {%s: {external: true}}", name)
	case "volume":
		d.hint += fmt.Sprintf("; a file or folder is written with ./: ./%s", name)
	}
}

// explainDependency is about depends_on of a service that is not there, or off.
func (d *diagnosis) explainDependency(section, service, dependency string) {
	for _, key := range []string{"depends_on", "links", "volumes_from"} {
		if d.locateEntry([]string{section, service, key}, dependency) {
			break
		}
	}
	for _, key := range []string{"network_mode", "ipc", "pid", "uts", "cgroup"} {
		if d.at.Line == 0 || len(d.path) < 3 {
			d.locateScalar("services."+service+"."+key, func(v string) bool { return v == types.ServicePrefix+dependency })
		}
	}
	if profiles := d.profiles(dependency); len(profiles) > 0 {
		d.hint = fmt.Sprintf("%q has the profile %s, which is off: turn it on with --profile %s, or make the dependency required: false",
			dependency, Quoted(profiles), profiles[0])
		return
	}
	d.hint = d.suggestService(dependency, service)
}

// explainCycle points at the first dependency of the cycle: "a -> b -> a".
func (d *diagnosis) explainCycle(m []string) {
	around := strings.Split(m[1], " -> ")
	if len(around) < 2 {
		return
	}
	d.explainDependency("services", around[0], around[1])
	d.hint = "take one of these dependencies out"
}

func (d *diagnosis) explainEnvFile(m []string) {
	d.text = strings.TrimSuffix(d.text, ": stat "+m[2]+": no such file or directory")
	d.locateFileName(m[2])
	if m[1] == "env" {
		d.hint = "create the file, or make it optional: env_file: [{path: FILE, required: false}]"
	}
}

// explainInterpolation finds the text whose variable is missing or whose
// template is wrong. Lists are [] in the path, so that the text decides.
func (d *diagnosis) explainInterpolation(m []string) {
	path := strings.Split(m[1], ".")
	wanted := func(string) bool { return true }
	if missing, ok := errors.AsType[*template.MissingRequiredError](d.err); ok {
		wanted = func(raw string) bool {
			return strings.Contains(raw, "${"+missing.Variable+":?") || strings.Contains(raw, "${"+missing.Variable+"?")
		}
		d.hint = fmt.Sprintf("set %s in the environment or in .env", missing.Variable)
	}
	if invalid, ok := errors.AsType[*template.InvalidTemplateError](d.err); ok {
		wanted = func(raw string) bool { return strings.Contains(raw, invalid.Template) }
		d.text = fmt.Sprintf("invalid interpolation format for %s: %q", m[1], invalid.Template)
		d.hint = "a $ that is meant as it stands is written $$"
	}
	if strings.Contains(d.text, "failed to cast to expected type") {
		d.hint = "this is neither a number nor true or false, as the key wants"
	}
	for _, t := range d.Documents {
		for _, spot := range t.Spots(path) {
			for _, scalar := range document.Scalars(document.Deref(spot.Node)) {
				if wanted(scalar.Value) {
					d.atVariable(t, scalar)
					d.path = spot.Path
					return
				}
			}
		}
	}
	d.locateText(m[1])
}

// explainShortSyntax is about ports and volumes written as one text, whose
// errors name neither the service nor the place: each is parsed again.
func (d *diagnosis) explainShortSyntax(_ []string) {
	same := func(err error) bool { return err != nil && strings.HasSuffix(d.text, strings.TrimSpace(err.Error())) }
	switch {
	case d.locateScalar("services.*.ports.*", func(v string) bool { _, err := types.ParsePortConfig(v); return same(err) }):
		d.hint = portHint
	case d.locateScalar("services.*.volumes.*", func(v string) bool { _, err := d.Volume(v); return same(err) }):
		d.hint = volumeHint
	default:
		d.locateText(d.text)
		return
	}
	d.text = strings.Join(d.path, ".") + ": " + d.text
}

// explainDate is about a plain 2001-01-01, which YAML takes for a date, where a
// text is wanted.
func (d *diagnosis) explainDate(_ []string) {
	for _, t := range d.Documents {
		for _, root := range t.Docs {
			for _, scalar := range document.Scalars(root) {
				if scalar.ShortTag() == "!!timestamp" {
					d.at = document.Position{File: t, Line: scalar.Line, Column: scalar.Column}
					d.text = fmt.Sprintf("%s is a date, and a text is wanted", scalar.Value)
					d.hint = fmt.Sprintf("put it in quotes: %q", scalar.Value)
					return
				}
			}
		}
	}
}

// explainNoSection is about a section that has nothing below it, in a file with
// includes: the loader trips over that (compose-go merges into it).
func (d *diagnosis) explainNoSection(_ []string) {
	for _, section := range []string{"services", "networks", "volumes", "secrets", "configs", "models"} {
		for _, t := range d.Documents {
			for _, root := range t.Docs {
				if k, v, depth := document.Find(root, []string{section}); depth == 1 && v.ShortTag() == "!!null" {
					d.set(t, k, []string{section})
					d.text = section + " must be a mapping"
					return
				}
			}
		}
	}
}

// profiles are those of a service.
func (d *diagnosis) profiles(service string) []string {
	for _, t := range slices.Backward(d.Documents) {
		for _, root := range t.Docs {
			_, n, depth := document.Find(root, []string{"services", service, "profiles"})
			if depth == 3 {
				var names []string
				for _, scalar := range document.Scalars(document.Deref(n)) {
					names = append(names, scalar.Value)
				}
				return names
			}
		}
	}
	return nil
}

// suggestService is the hint for a name that is no service; those that cannot
// be meant are not suggested.
func (d *diagnosis) suggestService(name string, not ...string) string {
	var names []string
	for _, t := range d.Documents {
		for _, root := range t.Docs {
			_, services := document.Child(root, "services")
			names = append(names, document.Keys(services)...)
		}
	}
	names = slices.DeleteFunc(names, func(n string) bool { return slices.Contains(not, n) })
	slices.Sort(names)
	return ServiceHint(name, slices.Compact(names))
}

// locateFileName points at the text that names a file.
func (d *diagnosis) locateFileName(name string) {
	match := func(v string) bool {
		return v == name || filepath.Base(v) == filepath.Base(name) && strings.HasSuffix(name, filepath.Clean("/"+filepath.Base(v)))
	}
	for _, pattern := range []string{
		"services.*.env_file", "services.*.env_file.*", "services.*.env_file.*.path",
		"services.*.label_file", "services.*.label_file.*", "services.*.extends.file",
		"include.*", "include.*.path", "include.*.path.*", "include.*.env_file", "include.*.env_file.*",
	} {
		if d.locateScalar(pattern, match) {
			return
		}
	}
}
