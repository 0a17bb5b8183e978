package spec

import (
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/blkiodev"
	"github.com/docker/docker/api/types/container"
)

// resources sets what the container may use of the host. Attributes of
// deploy.resources go before the service's own.
func (sp *spec) resources() error {
	s, r := sp.s, &sp.req.Host.Resources
	r.CgroupParent = s.CgroupParent
	r.Memory = int64(s.MemLimit)
	r.MemorySwap = int64(s.MemSwapLimit)
	r.MemoryReservation = int64(s.MemReservation)
	r.MemorySwappiness = nonZero(int64(s.MemSwappiness))
	r.OomKillDisable = &s.OomKillDisable
	r.PidsLimit = nonZero(s.PidsLimit)
	r.NanoCPUs = nanoCPUs(s.CPUS)
	r.CPUCount = s.CPUCount
	r.CPUPercent = int64(s.CPUPercent * 100)
	r.CPUPeriod = s.CPUPeriod
	r.CPUQuota = s.CPUQuota
	r.CPURealtimePeriod = s.CPURTPeriod
	r.CPURealtimeRuntime = s.CPURTRuntime
	r.CPUShares = s.CPUShares
	r.CpusetCpus = s.CPUSet
	blkio(r, s.BlkioConfig)
	if s.Deploy != nil {
		deployResources(r, s.Deploy.Resources)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Ulimits)) {
		r.Ulimits = append(r.Ulimits, ulimit(name, s.Ulimits[name]))
	}
	h := sp.req.Host
	h.OomScoreAdj = int(s.OomScoreAdj)
	h.ShmSize = int64(s.ShmSize)
	h.StorageOpt = s.StorageOpt
	h.Sysctls = s.Sysctls
	return nil
}

func deployResources(r *container.Resources, d types.Resources) {
	if l := d.Limits; l != nil {
		if l.NanoCPUs != 0 {
			r.NanoCPUs = nanoCPUs(l.NanoCPUs.Value())
		}
		if l.MemoryBytes != 0 {
			r.Memory = int64(l.MemoryBytes)
		}
		if l.Pids != 0 {
			r.PidsLimit = &l.Pids
		}
	}
	if v := d.Reservations; v != nil && v.MemoryBytes != 0 {
		r.MemoryReservation = int64(v.MemoryBytes)
	}
}

// nanoCPUs keeps the product in 32 bits, as Docker Compose computes it: the
// wider one differs for 0.1.
func nanoCPUs(cpus float32) int64 { return int64(cpus * 1e9) }

func nonZero(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func blkio(r *container.Resources, b *types.BlkioConfig) {
	if b == nil {
		return
	}
	r.BlkioWeight = b.Weight
	for _, d := range b.WeightDevice {
		r.BlkioWeightDevice = append(r.BlkioWeightDevice, &blkiodev.WeightDevice{Path: d.Path, Weight: d.Weight})
	}
	r.BlkioDeviceReadBps = throttles(b.DeviceReadBps)
	r.BlkioDeviceReadIOps = throttles(b.DeviceReadIOps)
	r.BlkioDeviceWriteBps = throttles(b.DeviceWriteBps)
	r.BlkioDeviceWriteIOps = throttles(b.DeviceWriteIOps)
}

func throttles(devices []types.ThrottleDevice) []*blkiodev.ThrottleDevice {
	var out []*blkiodev.ThrottleDevice
	for _, d := range devices {
		out = append(out, &blkiodev.ThrottleDevice{Path: d.Path, Rate: uint64(d.Rate)})
	}
	return out
}

func ulimit(name string, u *types.UlimitsConfig) *container.Ulimit {
	if u.Single != 0 {
		return &container.Ulimit{Name: name, Soft: int64(u.Single), Hard: int64(u.Single)}
	}
	return &container.Ulimit{Name: name, Soft: int64(u.Soft), Hard: int64(u.Hard)}
}

// devices sets devices of the host, and those that drivers hand out: GPUs and
// names of the container device interface (vendor.com/class=name).
func (sp *spec) devices() error {
	r := &sp.req.Host.Resources
	r.DeviceCgroupRules = sp.s.DeviceCgroupRules
	var cdi []string
	for _, d := range sp.s.Devices {
		if d.Source == d.Target && isCDI(d.Source) {
			cdi = append(cdi, d.Source)
			continue
		}
		r.Devices = append(r.Devices, container.DeviceMapping{
			PathOnHost:        d.Source,
			PathInContainer:   d.Target,
			CgroupPermissions: d.Permissions,
		})
	}
	if len(cdi) > 0 {
		if err := sp.require("a device by its CDI name ("+cdi[0]+")", "1.44"); err != nil {
			return err
		}
		r.DeviceRequests = append(r.DeviceRequests, container.DeviceRequest{Driver: "cdi", DeviceIDs: cdi})
	}
	if d := sp.s.Deploy; d != nil && d.Resources.Reservations != nil {
		for _, v := range d.Resources.Reservations.Devices {
			r.DeviceRequests = append(r.DeviceRequests, deviceRequest(v, v.Capabilities))
		}
	}
	for _, v := range sp.s.Gpus {
		r.DeviceRequests = append(r.DeviceRequests, deviceRequest(v, append(slices.Clone(v.Capabilities), "gpu")))
	}
	return nil
}

func deviceRequest(d types.DeviceRequest, capabilities []string) container.DeviceRequest {
	return container.DeviceRequest{
		Driver:       d.Driver,
		Count:        int(d.Count),
		DeviceIDs:    d.IDs,
		Capabilities: [][]string{capabilities},
		Options:      d.Options,
	}
}

// isCDI tells a qualified device name from a path.
func isCDI(name string) bool {
	kind, device, ok := strings.Cut(name, "=")
	vendor, class, qualified := strings.Cut(kind, "/")
	return ok && qualified && vendor != "" && class != "" && device != "" && !strings.Contains(class, "/")
}
