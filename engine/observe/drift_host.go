package observe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/compose-orchestrator/compose/engine/spec"
)

// host is what the container may do and see of its host, but for resources,
// ports, networks and mounts.
func (f fieldSet) host(h *container.HostConfig) {
	for name, value := range h.Annotations {
		f.secret("annotations."+name, value)
	}
	f.set("cap_add", capabilities(h.CapAdd))
	f.set("cap_drop", capabilities(h.CapDrop))
	f.set("cgroup", string(h.CgroupnsMode))
	f.set("dns", h.DNS)
	f.set("dns_opt", h.DNSOptions)
	f.set("dns_search", h.DNSSearch)
	f.set("extra_hosts", sorted(h.ExtraHosts))
	f.set("group_add", sorted(h.GroupAdd))
	f.set("init", h.Init != nil && *h.Init)
	f.set("ipc", string(h.IpcMode))
	f.set("isolation", string(h.Isolation))
	f.set("oom_score_adj", h.OomScoreAdj)
	f.set("pid", string(h.PidMode))
	f.set("privileged", h.Privileged)
	f.set("read_only", h.ReadonlyRootfs)
	f.set("runtime", h.Runtime)
	f.set("security_opt", securityOpts(h))
	f.set("shm_size", h.ShmSize)
	f.set("storage_opt", h.StorageOpt)
	f.set("sysctls", h.Sysctls)
	f.set("userns_mode", string(h.UsernsMode))
	f.set("uts", string(h.UTSMode))
	f.set("volume_driver", h.VolumeDriver)
	f.set("volumes_from", sorted(h.VolumesFrom))
	if p := h.RestartPolicy; !p.IsNone() {
		policy := string(p.Name)
		if p.MaximumRetryCount > 0 {
			policy += fmt.Sprintf(":%d", p.MaximumRetryCount)
		}
		f.set("restart", policy)
	}
	f.set("logging.driver", h.LogConfig.Type)
	for option, value := range h.LogConfig.Config {
		f.secret("logging.options."+option, value) // tokens of log services
	}
	if mode := h.NetworkMode; !mode.IsUserDefined() && !mode.IsDefault() && !mode.IsBridge() {
		f.set("network_mode", string(mode))
	}
}

// resources are the limits and devices.
func (f fieldSet) resources(r *container.Resources) {
	f.set("blkio_config.weight", r.BlkioWeight)
	f.set("blkio_config.weight_device", r.BlkioWeightDevice)
	f.set("blkio_config.device_read_bps", r.BlkioDeviceReadBps)
	f.set("blkio_config.device_read_iops", r.BlkioDeviceReadIOps)
	f.set("blkio_config.device_write_bps", r.BlkioDeviceWriteBps)
	f.set("blkio_config.device_write_iops", r.BlkioDeviceWriteIOps)
	f.set("cgroup_parent", r.CgroupParent)
	f.set("cpus", float64(r.NanoCPUs)/1e9)
	f.set("cpu_count", r.CPUCount)
	f.set("cpu_percent", r.CPUPercent)
	f.set("cpu_period", r.CPUPeriod)
	f.set("cpu_quota", r.CPUQuota)
	f.set("cpu_rt_period", r.CPURealtimePeriod)
	f.set("cpu_rt_runtime", r.CPURealtimeRuntime)
	f.set("cpu_shares", r.CPUShares)
	f.set("cpuset", r.CpusetCpus)
	f.set("devices", devices(r.Devices))
	f.set("device_cgroup_rules", r.DeviceCgroupRules)
	f.set("gpus", r.DeviceRequests)
	f.bytes("mem_limit", r.Memory)
	f.bytes("mem_reservation", r.MemoryReservation)
	f.bytes("memswap_limit", swap(r))
	f.set("oom_kill_disable", r.OomKillDisable != nil && *r.OomKillDisable)
	if n := r.MemorySwappiness; n != nil && *n >= 0 {
		f.set("mem_swappiness", *n)
	}
	if n := r.PidsLimit; n != nil && *n > 0 {
		f.set("pids_limit", *n)
	}
	for _, limit := range r.Ulimits {
		f.set("ulimits."+limit.Name, fmt.Sprintf("%d:%d", limit.Soft, limit.Hard))
	}
}

// bytes puts a size in, which is shown in the largest unit that it is a whole number of.
func (f fieldSet) bytes(name string, n int64) {
	f.set(name, n)
	if set, ok := f[name]; ok && n > 0 {
		unit := 0
		for ; unit < 3 && n%1024 == 0; unit++ {
			n /= 1024
		}
		set.shown = strconv.FormatInt(n, 10) + []string{"B", "KiB", "MiB", "GiB"}[unit]
		f[name] = set
	}
}

// swap is the limit of memory and swap together. The engine doubles the
// memory's where none is given.
func swap(r *container.Resources) int64 {
	if r.MemorySwap == 2*r.Memory {
		return 0
	}
	return r.MemorySwap
}

// devices are the mappings in their short form.
func devices(all []container.DeviceMapping) []string {
	var out []string
	for _, d := range all {
		permissions := d.CgroupPermissions
		if permissions == "" {
			permissions = "rwm"
		}
		target := d.PathInContainer
		if target == "" {
			target = d.PathOnHost
		}
		out = append(out, d.PathOnHost+":"+target+":"+permissions)
	}
	return sorted(out)
}

// capabilities are names as the kernel has them.
func capabilities(names []string) []string {
	var out []string
	for _, name := range names {
		name = strings.ToUpper(name)
		if name != "ALL" && !strings.HasPrefix(name, "CAP_") {
			name = "CAP_" + name
		}
		out = append(out, name)
	}
	return sorted(out)
}

// securityOpts are the options without the one that the engine adds where a
// container shares much with its host.
func securityOpts(h *container.HostConfig) []string {
	shares := h.Privileged || h.IpcMode.IsHost() || h.PidMode.IsHost()
	var out []string
	for _, opt := range h.SecurityOpt {
		key, value, _ := strings.Cut(strings.Replace(opt, ":", "=", 1), "=")
		if key == "label" && value == "disable" && shares {
			continue
		}
		if key == "no-new-privileges" && value == "" {
			value = "true"
		}
		if key == "seccomp" && value != "unconfined" && value != "builtin" {
			value = "profile" // the file names a path, the engine has its content
		}
		out = append(out, key+"="+value)
	}
	return sorted(out)
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// ports are published ports, by the container's, and exposed ones.
func (f fieldSet) ports(c *container.Config, h *container.HostConfig) {
	var expose []string
	for port := range c.ExposedPorts {
		expose = append(expose, strings.TrimSuffix(string(port), "/tcp"))
	}
	f.set("expose", sorted(expose))
	for port, bindings := range h.PortBindings {
		var published []string
		for _, b := range bindings {
			host := b.HostPort
			if b.HostIP != "" {
				host = b.HostIP + ":" + host
			}
			published = append(published, strings.Trim(host+":"+string(port), ":"))
		}
		f.set("ports."+strings.TrimSuffix(string(port), "/tcp"), sorted(published))
	}
}

// networks are the endpoints, by the networks' names at the engine.
func (f fieldSet) networks(c *configuration) {
	if mode := c.host.NetworkMode; mode.IsHost() || mode.IsNone() || mode.IsContainer() {
		return // network_mode says it
	}
	for name, e := range c.endpoints {
		if e == nil {
			e = &network.EndpointSettings{}
		}
		at := "networks." + name
		f.set(at, "connected")
		f.set(at+".aliases", sorted(aliases(e.Aliases, c.id)))
		f.set(at+".links", sorted(e.Links))
		for option, value := range e.DriverOpts {
			f.secret(at+".driver_opts."+option, value)
		}
		f.set(at+".gw_priority", e.GwPriority)
		f.set(at+".mac_address", strings.ToLower(e.MacAddress))
		if ip := e.IPAMConfig; ip != nil {
			f.set(at+".ipv4_address", ip.IPv4Address)
			f.set(at+".ipv6_address", ip.IPv6Address)
			f.set(at+".link_local_ips", sorted(ip.LinkLocalIPs))
		}
	}
}

// aliases are those that were asked for: engines before API 1.45 add the id.
func aliases(all []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(alias string) bool { return id != "" && alias == spec.ShortID(id) })
}
