package enginetest

import (
	"cmp"
	"net/http"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
)

// containerUpdate changes the limits and the restart policy of a container. What the
// request leaves at zero stays, as with Docker.
func (e *Engine) containerUpdate(w http.ResponseWriter, r *request) error {
	var o containertypes.UpdateConfig
	if err := r.decode(&o); err != nil {
		return err
	}
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	defer e.mu.Unlock()
	now := &c.host.Resources
	if swap := cmp.Or(o.MemorySwap, now.MemorySwap); o.Memory != 0 && swap > 0 && o.Memory > swap {
		return errorf(http.StatusConflict, "Cannot update container %s: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time", c.id)
	}
	now.BlkioWeight = cmp.Or(o.BlkioWeight, now.BlkioWeight)
	now.NanoCPUs = cmp.Or(o.NanoCPUs, now.NanoCPUs)
	now.CPUPeriod = cmp.Or(o.CPUPeriod, now.CPUPeriod)
	now.CPUQuota = cmp.Or(o.CPUQuota, now.CPUQuota)
	now.CPUShares = cmp.Or(o.CPUShares, now.CPUShares)
	now.CpusetCpus = cmp.Or(o.CpusetCpus, now.CpusetCpus)
	now.Memory = cmp.Or(o.Memory, now.Memory)
	now.MemorySwap = cmp.Or(o.MemorySwap, now.MemorySwap)
	now.MemoryReservation = cmp.Or(o.MemoryReservation, now.MemoryReservation)
	if o.PidsLimit != nil {
		now.PidsLimit = o.PidsLimit
	}
	if o.RestartPolicy.Name != "" {
		c.host.RestartPolicy = o.RestartPolicy
	}
	e.containerEvent(c, events.ActionUpdate, nil)
	return writeJSON(w, http.StatusOK, containertypes.UpdateResponse{})
}
