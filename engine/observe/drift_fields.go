package observe

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/go-connections/nat"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"

	"github.com/compose-orchestrator/compose/project"
)

// set puts a value in, unless it is empty or off. Lists are shown with blanks
// between, other values as they are.
func (f fieldSet) set(name string, value any) {
	b, err := json.Marshal(value)
	if err != nil {
		return // only texts, numbers and plain structs come here
	}
	switch exact := string(b); exact {
	case "", "null", `""`, "0", "false", "[]", "{}":
	default:
		f[name] = field{exact: exact, shown: show(value, exact)}
	}
}

// command puts the words of a command in, in which people write passwords.
func (f fieldSet) command(name string, words []string) {
	f.set(name, words)
	if set, ok := f[name]; ok {
		set.words = words
		f[name] = set
	}
}

func show(value any, exact string) string {
	switch v := value.(type) {
	case []string:
		return strings.Join(v, " ")
	case string:
		return v
	}
	return exact
}

// secret puts a text in whose value nobody is to see; an empty one counts.
func (f fieldSet) secret(name, value string) { f[name] = field{exact: value} }

// named puts in a variable or label; an empty value counts. Whether people see it is
// decided by both its name and its value.
func (f fieldSet) named(in, name, value string) {
	f[in+"."+name] = field{exact: value, shown: cmp.Or(value, `""`), name: name}
}

// fields is the configuration in the form that is compared.
func (c *configuration) fields() fieldSet {
	f := fieldSet{}
	f.process(c.config)
	f.health(c.config.Healthcheck)
	f.host(c.host)
	f.resources(&c.host.Resources)
	f.ports(c.config, c.host)
	f.networks(c)
	f.mounts(c.config, c.host)
	return f
}

// process is what runs, and how.
func (f fieldSet) process(c *container.Config) {
	f.set("image", familiarImage(c.Image))
	f.command("command", c.Cmd)
	f.command("entrypoint", c.Entrypoint)
	f.set("user", c.User)
	f.set("working_dir", strings.TrimSuffix(c.WorkingDir, "/"))
	f.set("hostname", c.Hostname)
	f.set("domainname", c.Domainname)
	f.set("tty", c.Tty)
	f.set("stdin_open", c.OpenStdin)
	f.set("stop_signal", c.StopSignal)
	if c.StopTimeout != nil {
		f.set("stop_grace_period", strconv.Itoa(*c.StopTimeout))
	}
	for _, variable := range c.Env {
		if name, value, set := strings.Cut(variable, "="); set {
			f.named("environment", name, value)
		}
	}
	for name, value := range c.Labels {
		if !strings.HasPrefix(name, project.LabelPrefix) && !strings.HasPrefix(name, project.OwnLabelPrefix) {
			f.named("labels", name, value)
		}
	}
}

// familiarImage is a reference in its short form with its tag, so that "nginx"
// and "docker.io/library/nginx:latest" are one.
func familiarImage(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return reference.FamiliarString(reference.TagNameOnly(named))
}

// health is the check; one that is turned off is like none, if the image has
// none either.
func (f fieldSet) health(h *container.HealthConfig) {
	if h == nil {
		return
	}
	f.command("healthcheck.test", h.Test)
	f.duration("healthcheck.interval", h.Interval)
	f.duration("healthcheck.timeout", h.Timeout)
	f.duration("healthcheck.start_period", h.StartPeriod)
	f.duration("healthcheck.start_interval", h.StartInterval)
	f.set("healthcheck.retries", h.Retries)
}

func (f fieldSet) duration(name string, d time.Duration) {
	if d != 0 {
		f.set(name, d.String())
	}
}

// inheritEnv adds the image's variables that the request does not name. A name
// without a value takes the image's away.
func inheritEnv(want, image []string) []string {
	env := slices.Clone(want)
	for _, variable := range image {
		name, _, _ := strings.Cut(variable, "=")
		named := slices.ContainsFunc(want, func(w string) bool { return w == name || strings.HasPrefix(w, name+"=") })
		if !named {
			env = append(env, variable)
		}
	}
	return env
}

func inheritPorts(want nat.PortSet, image map[string]struct{}) nat.PortSet {
	ports := nat.PortSet{}
	for port := range want {
		ports[port] = struct{}{}
	}
	for port := range image {
		ports[nat.Port(port)] = struct{}{}
	}
	return ports
}

// inheritHealth fills a check's open parts in from the image's.
func inheritHealth(want *container.HealthConfig, image *dockerspec.HealthcheckConfig) *container.HealthConfig {
	if image == nil || want == nil {
		return cmp.Or(want, image)
	}
	h := *want
	if len(h.Test) == 0 {
		h.Test = image.Test
	}
	h.Interval = cmp.Or(h.Interval, image.Interval)
	h.Timeout = cmp.Or(h.Timeout, image.Timeout)
	h.StartPeriod = cmp.Or(h.StartPeriod, image.StartPeriod)
	h.StartInterval = cmp.Or(h.StartInterval, image.StartInterval)
	h.Retries = cmp.Or(h.Retries, image.Retries)
	return &h
}
