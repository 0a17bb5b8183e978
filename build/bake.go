package build

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/compose-orchestrator/compose/project"
)

// bakeFile is what docker buildx bake reads, as far as Compose's build section
// goes. https://docs.docker.com/build/bake/reference/
type bakeFile struct {
	Group  map[string]bakeGroup  `json:"group"`
	Target map[string]bakeTarget `json:"target"`
}

type bakeGroup struct {
	Targets []string `json:"targets"`
}

type bakeTarget struct {
	Context          string            `json:"context,omitempty"`
	Contexts         map[string]string `json:"contexts,omitempty"`
	Dockerfile       string            `json:"dockerfile,omitempty"`
	DockerfileInline string            `json:"dockerfile-inline,omitempty"`
	Args             map[string]string `json:"args,omitempty"`
	Labels           map[string]string `json:"labels,omitempty"`
	Tags             []string          `json:"tags,omitempty"`
	CacheFrom        []string          `json:"cache-from,omitempty"`
	CacheTo          []string          `json:"cache-to,omitempty"`
	Target           string            `json:"target,omitempty"`
	Secrets          []string          `json:"secret,omitempty"`
	SSH              []string          `json:"ssh,omitempty"`
	Platforms        []string          `json:"platforms,omitempty"`
	Pull             bool              `json:"pull,omitempty"`
	NoCache          bool              `json:"no-cache,omitempty"`
	NoCacheFilter    []string          `json:"no-cache-filter,omitempty"`
	Network          string            `json:"network,omitempty"`
	ShmSize          string            `json:"shm-size,omitempty"`
	Ulimits          []string          `json:"ulimits,omitempty"`
	Entitlements     []string          `json:"entitlements,omitempty"`
	ExtraHosts       map[string]string `json:"extra-hosts,omitempty"`
	Call             string            `json:"call,omitempty"`
	Output           []string          `json:"output,omitempty"`
	Attest           []string          `json:"attest,omitempty"`
}

// BakeOptions say what Bake's targets are for.
type BakeOptions struct {
	Options
	Push  bool // the results go to their registries
	Check bool // the Dockerfiles are checked, nothing is built
}

// Bake returns the builds of the services, and of those whose images they use,
// as a bake file in JSON: docker buildx bake -f - does the same with it. An *Error is
// about a service whose build section cannot be read; a *hint.Error is about builds that
// wait for each other.
func Bake(p *project.Project, services []string, o BakeOptions) ([]byte, error) {
	if o.LookupEnv == nil {
		o.LookupEnv = os.LookupEnv
	}
	f := bakeFile{Group: map[string]bakeGroup{}, Target: map[string]bakeTarget{}}
	p, err := p.WithUses(Uses(p, services, o.Options))
	if err != nil {
		return nil, err
	}
	order := withNeeds(p, services)
	group := bakeGroup{Targets: make([]string, len(order))}
	for i, service := range order {
		j, err := resolve(p, service, o.Options)
		if err != nil {
			return nil, failed(service, err)
		}
		group.Targets[i] = bakeName(service)
		f.Target[bakeName(service)] = j.bake(o, p)
	}
	f.Group["default"] = group
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(f); err != nil {
		return nil, fmt.Errorf("writing the bake file: %w", err)
	}
	return text.Bytes(), nil
}

// withNeeds puts the services whose images others use before those.
func withNeeds(p *project.Project, services []string) []string {
	var order []string
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		for _, needed := range p.BuiltFirst(name) {
			visit(needed)
		}
		order = append(order, name)
	}
	for _, name := range services {
		visit(name)
	}
	return order
}

// bakeName makes a target's name of a service's: bake gives dots a meaning.
func bakeName(service string) string { return strings.ReplaceAll(service, ".", "_") }

func (j job) bake(o BakeOptions, p *project.Project) bakeTarget {
	t := bakeTarget{
		Context: j.context.dir + j.context.url, Contexts: map[string]string{},
		Args: j.args, Labels: j.labels, Tags: j.names, Target: j.target,
		CacheFrom: j.cacheFrom, CacheTo: j.cacheTo, Platforms: j.platforms,
		Pull: j.pull, NoCache: j.noCache, NoCacheFilter: j.noCacheStages,
		Network: j.network, Entitlements: allowed(j), ExtraHosts: map[string]string{},
	}
	switch {
	case j.file.shown == inlineDockerfile:
		t.DockerfileInline = string(j.file.data)
	case j.file.dir != "":
		t.Dockerfile = filepath.Join(j.file.dir, j.file.name)
	case j.file.data != nil:
		t.Dockerfile = absolute(j.file.shown, p.WorkingDir)
	default:
		t.Dockerfile = j.file.name
	}
	for _, c := range j.named {
		switch {
		case c.service != "":
			t.Contexts[c.name] = "target:" + bakeName(c.service)
		case c.layout != nil:
			t.Contexts[c.name] = c.layout.String()
		default:
			t.Contexts[c.name] = c.dir + c.spec
		}
	}
	for _, u := range j.uses { // bake goes by these for the order
		t.Contexts[contextName(u.Image)] = "target:" + bakeName(u.Service)
	}
	for _, h := range j.hosts {
		name, address, _ := strings.Cut(h, "=")
		t.ExtraHosts[name] = address
	}
	if j.shmSize > 0 {
		t.ShmSize = strconv.FormatInt(j.shmSize, 10)
	}
	for _, u := range j.ulimits {
		t.Ulimits = append(t.Ulimits, fmt.Sprintf("%s=%d:%d", u.name, u.soft, u.hard))
	}
	for _, s := range j.secrets {
		t.Secrets = append(t.Secrets, s.bake())
	}
	for _, a := range j.ssh {
		t.SSH = append(t.SSH, a.id+"="+a.path)
	}
	t.Attest = j.attests()
	t.Call, t.Output = j.outcome(o, p)
	return t
}

// attests are the attestations as flags of buildx.
func (j job) attests() []string {
	var list []string
	for _, a := range [][2]string{{"provenance", j.provenance}, {"sbom", j.sbom}} {
		name, value := a[0], a[1]
		on, err := strconv.ParseBool(value)
		switch {
		case value == "":
		case err != nil:
			list = append(list, "type="+name+","+value)
		case on:
			list = append(list, "type="+name)
		default:
			list = append(list, "type="+name+",disabled=true")
		}
	}
	return list
}

// outcome is where a target's result goes. Only an image that the file names has
// a place in a registry.
func (j job) outcome(o BakeOptions, p *project.Project) (call string, output []string) {
	push := o.Push && p.Definition(j.service).Image != ""
	switch {
	case o.Check:
		return "lint", nil
	case len(j.platforms) > 1:
		return "", []string{fmt.Sprintf("type=image,push=%t", push)}
	case push:
		return "", []string{"type=registry"}
	}
	return "", []string{"type=docker"}
}
