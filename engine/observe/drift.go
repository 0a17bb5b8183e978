package observe

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// findDrift fills in Drift of those containers whose stored hash is not their
// service's: they alone are inspected. The others cost nothing but a hash.
func findDrift(ctx context.Context, c api.Reader, o Options, containers []planner.Container) error {
	of := Binding(o.Engine)
	o.Bind.Engine, o.Bind.Release, o.Bind.APIVersion, o.Bind.OS = of.Engine, of.Release, of.APIVersion, of.OS
	o.Bind.ContainerID = firstContainer(containers)
	hashes := map[string]string{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelReads)
	for i := range containers {
		found := &containers[i]
		if _, ok := o.Project.Services[found.Service]; !ok || found.OneOff {
			continue
		}
		key := found.Service + found.Labels[project.LabelProvided]
		want, known := hashes[key]
		if !known {
			p := o.Project.WithProvided(found.Service, project.ReadProvided(found.Labels[project.LabelProvided]))
			var err error
			if want, err = p.Hash(found.Service, o.Bind.ContainerID); err != nil {
				return err // no inspect runs that reads the same project's parts
			}
			hashes[key] = want
		}
		if found.Hash == want {
			continue
		}
		g.Go(func() (err error) {
			found.Drift, err = driftOf(ctx, c, o, found)
			return err
		})
	}
	return g.Wait()
}

// firstContainer looks up the container that stands for a service whose
// namespaces or volumes another one shares: the first that is no one-off.
func firstContainer(containers []planner.Container) func(service string) string {
	ids := map[string]string{}
	for _, c := range containers {
		if _, known := ids[c.Service]; !known && !c.OneOff {
			ids[c.Service] = c.ID
		}
	}
	return func(service string) string { return ids[service] }
}

// driftOf inspects one container and compares it with what its service would
// be created as. nil: there is nothing to compare, as the service cannot be
// created or the container has just gone.
func driftOf(ctx context.Context, c api.Reader, o Options, found *planner.Container) (*planner.Drift, error) {
	o.Bind.Provided = project.ReadProvided(found.Labels[project.LabelProvided])
	want, err := spec.Container(o.Project, found.Service, found.Number, o.Bind)
	if err != nil {
		return nil, nil // the create will say it, with all its circumstances
	}
	have, err := inspectContainer(ctx, c, found)
	if have == nil {
		return nil, err
	}
	base, err := InspectImage(ctx, c, have.Image)
	if err != nil && !errdefs.IsNotFound(err) {
		return nil, fmt.Errorf("inspecting the image of container %s: %w", found.Name, err)
	}
	d := &planner.Drift{SameTool: found.Labels[project.LabelToolVersion] == project.ToolVersion}
	if !d.SameTool {
		forgetAccess(want.Host, have.HostConfig)
	}
	d.Changes = compare(want, have, &base, o)
	found.Devices = devicesOf(have.HostConfig)
	return d, nil
}

// inspectContainer inspects one; nil: it has just gone, or err says what is wrong.
func inspectContainer(ctx context.Context, c api.Reader, found *planner.Container) (*container.InspectResponse, error) {
	have, err := c.ContainerInspect(ctx, found.ID)
	switch {
	case errdefs.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("inspecting container %s: %w", found.Name, err)
	case have.ContainerJSONBase == nil || have.Config == nil || have.HostConfig == nil:
		return nil, fmt.Errorf("inspecting container %s: the engine's answer is incomplete", found.Name)
	}
	return &have, nil
}

// devicesOf are the devices of the host that a container has, not nil: the paths
// of those mapped, and the units that it was given by id.
func devicesOf(h *container.HostConfig) []string {
	all := []string{}
	for _, m := range h.Devices {
		all = append(all, m.PathOnHost)
	}
	for _, r := range h.DeviceRequests {
		for _, id := range r.DeviceIDs {
			all = append(all, r.Driver+":"+id)
		}
	}
	return all
}

// forgetAccess takes the access modes off volumes_from: Docker Compose 2 loses
// them (service:ro becomes the bare id), and that is nobody's change.
func forgetAccess(hosts ...*container.HostConfig) {
	for _, h := range hosts {
		h.VolumesFrom = slices.Clone(h.VolumesFrom)
		for i, from := range h.VolumesFrom {
			h.VolumesFrom[i], _, _ = strings.Cut(from, ":")
		}
	}
}

// compare lists the fields in which a container differs from what would be
// created. Both sides are brought into one form: the request as the engine
// would complete it from the image, the container without what the engine and
// the labels of either tool add.
func compare(want *spec.Request, have *container.InspectResponse, base *image.InspectResponse, o Options) []plan.FieldChange {
	desired := configuration{
		config: inherit(want.Config, base), host: want.Host, endpoints: want.Endpoints(),
	}
	actual := configuration{config: have.Config, host: have.HostConfig, id: have.ID}
	if have.NetworkSettings != nil {
		actual.endpoints = maps.Clone(have.NetworkSettings.Networks)
	}
	actual.dropForeignNetworks(desired.endpoints, o.Project)
	if o.Engine.Name == "podman" {
		actual.asDocker(want)
	}
	wanted, got := desired.fields(), actual.fields()
	got.dropDefaults(wanted, actual, o.Engine)
	if p := want.Platform; p != nil && base.Architecture != "" {
		wanted.set("platform", p.OS+"/"+p.Architecture)
		got.set("platform", base.Os+"/"+base.Architecture)
	}
	return wanted.changesFrom(got, o.Project.Private)
}

// configuration is a container's configuration, as asked for or as it is.
type configuration struct {
	config    *container.Config
	host      *container.HostConfig
	endpoints map[string]*network.EndpointSettings
	id        string // of the actual one
}

// dropForeignNetworks forgets networks that somebody connected the container
// to by hand: those of neither the file nor the project's naming.
func (c *configuration) dropForeignNetworks(desired map[string]*network.EndpointSettings, p *project.Project) {
	ours := map[string]bool{}
	for _, n := range p.Networks {
		ours[n.Name] = true
	}
	for name := range c.endpoints {
		if desired[name] == nil && !ours[name] && !strings.HasPrefix(name, p.Name+"_") {
			delete(c.endpoints, name)
		}
	}
}

// fieldSet is a configuration by the names that the file has for its parts;
// what is empty or off is not in it.
type fieldSet map[string]field

// field is one value: exact to compare, shown to people ("": a secret, or
// nothing that a short text could say).
type field struct {
	exact, shown string
	words        []string // of a command, which shown joins
	name         string   // of a variable or label
}

// shownLength is how much of a value people see.
const shownLength = 60

// changesFrom lists what is not as it was, by field. private tells which words of a
// command are not shown.
func (f fieldSet) changesFrom(old fieldSet, private func(command []string) []bool) []plan.FieldChange {
	names := maps.Clone(f)
	maps.Copy(names, old)
	var changes []plan.FieldChange
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, is := old[name], f[name]
		_, had := old[name]
		_, has := f[name]
		if had == has && was.exact == is.exact {
			continue
		}
		if was.words != nil || is.words != nil {
			was.shown, is.shown = showCommands(was.words, is.words, private)
		}
		if was.hidden(private) || is.hidden(private) {
			was.shown, is.shown = "", ""
		}
		changes = append(changes, plan.FieldChange{Field: name, Old: shorten(was.shown), New: shorten(is.shown)})
	}
	return changes
}

// hidden tells of a variable or label that its value is not shown.
func (f field) hidden(private func(words []string) []bool) bool {
	return f.name != "" && slices.Contains(private([]string{f.name + "=" + f.exact, f.exact}), true)
}

// showCommands are an old and a new command without their private words. Where the new
// one has any, what only the old one has is hidden as well: a variable had another
// value then.
func showCommands(was, is []string, private func(command []string) []bool) (old, now string) {
	hideWas, hideIs := private(was), private(is)
	if slices.Contains(hideIs, true) {
		for i, word := range was {
			hideWas[i] = hideWas[i] || !slices.Contains(is, word)
		}
	}
	return joinShown(was, hideWas), joinShown(is, hideIs)
}

func joinShown(words []string, hide []bool) string {
	shown := slices.Clone(words)
	for i := range shown {
		if hide[i] {
			shown[i] = "…"
		}
	}
	return strings.Join(shown, " ")
}

func shorten(text string) string {
	text = longID.ReplaceAllStringFunc(text, spec.ShortID)
	runes := []rune(text)
	if len(runes) <= shownLength {
		return text
	}
	return string(runes[:shownLength-1]) + "…"
}

// longID is an id of the engine in full.
var longID = regexp.MustCompile(`\b[0-9a-f]{64}\b`)

// engineDefaults are the values that engines fill in for fields left open.
var engineDefaults = map[string][]string{
	"shm_size": {"67108864", "65536000"}, // Docker's, Podman's
	"ipc":      {"private", "shareable"}, "cgroup": {"host", "private"},
	"runtime": {"runc", "crun", "oci"}, "isolation": {"default"},
	"stop_signal": {"SIGTERM", "15"}, "stop_grace_period": {"10"},
	"pids_limit": {"2048"},
}

// proxyVariables are those that both tools take from docker's configuration,
// which may differ from what it was without the file having changed.
var proxyVariables = []string{"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"}

// dropDefaults forgets what the engine chose where the file leaves it open: it
// says nothing of a change. It may hide one, from a value to the same default.
func (f fieldSet) dropDefaults(wanted fieldSet, actual configuration, e planner.Engine) {
	open := func(name string) bool {
		_, given := wanted[name]
		return !given
	}
	for name, values := range engineDefaults {
		if open(name) && slices.Contains(values, f[name].shown) {
			delete(f, name)
		}
	}
	if f["hostname"].shown == spec.ShortID(actual.id) || open("hostname") && !actual.host.NetworkMode.IsPrivate() {
		delete(f, "hostname")
	}
	if open("logging.driver") {
		maps.DeleteFunc(f, func(name string, _ field) bool { return strings.HasPrefix(name, "logging.") })
	}
	maps.DeleteFunc(f, func(name string, _ field) bool {
		// The daemon's own options are in it, and addresses it handed out.
		return open(name) && (strings.HasPrefix(name, "logging.options.") || strings.HasSuffix(name, ".mac_address"))
	})
	for _, variable := range proxyVariables {
		for _, name := range []string{"environment." + variable, "environment." + strings.ToLower(variable)} {
			if open(name) {
				delete(f, name)
			}
		}
	}
	if e.Name == "podman" {
		f.likeWanted(wanted)
	}
}

// inherit completes a requested configuration from the image, as the engine
// does at create.
func inherit(want *container.Config, base *image.InspectResponse) *container.Config {
	c := *want
	if base.Config == nil {
		return &c
	}
	from := base.Config
	c.User = cmp.Or(c.User, from.User)
	c.WorkingDir = cmp.Or(c.WorkingDir, from.WorkingDir)
	c.StopSignal = cmp.Or(c.StopSignal, from.StopSignal)
	c.Env = inheritEnv(c.Env, from.Env)
	c.Labels = maps.Clone(from.Labels)
	if c.Labels == nil {
		c.Labels = map[string]string{}
	}
	maps.Copy(c.Labels, want.Labels)
	if len(c.Entrypoint) == 0 {
		if len(c.Cmd) == 0 {
			c.Cmd = from.Cmd
		}
		if c.Entrypoint == nil {
			c.Entrypoint = from.Entrypoint
		}
	}
	c.ExposedPorts = inheritPorts(c.ExposedPorts, from.ExposedPorts)
	c.Volumes = maps.Clone(c.Volumes)
	for target := range from.Volumes {
		if c.Volumes == nil {
			c.Volumes = map[string]struct{}{}
		}
		c.Volumes[target] = struct{}{}
	}
	c.Healthcheck = inheritHealth(c.Healthcheck, from.Healthcheck)
	return &c
}
