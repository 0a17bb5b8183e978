package observe

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Between lists the fields in which two forms of a service differ, with the names that
// Drift has for them, and what no container shows: scale, depends_on, build. Contents of
// secrets and configs are not compared. The error is about a service that cannot be
// created.
func Between(was, is *project.Project, service string, e planner.Engine) ([]plan.FieldChange, error) {
	old, err := asked(was, service, e)
	if err != nil {
		return nil, err
	}
	now, err := asked(is, service, e)
	if err != nil {
		return nil, err
	}
	return now.changesFrom(old, func(words []string) []bool {
		private := was.Private(words)
		for i, p := range is.Private(words) {
			private[i] = private[i] || p
		}
		return private
	}), nil
}

// asked is what a service asks for, by field.
func asked(p *project.Project, service string, e planner.Engine) (fieldSet, error) {
	s, ok := p.Services[service]
	if !ok {
		return nil, fmt.Errorf("no such service: %s", service)
	}
	f := fieldSet{}
	f.aside(s)
	if s.Provider != nil {
		f.set("provider", s.Provider.Type)
		return f, nil
	}
	b := Binding(e)
	b.ContainerID = func(parent string) string { return parent }
	want, err := spec.Container(withoutFiles(p, service), service, 1, b)
	if err != nil {
		return nil, err
	}
	c := configuration{config: want.Config, host: want.Host, endpoints: want.Endpoints()}
	maps.Copy(f, c.fields())
	if want.Platform != nil {
		f.set("platform", want.Platform.OS+"/"+want.Platform.Architecture)
	}
	return f, nil
}

// withoutFiles is the project with a service that has no secrets and configs: a secret
// whose variable is not set would have nothing to compare.
func withoutFiles(p *project.Project, service string) *project.Project {
	s := p.Services[service]
	s.Secrets, s.Configs = nil, nil
	c, model := *p, *p.Project
	model.Services = maps.Clone(p.Services)
	model.Services[service] = s
	c.Project = &model
	return &c
}

// aside is what a service has beyond its container.
func (f fieldSet) aside(s types.ServiceConfig) {
	scale := strconv.Itoa(s.GetScale())
	f["scale"] = field{exact: scale, shown: scale} // 0 counts
	f.set("profiles", s.Profiles)
	f.set("pull_policy", s.PullPolicy)
	for on, how := range s.DependsOn {
		f.set("depends_on."+on, how.Condition)
	}
	for _, ref := range s.Secrets {
		f.set("secrets."+ref.Source, spec.FileReference(ref))
	}
	for _, ref := range s.Configs {
		f.set("configs."+ref.Source, spec.FileReference(ref))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Models)) {
		f.set("models."+name, name)
	}
	if b := s.Build; b != nil {
		f.set("build.context", b.Context)
		f.set("build.dockerfile", b.Dockerfile)
		f.set("build.target", b.Target)
		for name, value := range b.Args {
			if value != nil {
				f.named("build.args", name, *value)
			}
		}
	}
}

// Redefined lists the attributes in which two definitions of a network or volume differ,
// as the file names them.
func Redefined(was, is any) []plan.FieldChange {
	return attributes(is).changesFrom(attributes(was), func(words []string) []bool { return make([]bool, len(words)) })
}

// attributes are those of a definition that has JSON.
func attributes(definition any) fieldSet {
	f := fieldSet{}
	text, err := json.Marshal(definition)
	var all map[string]json.RawMessage
	if err != nil || json.Unmarshal(text, &all) != nil {
		return f
	}
	for name, value := range all {
		if name != "name" && string(value) != "{}" {
			f[name] = field{exact: string(value), shown: strings.Trim(string(value), `"`)}
		}
	}
	return f
}
