package project

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project/diagnostic"
)

// scope says which mistakes concern a command.
type scope struct {
	services map[string]bool
	need     Need
	// offPasses: a dependency whose profile is off is no mistake. It is one where
	// all services come up that are on; where some are named it comes up with them.
	offPasses bool
}

// inconsistencies are the mistakes that only the whole project shows:
// references to what is not there, attributes that exclude each other, cycles.
// compose-go knows the same rules but stops at the first, whichever that is in
// a run, and takes exponential time to find out that there is no cycle; the
// words are its own, which rules know the places of. Ordered by service; of those
// that are out of scope nothing is said.
func inconsistencies(p *types.Project, s scope) []error {
	var found []error
	among := only(p.Services, s.services)
	for _, name := range slices.Sorted(maps.Keys(among)) {
		c := checks{p: p, name: name, s: among[name], offPasses: s.offPasses}
		c.image()
		c.build()
		if s.need == NeedImages {
			found = append(found, c.found...)
			continue
		}
		c.references()
		c.dependencies()
		c.healthcheck()
		c.found = append(c.found, diagnostic.CheckValues(c.s)...)
		c.replicas()
		c.resources()
		c.watch()
		c.mounts()
		found = append(found, c.found...)
	}
	if around := cycle(among, buildNeeds); around != nil {
		found = append(found, fmt.Errorf("cycle of builds detected: %s", strings.Join(around, " -> ")))
	}
	if s.need == NeedImages {
		return found
	}
	found = append(found, jobMistakes(p)...)
	used := (&Project{Project: &types.Project{Services: among}}).used().secrets
	for _, name := range slices.Sorted(maps.Keys(p.Secrets)) {
		if s := p.Secrets[name]; !bool(s.External) && s.File == "" && s.Environment == "" && (used[name] || len(among) == len(p.Services)) {
			found = append(found, fmt.Errorf("secret %q must declare either `file` or `environment`", name))
		}
	}
	if around := cycle(among, dependencies); around != nil {
		found = append(found, fmt.Errorf("dependency cycle detected: %s", strings.Join(around, " -> ")))
	}
	return found
}

// checks are those of one service.
type checks struct {
	p     *types.Project
	name  string
	s     types.ServiceConfig
	found []error
	// offPasses: that a profile is off is no mistake.
	offPasses bool
}

func (c *checks) add(format string, args ...any) {
	c.found = append(c.found, fmt.Errorf(format, args...))
}

func (c *checks) image() {
	if c.s.Build == nil && c.s.Image == "" && c.s.Provider == nil {
		c.add("service %q has neither an image nor a build context specified", c.name)
	}
}

func (c *checks) build() {
	b := c.s.Build
	if b == nil {
		return
	}
	if b.DockerfileInline != "" && b.Dockerfile != "" {
		c.add("service %q declares mutualy exclusive dockerfile and dockerfile_inline", c.name)
	}
	for _, key := range slices.Sorted(maps.Keys(b.AdditionalContexts)) {
		target, ok := strings.CutPrefix(b.AdditionalContexts[key], types.ServicePrefix)
		if !ok {
			continue
		}
		if t, known := c.p.AllServices()[target]; !known {
			c.add("service %q declares unknown service %q as additional contexts %s", c.name, target, key)
		} else if t.Build == nil {
			c.add("service %q declares non-buildable service %q as additional contexts %s", c.name, target, key)
		}
	}
	if len(b.Platforms) > 0 && c.s.Platform != "" && !slices.Contains(b.Platforms, c.s.Platform) {
		c.add("service.build.platforms MUST include service.platform %q", c.s.Platform)
	}
}

// references are those to what is declared at the top level.
func (c *checks) references() {
	if c.s.NetworkMode != "" && len(c.s.Networks) > 0 {
		c.add("service %s declares mutually exclusive `network_mode` and `networks`", c.name)
	}
	for _, key := range slices.Sorted(maps.Keys(c.s.Networks)) {
		if key != "default" { // is there without being declared; Options.NoNormalize leaves it out
			refers(c, "network", key, c.p.Networks)
		}
	}
	for _, v := range c.s.Volumes {
		if v.Type == types.VolumeTypeVolume && v.Source != "" {
			refers(c, "volume", v.Source, c.p.Volumes)
		}
	}
	if c.s.Build != nil {
		for _, ref := range c.s.Build.Secrets {
			refers(c, "build secret", ref.Source, c.p.Secrets)
		}
	}
	for _, ref := range c.s.Configs {
		refers(c, "config", ref.Source, c.p.Configs)
	}
	for _, key := range slices.Sorted(maps.Keys(c.s.Models)) {
		refers(c, "model", key, c.p.Models)
	}
	for _, ref := range c.s.Secrets {
		refers(c, "secret", ref.Source, c.p.Secrets)
	}
}

func refers[M ~map[string]V, V any](c *checks, kind, key string, declared M) {
	if _, ok := declared[key]; !ok {
		c.add("service %q refers to undefined %s %s", c.name, kind, key)
	}
}

func (c *checks) dependencies() {
	undefined := map[string]bool{}
	for _, on := range slices.Sorted(maps.Keys(c.s.DependsOn)) {
		if _, ok := c.p.Services[on]; ok {
			continue
		}
		_, off := c.p.DisabledServices[on]
		if off && (c.offPasses || !c.s.DependsOn[on].Required) {
			continue
		}
		undefined[on] = true
		if _, job := c.p.Jobs[on]; job && !off {
			c.add("service %q cannot depend on job %q: services can only depend on other services", c.name, on)
		} else {
			c.add("service %q depends on undefined service %q", c.name, on)
		}
	}
	host, ok := strings.CutPrefix(c.s.NetworkMode, types.ServicePrefix)
	_, known := c.p.Services[host]
	_, off := c.p.DisabledServices[host]
	if ok && !known && !undefined[host] && !(off && c.offPasses) {
		c.add("service %q not found for network_mode 'service:%s'", host, host)
	}
}

func (c *checks) healthcheck() {
	if h := c.s.HealthCheck; h != nil && len(h.Test) > 0 && !slices.Contains([]string{"CMD", "CMD-SHELL", "NONE"}, h.Test[0]) {
		c.found = append(c.found, errors.New(`healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"`))
	}
}

// replicas checks the two ways to say how many, and makes them one.
func (c *checks) replicas() {
	s := c.s
	if s.Scale != nil && s.Deploy != nil {
		if s.Deploy.Replicas != nil && *s.Scale != *s.Deploy.Replicas {
			c.add("services.%s: can't set distinct values on 'scale' and 'deploy.replicas'", c.name)
		}
		s.Deploy.Replicas = s.Scale
	}
	if s.Scale != nil && *s.Scale < 0 {
		c.add("services.%s.scale: must be greater than or equal to 0", c.name)
	} else if s.Deploy != nil && s.Deploy.Replicas != nil && *s.Deploy.Replicas < 0 {
		c.add("services.%s.deploy.replicas: must be greater than or equal to 0", c.name)
	}
	if s.GetScale() > 1 && s.ContainerName != "" {
		attribute := "scale"
		if s.Scale == nil {
			attribute = "deploy.replicas"
		}
		c.add("services.%s: can't set container_name and %s as container name must be unique", c.name, attribute)
	}
}

// resources checks what can be said twice, at the service and below deploy.
func (c *checks) resources() {
	s := c.s
	if s.Deploy == nil {
		return
	}
	distinct := func(attribute, below string, differs bool) {
		if differs {
			c.add("services.%s: can't set distinct values on '%s' and 'deploy.resources.%s'", c.name, attribute, below)
		}
	}
	if limits := s.Deploy.Resources.Limits; limits != nil {
		distinct("cpus", "limits.cpus", s.CPUS != 0 && limits.NanoCPUs.Value() != s.CPUS)
		distinct("mem_limit", "limits.memory", s.MemLimit != 0 && limits.MemoryBytes != s.MemLimit)
		distinct("pids_limit", "limits.pids", s.PidsLimit != 0 && limits.Pids != s.PidsLimit)
	}
	if reserved := s.Deploy.Resources.Reservations; reserved != nil {
		distinct("mem_reservation", "reservations.memory", s.MemReservation != 0 && reserved.MemoryBytes != s.MemReservation)
	}
}

func (c *checks) watch() {
	if c.s.Develop == nil {
		return
	}
	for _, w := range c.s.Develop.Watch {
		if w.Target == "" && w.Action != types.WatchActionRebuild && w.Action != types.WatchActionRestart {
			c.add("services.%s.develop.watch: target is required for non-rebuild actions", c.name)
		}
	}
}

// mounts refuses two mounts at the same place.
func (c *checks) mounts() {
	at := map[string]string{}
	mount := func(where, target string) {
		if other, ok := at[target]; ok {
			c.add("%s: target %s already mounted as %s", where, target, other)
		}
		at[target] = where
	}
	for i, t := range c.s.Tmpfs {
		target, _, _ := strings.Cut(t, ":")
		mount(fmt.Sprintf("services.%s.tmpfs[%d]", c.name, i), target)
	}
	for i, v := range c.s.Volumes {
		mount(fmt.Sprintf("services.%s.volumes[%d]", c.name, i), v.Target)
	}
}

// jobMistakes are those of the top-level jobs.
func jobMistakes(p *types.Project) []error {
	var found []error
	jobs := p.AllJobs()
	for _, name := range slices.Sorted(maps.Keys(jobs)) {
		if _, ok := p.AllServices()[name]; ok {
			found = append(found, fmt.Errorf("%q is declared both as a service and a job: service and job names must be unique", name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Jobs)) {
		job := p.Jobs[name]
		for _, on := range slices.Sorted(maps.Keys(job.DependsOn)) {
			_, isJob := p.Jobs[on]
			_, isService := p.Services[on]
			_, off := p.DisabledServices[on]
			if !isJob && !isService && !(off && !job.DependsOn[on].Required) {
				found = append(found, fmt.Errorf("job %q depends on undefined service or job %q", name, on))
			}
		}
	}
	return found
}
