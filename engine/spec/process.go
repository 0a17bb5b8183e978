package spec

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/strslice"

	"github.com/compose-orchestrator/compose/hint"
)

// process sets what runs in the container and how it is started and stopped.
func (sp *spec) process() error {
	s, c, h := sp.s, sp.req.Config, sp.req.Host
	c.Hostname = s.Hostname
	c.Domainname = s.DomainName
	c.User = s.User
	c.WorkingDir = s.WorkingDir
	c.Tty = s.Tty
	c.OpenStdin = s.StdinOpen
	c.AttachStdout, c.AttachStderr = true, true
	// nil keeps the image's, an empty list clears it.
	c.Cmd = strslice.StrSlice(s.Command)
	c.Entrypoint = strslice.StrSlice(s.Entrypoint)
	c.Env = environment(sp.b.ProxyEnv, s.Environment)
	c.StopSignal = s.StopSignal
	if s.StopGracePeriod != nil {
		// The engine counts whole seconds; Docker Compose cuts the rest off.
		seconds := int(time.Duration(*s.StopGracePeriod).Seconds())
		c.StopTimeout = &seconds
	}
	if sp.b.Engine == "podman" && c.StopTimeout == nil {
		seconds := podmanGrace
		c.StopTimeout = &seconds
	}
	h.Init = s.Init
	h.Runtime = s.Runtime
	h.Isolation = container.Isolation(s.Isolation)
	if s.Logging != nil {
		h.LogConfig = container.LogConfig{Type: s.Logging.Driver, Config: s.Logging.Options}
	}
	if len(s.Annotations) > 0 {
		if sp.since("1.43") {
			h.Annotations = s.Annotations
		} else {
			sp.tooOld("annotations", "1.43")
		}
	}
	policy, err := restartPolicy(s)
	h.RestartPolicy = policy
	return err
}

// podmanGrace is Docker's default of stop_grace_period, in seconds. Podman kills at once
// a container that was made through its API without one.
const podmanGrace = 10

// environment lists variables sorted by name. One without a value is listed by
// its bare name: the engine takes it out of what the image sets.
func environment(proxy map[string]string, own types.MappingWithEquals) []string {
	var env []string
	for name, value := range proxy {
		if _, set := own[name]; !set {
			env = append(env, name+"="+value)
		}
	}
	for name, value := range own {
		if value == nil {
			env = append(env, name)
		} else {
			env = append(env, name+"="+*value)
		}
	}
	slices.Sort(env)
	return env
}

// restartPolicy is that of restart, or of deploy.restart_policy, which goes
// before it as a whole.
func restartPolicy(s types.ServiceConfig) (container.RestartPolicy, error) {
	if s.Deploy != nil && s.Deploy.RestartPolicy != nil {
		return deployRestartPolicy(s.Deploy.RestartPolicy), nil
	}
	name, count, limited := strings.Cut(s.Restart, ":")
	policy := container.RestartPolicy{Name: container.RestartPolicyMode(name)}
	if !limited {
		return policy, nil
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		return policy, hint.New(fmt.Sprintf("restart: %q: %q is not a number of attempts", s.Restart, count),
			"write it like on-failure:3")
	}
	policy.MaximumRetryCount = n
	return policy, nil
}

// deployRestartPolicy translates Swarm's conditions. No condition means no
// restart, as in Docker Compose, although the specification says "any".
func deployRestartPolicy(r *types.RestartPolicy) container.RestartPolicy {
	policy := container.RestartPolicy{Name: container.RestartPolicyMode(r.Condition)}
	switch r.Condition {
	case "any":
		policy.Name = container.RestartPolicyAlways
	case "none":
		policy.Name = container.RestartPolicyDisabled
	}
	// The engine refuses a count with any other policy; Unapplied says so.
	if r.MaxAttempts != nil && policy.Name == container.RestartPolicyOnFailure {
		policy.MaximumRetryCount = int(*r.MaxAttempts)
	}
	return policy
}

// health sets the health check. Zero durations and counts are the image's.
func (sp *spec) health() error {
	check := sp.s.HealthCheck
	if check == nil {
		return nil
	}
	c := &container.HealthConfig{
		Test:        check.Test,
		Interval:    duration(check.Interval),
		Timeout:     duration(check.Timeout),
		StartPeriod: duration(check.StartPeriod),
	}
	if check.Disable {
		c.Test = []string{"NONE"}
	}
	if check.Retries != nil {
		c.Retries = int(*check.Retries)
	}
	if check.StartInterval != nil {
		if err := sp.startInterval(); err != nil {
			return err
		}
		if check.StartPeriod == nil {
			return errors.New("healthcheck.start_interval requires healthcheck.start_period to be set")
		}
		if sp.since(startIntervalAPI) {
			c.StartInterval = duration(check.StartInterval)
		}
	}
	sp.req.Config.Healthcheck = c
	return nil
}

// startInterval refuses the attribute where the engine does not know it. To Podman it
// may be left out: where that runs no checks, whoever runs them has it from the file.
func (sp *spec) startInterval() error {
	const attribute = "healthcheck.start_interval"
	if sp.b.Engine != "podman" {
		return sp.require(attribute, startIntervalAPI)
	}
	if !sp.since(startIntervalAPI) {
		sp.drop(attribute, "it needs API "+startIntervalAPI+
			", that is Docker "+releases[startIntervalAPI]+"; this engine has "+sp.b.engine()+"; checks that are run while something waits come at it")
	}
	return nil
}

// startIntervalAPI is the first API that has healthcheck.start_interval.
const startIntervalAPI = "1.44"

func duration(d *types.Duration) time.Duration {
	if d == nil {
		return 0
	}
	return time.Duration(*d)
}

// namespaces puts container ids in the place of services whose namespaces or
// volumes this one shares.
func (sp *spec) namespaces() error {
	for _, ns := range []struct {
		mode *string
		what string
	}{
		{&sp.s.NetworkMode, "network"},
		{&sp.s.Ipc, "IPC"},
		{&sp.s.Pid, "PID"},
	} {
		service, ok := strings.CutPrefix(*ns.mode, types.ServicePrefix)
		if !ok {
			if id := sp.named(*ns.mode); id != "" {
				*ns.mode = types.ContainerPrefix + id
			}
			continue
		}
		id := sp.containerID(service)
		if id == "" {
			return fmt.Errorf("cannot share %s namespace with service %s: container missing", ns.what, service)
		}
		*ns.mode = types.ContainerPrefix + id
	}
	if strings.HasPrefix(sp.s.Uts, types.ServicePrefix) {
		return hint.New(fmt.Sprintf("uts: %s: an engine shares its host name with containers, and no container does", sp.s.Uts),
			"use uts: host, or remove the attribute")
	}
	if sp.s.Cgroup != "" {
		if err := sp.require("cgroup", "1.41"); err != nil {
			return err
		}
	}
	h := sp.req.Host
	h.NetworkMode = container.NetworkMode(sp.s.NetworkMode)
	h.IpcMode = container.IpcMode(sp.s.Ipc)
	h.PidMode = container.PidMode(sp.s.Pid)
	h.UTSMode = container.UTSMode(sp.s.Uts)
	h.UsernsMode = container.UsernsMode(sp.s.UserNSMode)
	h.CgroupnsMode = container.CgroupnsMode(sp.s.Cgroup)
	return sp.volumesFrom()
}

// volumesFrom puts ids in the place of services, and keeps the access mode.
func (sp *spec) volumesFrom() error {
	from := slices.Clone(sp.s.VolumesFrom)
	for i, entry := range from {
		if name, ok := strings.CutPrefix(entry, types.ContainerPrefix); ok {
			from[i] = name
			if id := sp.named(entry); id != "" {
				holder, _, _ := strings.Cut(name, ":")
				from[i] = id + strings.TrimPrefix(name, holder)
			}
			continue
		}
		service, mode, hasMode := strings.Cut(entry, ":")
		id := sp.containerID(service)
		if id == "" {
			return fmt.Errorf("cannot share volume with service %s: container missing", service)
		}
		from[i] = id
		if hasMode {
			from[i] += ":" + mode
		}
	}
	sp.s.VolumesFrom = from
	sp.req.Host.VolumesFrom = from
	return nil
}

// named is the id of a container of this project that is referred to by name:
// while it is being replaced, the name is still the old one's. "": some other
// container, which the engine looks up.
func (sp *spec) named(reference string) string {
	owner := sp.p.Owner(reference)
	if owner == "" || owner == sp.s.Name {
		return ""
	}
	return sp.containerID(owner)
}

func (sp *spec) containerID(service string) string {
	if sp.b.ContainerID == nil {
		return ""
	}
	return sp.b.ContainerID(service)
}
