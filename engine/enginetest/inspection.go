package enginetest

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
)

// containerTop lists the container's commands in the columns of ps -ef.
func (e *Engine) containerTop(w http.ResponseWriter, r *request) error {
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	defer e.mu.Unlock()
	if c.run == nil {
		return errNotRunning(c)
	}
	out := containertypes.TopResponse{Titles: []string{"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"}}
	row := func(pid, parent int, cmd []string) {
		out.Processes = append(out.Processes, []string{
			"root", itoa(pid), itoa(parent), "0", c.state.StartedAt.UTC().Format("15:04"), "?", "00:00:00", strings.Join(cmd, " "),
		})
	}
	row(c.state.Pid, c.state.Pid-1, c.run.task.argv)
	for _, id := range c.execs {
		if x := e.execs[id]; x != nil && x.running {
			row(x.pid, c.state.Pid-1, x.options.Cmd)
		}
	}
	e.containerEvent(c, events.ActionTop, nil)
	return writeJSON(w, http.StatusOK, out)
}

// containerStats sends zeros: once, or every second while the client listens.
func (e *Engine) containerStats(w http.ResponseWriter, r *request) error {
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	e.mu.Unlock()
	stream := r.query("stream") == "" || r.flag("stream")
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	for {
		if err := enc.Encode(e.stats(c)); err != nil || !stream {
			return nil
		}
		flush(w)
		t := time.NewTimer(time.Second) // the engine's own pace
		select {
		case <-t.C:
		case <-r.Context().Done():
			t.Stop()
			return nil
		case <-e.ctx.Done():
			t.Stop()
			return nil
		}
	}
}

// Usage is what a container is measured to use.
type Usage struct {
	CPU                         float64 // 1 is one processor
	Memory                      uint64  // bytes
	Received, Sent, Read, Wrote uint64  // bytes since the start
	PIDs                        uint64
}

// SetUsage sets what the container of this name is measured to use while it
// runs. Without it that is one process and next to no memory.
func (e *Engine) SetUsage(name string, u Usage) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.usage[name] = u
}

func (e *Engine) stats(c *container) containertypes.StatsResponse {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := containertypes.StatsResponse{Name: "/" + c.name, ID: c.id}
	if c.run != nil {
		s.Read = e.now()
		u, ok := e.usage[c.name]
		if !ok {
			u = Usage{Memory: 1 << 20, PIDs: 1}
		}
		s.NumProcs = uint32(u.PIDs)
		s.PidsStats.Current = u.PIDs
		s.CPUStats.OnlineCPUs = 2
		s.CPUStats.SystemUsage = uint64(s.Read.UnixNano())
		s.PreCPUStats.SystemUsage = s.CPUStats.SystemUsage - 2*uint64(time.Second) // of 2 processors, a second ago
		s.CPUStats.CPUUsage.TotalUsage = uint64(u.CPU * float64(time.Second))
		s.MemoryStats.Limit = 8 << 30
		s.MemoryStats.Usage = u.Memory
		s.Networks = map[string]containertypes.NetworkStats{"eth0": {RxBytes: u.Received, TxBytes: u.Sent}}
		s.BlkioStats.IoServiceBytesRecursive = []containertypes.BlkioStatEntry{{Op: "read", Value: u.Read}, {Op: "write", Value: u.Wrote}}
	}
	return s
}
