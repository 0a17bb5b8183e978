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

func (e *Engine) stats(c *container) containertypes.StatsResponse {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := containertypes.StatsResponse{Name: "/" + c.name, ID: c.id}
	if c.run != nil {
		s.Read = e.now()
		s.NumProcs = uint32(1)
		s.PidsStats.Current = 1
		s.CPUStats.OnlineCPUs = 2
		s.CPUStats.SystemUsage = uint64(s.Read.UnixNano())
		s.MemoryStats.Limit = 8 << 30
		s.MemoryStats.Usage = 1 << 20
		s.Networks = map[string]containertypes.NetworkStats{"eth0": {}}
	}
	return s
}
