package list

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/project"
)

// service writes one container as a service.
func (g *generator) service(name string, i generated) types.ServiceConfig {
	s := types.ServiceConfig{Name: name}
	c, h := i.Config, i.HostConfig
	s.Image = c.Image
	s.Command, s.Entrypoint = types.ShellCommand(c.Cmd), types.ShellCommand(c.Entrypoint)
	s.Environment = types.NewMappingWithEquals(c.Env)
	s.Labels = c.Labels
	s.User, s.WorkingDir, s.StopSignal, s.Tty, s.StdinOpen = c.User, c.WorkingDir, c.StopSignal, c.Tty, c.OpenStdin
	if !strings.HasPrefix(i.ID, c.Hostname) && h.NetworkMode != "host" {
		s.Hostname = c.Hostname
	}
	s.HealthCheck = healthCheck(c.Healthcheck)
	s.DependsOn = dependsOn(i.labels[project.LabelDependsOn])
	if i.labels[project.LabelService] == "" { // the name is the user's
		s.ContainerName = strings.TrimPrefix(i.Name, "/")
	}
	s.Ports = ports(h.PortBindings)
	s.Volumes = g.mounts(i.Mounts)
	g.network(&s, i)
	hostSettings(&s, h)
	return s
}

// hostSettings are the rest of what the engine was asked for.
func hostSettings(s *types.ServiceConfig, h *container.HostConfig) {
	if r := h.RestartPolicy; r.Name != "" && r.Name != container.RestartPolicyDisabled {
		s.Restart = string(r.Name)
		if r.MaximumRetryCount > 0 {
			s.Restart += ":" + strconv.Itoa(r.MaximumRetryCount)
		}
	}
	s.CapAdd, s.CapDrop, s.SecurityOpt, s.GroupAdd = h.CapAdd, h.CapDrop, h.SecurityOpt, h.GroupAdd
	s.DNS, s.DNSOpts, s.DNSSearch = h.DNS, h.DNSOptions, h.DNSSearch
	s.Privileged, s.ReadOnly, s.Init = h.Privileged, h.ReadonlyRootfs, h.Init
	s.Sysctls, s.Pid, s.Uts, s.UserNSMode = h.Sysctls, string(h.PidMode), string(h.UTSMode), string(h.UsernsMode)
	s.CPUShares, s.CPUSet, s.CPUS = h.CPUShares, h.CpusetCpus, float32(h.NanoCPUs)/1e9
	s.MemLimit, s.MemReservation = types.UnitBytes(h.Memory), types.UnitBytes(h.MemoryReservation)
	s.OomScoreAdj = int64(h.OomScoreAdj)
	const defaultShm = 64 << 20
	if h.ShmSize != defaultShm {
		s.ShmSize = types.UnitBytes(h.ShmSize)
	}
	if h.IpcMode != "private" && h.IpcMode != "shareable" {
		s.Ipc = string(h.IpcMode)
	}
	if h.Runtime != "runc" {
		s.Runtime = h.Runtime
	}
	for _, target := range slices.Sorted(maps.Keys(h.Tmpfs)) {
		s.Tmpfs = append(s.Tmpfs, strings.TrimSuffix(target+":"+h.Tmpfs[target], ":"))
	}
	if len(h.ExtraHosts) > 0 {
		s.ExtraHosts, _ = types.NewHostsList(h.ExtraHosts) // the engine has read them before
	}
	for _, d := range h.Devices {
		s.Devices = append(s.Devices, types.DeviceMapping{Source: d.PathOnHost, Target: d.PathInContainer, Permissions: d.CgroupPermissions})
	}
	for _, u := range h.Ulimits {
		if s.Ulimits == nil {
			s.Ulimits = map[string]*types.UlimitsConfig{}
		}
		s.Ulimits[u.Name] = &types.UlimitsConfig{Soft: int(u.Soft), Hard: int(u.Hard)}
	}
	if l := h.LogConfig; l.Type != "" && (l.Type != "json-file" || len(l.Config) > 0) {
		s.Logging = &types.LoggingConfig{Driver: l.Type, Options: l.Config}
	}
}

// network is a container's place: a mode, or the networks it is attached to.
func (g *generator) network(s *types.ServiceConfig, i generated) {
	if mode := i.HostConfig.NetworkMode; mode.IsHost() || mode.IsNone() || mode.IsContainer() || mode.IsBridge() || mode.IsDefault() {
		s.NetworkMode = string(mode)
		if mode.IsDefault() {
			s.NetworkMode = "bridge"
		}
		return
	}
	s.Networks = map[string]*types.ServiceNetworkConfig{}
	for _, name := range slices.Sorted(maps.Keys(i.NetworkSettings.Networks)) {
		key := g.key(name)
		s.Networks[key] = endpoint(s.Name, i, i.NetworkSettings.Networks[name])
		g.p.Networks[key] = types.NetworkConfig{Name: name, External: types.External(key == name)}
	}
}

// endpoint is what was asked for beyond being attached; nil: nothing.
func endpoint(service string, i generated, e *network.EndpointSettings) *types.ServiceNetworkConfig {
	n := types.ServiceNetworkConfig{Aliases: slices.DeleteFunc(slices.Clone(e.Aliases), func(alias string) bool {
		return alias == service || "/"+alias == i.Name || alias == spec.ShortID(i.ID)
	})}
	if e.IPAMConfig != nil {
		n.Ipv4Address, n.Ipv6Address, n.LinkLocalIPs = e.IPAMConfig.IPv4Address, e.IPAMConfig.IPv6Address, e.IPAMConfig.LinkLocalIPs
	}
	if len(n.Aliases) == 0 && n.Ipv4Address == "" && n.Ipv6Address == "" && len(n.LinkLocalIPs) == 0 {
		return nil
	}
	return &n
}

// ports are the published ones, by target.
func ports(bindings nat.PortMap) []types.ServicePortConfig {
	var out []types.ServicePortConfig
	for target, hosts := range bindings {
		for _, h := range hosts {
			out = append(out, types.ServicePortConfig{
				Target: uint32(target.Int()), Protocol: target.Proto(), HostIP: h.HostIP, Published: unless(h.HostPort, "0"),
			})
		}
	}
	slices.SortFunc(out, func(a, b types.ServicePortConfig) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.HostIP, b.HostIP), cmp.Compare(a.Published, b.Published))
	})
	return out
}

func healthCheck(h *container.HealthConfig) *types.HealthCheckConfig {
	if h == nil || len(h.Test) == 0 {
		return nil
	}
	out := &types.HealthCheckConfig{Test: types.HealthCheckTest(h.Test)}
	for _, d := range []struct {
		to   **types.Duration
		from types.Duration
	}{
		{&out.Interval, types.Duration(h.Interval)},
		{&out.Timeout, types.Duration(h.Timeout)},
		{&out.StartPeriod, types.Duration(h.StartPeriod)},
		{&out.StartInterval, types.Duration(h.StartInterval)},
	} {
		if d.from != 0 {
			*d.to = &d.from
		}
	}
	if retries := uint64(max(h.Retries, 0)); retries > 0 {
		out.Retries = &retries
	}
	return out
}

// dependsOn reads the label of that name.
func dependsOn(label string) types.DependsOnConfig {
	out := types.DependsOnConfig{}
	for _, d := range observe.ParseDependsOn(label) {
		out[d.Service] = types.ServiceDependency{Condition: d.Condition, Restart: d.Restart, Required: true}
	}
	return out
}
