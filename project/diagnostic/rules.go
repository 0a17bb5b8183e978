package diagnostic

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project/document"
)

// Rule names what a mistake breaks. Programs read it: the names stay.
type Rule string

// The rules. docs/output-formats.md says what each is about.
const (
	SyntaxRule        Rule = "syntax"
	SchemaRule        Rule = "schema"
	UnknownKeyRule    Rule = "unknown-key"
	DuplicateKeyRule  Rule = "duplicate-key"
	KeyRule           Rule = "key"
	MissingKeyRule    Rule = "missing-key"
	ValueRule         Rule = "value"
	ShortFormRule     Rule = "short-form"
	VariableRule      Rule = "variable"
	UnsetVariableRule Rule = "unset-variable"
	EnvFileRule       Rule = "env-file"
	MissingFileRule   Rule = "missing-file"
	NoImageRule       Rule = "no-image"
	UndefinedRule     Rule = "undefined"
	CycleRule         Rule = "cycle"
	ContradictionRule Rule = "contradiction"
	ExtendsRule       Rule = "extends"
	LimitRule         Rule = "limit"
	OtherRule         Rule = "other"
)

// rules are tried in order; the first whose text matches explains the error.
// Their patterns are compose-go's messages, compiled only where there is an
// error: together they cost 2 ms, which every command would pay at its start.
var rules = []rule{
	{SyntaxRule, `json: unsupported value: `, (*diagnosis).explainInfinite},
	{SyntaxRule, `^failed to parse (.+?): (?s:(.*))$`, (*diagnosis).explainSyntax},
	{SyntaxRule, `^(yaml: )(?s:(.*))$`, (*diagnosis).explainSyntax},
	{SchemaRule, `^validating (.+?): (?s:(.*))$`, (*diagnosis).explainSchema},
	{EnvFileRule, `^failed to read (.+?): (?s:.*)$`, func(d *diagnosis, m []string) { d.explainDotEnv(m[1]) }},
	{ShortFormRule, `failed to cast to expected type: (invalid spec: .*)$`, func(d *diagnosis, m []string) {
		d.text = m[1]
		d.explainShortSyntax(nil)
	}},
	{VariableRule, `^(?:error while interpolating|invalid interpolation format for) ([^:\n]*[^:\n.])(?::|\.\n)`, (*diagnosis).explainInterpolation},
	{NoImageRule, `(?s)^service "(.*)" has neither an image nor a build context specified`, func(d *diagnosis, m []string) {
		d.explainNoImage(m[1])
	}},
	{UndefinedRule, `(?s)^service "(.*)" refers to undefined (build secret|network|volume|config|model|secret) ?(.*)$`, (*diagnosis).explainUndefined},
	{UndefinedRule, `(?s)^(service|job) "(.*)" depends on un(?:defined|known) service (?:or job )?"(.*)"`, func(d *diagnosis, m []string) {
		d.explainDependency(m[1]+"s", m[2], m[3])
	}},
	{UndefinedRule, `(?s)^service "(.*)" is required by "(.*)" but is disabled`, func(d *diagnosis, m []string) {
		d.explainDependency("services", m[2], m[1])
	}},
	{UndefinedRule, `^service "(.*)" not found for network_mode`, func(d *diagnosis, m []string) {
		d.locateScalar("services.*.network_mode", func(v string) bool { return v == types.ServicePrefix+m[1] })
		d.hint = d.suggestService(m[1])
	}},
	{CycleRule, `(?s)^dependency cycle detected: (.*)$`, (*diagnosis).explainCycle},
	{CycleRule, `(?s)^cycle of builds detected: (.*)$`, func(d *diagnosis, m []string) {
		service, _, _ := strings.Cut(m[1], " -> ")
		d.locate("services", service, "build", "additional_contexts")
		d.hint = "take one of these contexts out"
	}},
	{UndefinedRule, `^service "(.*)" declares unknown service "(.*)" as additional contexts (.*)$`, func(d *diagnosis, m []string) {
		d.locate("services", m[1], "build", "additional_contexts", m[3])
		d.hint = d.suggestService(m[2])
	}},
	{ContradictionRule, "^service (.*) declares mutually exclusive `network_mode` and `networks`", func(d *diagnosis, m []string) {
		d.locate("services", m[1], "network_mode")
		d.hint = "keep one of the two"
	}},
	{ContradictionRule, `^service "(.*)" declares mutualy exclusive dockerfile`, func(d *diagnosis, m []string) {
		d.locate("services", m[1], "build", "dockerfile_inline")
		d.hint = "keep one of the two"
	}},
	{ContradictionRule, `^service.build.platforms MUST include service.platform "(.*)"`, func(d *diagnosis, m []string) {
		d.locateScalar("services.*.platform", func(v string) bool { return v == m[1] })
	}},
	{ValueRule, `^healthcheck.test must start either by`, func(d *diagnosis, _ []string) {
		d.locateScalar("services.*.healthcheck.test.0", func(v string) bool { return !slices.Contains([]string{"CMD", "CMD-SHELL", "NONE"}, v) })
		d.hint = `a command for the shell can be written as one text: test: "curl -f http://localhost"`
	}},
	{ContradictionRule, `^services\.(.*): can't set container_name and .* as container name must be unique`, func(d *diagnosis, m []string) {
		d.locate("services", m[1], "container_name")
		d.hint = "take container_name out, and the replicas are numbered"
	}},
	{MissingKeyRule, "^secret \"(.*)\" must declare either", func(d *diagnosis, m []string) { d.locate("secrets", m[1]) }},
	{ShortFormRule, `(?s)^service ports (.*) is missing a target port$`, func(d *diagnosis, m []string) {
		d.locateText(m[1])
		d.text = strings.Join(d.path, ".") + ": a port of the container is missing, or 0"
		d.hint = portHint
	}},
	{ShortFormRule, `(?s)^service (volume|device) (.*) is missing a mount target$`, func(d *diagnosis, m []string) {
		d.locateText(m[2])
		d.text = strings.Join(d.path, ".") + ": there is no target, a path in the container"
		if m[1] == "volume" {
			d.hint = volumeHint
		}
	}},
	{MissingKeyRule, `(?s)^environment path attribute (.*) is missing$`, func(d *diagnosis, m []string) {
		d.locateText(m[1])
		d.explainNoPath()
	}},
	{MissingFileRule, `^(env|label) file (.+) not found`, (*diagnosis).explainEnvFile},
	{MissingFileRule, `^(?:open|stat|read) (.+?): (.*)$`, func(d *diagnosis, m []string) { d.locateFileName(m[1]) }},
	{UndefinedRule, `^cannot extend service "(.*)" in (.*): service "(.*)" not found`, func(d *diagnosis, m []string) {
		d.locate("services", m[1], "extends")
		d.hint = d.suggestService(m[3], m[1])
	}},
	{ExtendsRule, `^cannot extend service "(.*)" in`, func(d *diagnosis, m []string) { d.locate("services", m[1], "extends") }},
	{MissingKeyRule, `^extends\.(.*)\.service is required`, func(d *diagnosis, m []string) { d.locate("services", m[1], "extends") }},
	{CycleRule, `^include cycle detected:\n(.*)\n`, func(d *diagnosis, _ []string) { d.locate("include") }},
	{CycleRule, `^Circular reference:\n\s*(.*) in (.*)\n`, func(d *diagnosis, m []string) { d.locate("services", m[1], "extends") }},
	{ValueRule, `^invalid ssh key "(.*)"$`, func(d *diagnosis, m []string) {
		d.locateScalar("services.*.build.ssh.*", func(v string) bool { return v == m[1] })
		d.hint = "a key is written default or NAME=PATH"
	}},
	{ValueRule, `^'([^']*)' (?s:(.*))$`, func(d *diagnosis, m []string) {
		d.locateText(m[1])
		d.text = strings.Join(d.path, ".") + ": " + m[2]
		d.pointAtValue()
	}},
	{KeyRule, `^non-string key (?:in (.*)|at top level): (.*)$`, func(d *diagnosis, m []string) {
		d.locate(append(strings.Split(m[1], "."), m[2])...)
		d.hint = fmt.Sprintf("put the key in quotes: %q", m[2])
	}},
	{DuplicateKeyRule, `^line (\d+): `, (*diagnosis).explainDuplicate},
	{ValueRule, `^the file cannot be understood: .*time\.Time`, (*diagnosis).explainDate},
	{SyntaxRule, `^the file cannot be understood: interface conversion: .* is nil`, (*diagnosis).explainNoSection},
	{SyntaxRule, `^(empty compose file|top-level object must be a mapping)$`, func(d *diagnosis, _ []string) {
		d.at = document.Position{File: d.file(""), Line: 1, Column: 1}
		d.hint = "a Compose file begins with services: and a service below it, with its image: or build:"
	}},
	{ShortFormRule, ``, (*diagnosis).explainShortSyntax},
}
