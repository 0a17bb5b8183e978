package list

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/go-units"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
)

// Stats is what a container uses, as texts. Its fields are those of
// docker-compose stats --format json, which scripts read.
type Stats struct {
	BlockIO   string // read / written
	CPUPerc   string // of one processor
	Container string // the whole id
	ID        string // the whole id; see Short
	MemPerc   string
	MemUsage  string // used / limit
	Name      string
	NetIO     string // received / sent
	PIDs      string

	// Usage are the same in numbers; nil: nothing was measured yet.
	Usage *Usage `json:"-"`
}

// Usage is what containers use, in numbers.
type Usage struct {
	CPU                         float64 // 1 is one processor
	Memory, Limit               uint64  // bytes
	Received, Sent, Read, Wrote uint64  // bytes since the start
	PIDs                        uint64
}

// Add sums up. The limits of several containers are mostly the machine's memory,
// which is there once: the highest counts.
func (u Usage) Add(v Usage) Usage {
	return Usage{
		CPU: u.CPU + v.CPU, Memory: u.Memory + v.Memory, Limit: max(u.Limit, v.Limit),
		Received: u.Received + v.Received, Sent: u.Sent + v.Sent,
		Read: u.Read + v.Read, Wrote: u.Wrote + v.Wrote, PIDs: u.PIDs + v.PIDs,
	}
}

// Stats are the numbers as texts.
func (u Usage) Stats() Stats {
	return Stats{
		BlockIO:  decimal(u.Read) + " / " + decimal(u.Wrote),
		CPUPerc:  percent(u.CPU),
		MemPerc:  percent(share(u.Memory, u.Limit)),
		MemUsage: units.BytesSize(float64(u.Memory)) + " / " + units.BytesSize(float64(u.Limit)),
		NetIO:    decimal(u.Received) + " / " + decimal(u.Sent),
		PIDs:     strconv.FormatUint(u.PIDs, 10),
		Usage:    &u,
	}
}

// Idle is what a container uses that does not run.
func Idle(c Container) Stats {
	s := statsOf(container.StatsResponse{ID: c.ID, Name: c.Name})
	s.Usage = nil
	return s
}

// Short has the id in 12 digits.
func (s Stats) Short() Stats {
	s.ID = spec.ShortID(s.ID)
	return s
}

// ReadStats asks once what a container uses. The engine measures for a second or two.
// One that is gone uses nothing. Its error names the container and wraps the engine's,
// or that of an answer that is no JSON.
func ReadStats(ctx context.Context, c api.Reader, l Container) (Stats, error) {
	s := Idle(l)
	err := sampling{of: l}.read(ctx, c, func(now Stats) error {
		s = now
		return nil
	})
	return s, err
}

// FollowStats hands on what a container uses, about once a second, until it or ctx
// ends. Its error is that of show, or as ReadStats'.
func FollowStats(ctx context.Context, c api.Reader, l Container, show func(Stats) error) error {
	return sampling{of: l, follow: true}.read(ctx, c, show)
}

// sampling says what is measured, and whether once or until it ends.
type sampling struct {
	of     Container
	follow bool
}

// read hands on the samples. A container that is gone has none.
func (m sampling) read(ctx context.Context, c api.Reader, show func(Stats) error) error {
	l := m.of
	response, err := c.ContainerStats(ctx, l.ID, m.follow)
	if errdefs.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the statistics of container %s: %w", l.Name, err)
	}
	defer response.Body.Close()
	samples := json.NewDecoder(response.Body)
	for {
		var r container.StatsResponse
		switch err := samples.Decode(&r); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("reading the statistics of container %s: %w", l.Name, err)
		}
		r.ID, r.Name = l.ID, l.Name
		if err := show(statsOf(r)); err != nil {
			return err
		}
	}
}

func statsOf(r container.StatsResponse) Stats {
	u := Usage{CPU: cpuShare(r), Memory: memory(r.MemoryStats), Limit: r.MemoryStats.Limit, PIDs: r.PidsStats.Current}
	u.Read, u.Wrote = blockIO(r.BlkioStats)
	u.Received, u.Sent = netIO(r.Networks)
	s := u.Stats()
	s.Container, s.ID, s.Name = r.ID, r.ID, strings.TrimPrefix(r.Name, "/")
	return s
}

func percent(f float64) string { return strconv.FormatFloat(f*100, 'f', 2, 64) + "%" }

func decimal(bytes uint64) string { return units.HumanSizeWithPrecision(float64(bytes), 3) }

func share(part, of uint64) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}

// cpuShare is the processor time since the sample before, 1 being one processor
// all the time. The first sample of a stream has none before it.
func cpuShare(r container.StatsResponse) float64 {
	now, before := r.CPUStats, r.PreCPUStats
	if before.SystemUsage == 0 || now.SystemUsage <= before.SystemUsage || now.CPUUsage.TotalUsage < before.CPUUsage.TotalUsage {
		return 0
	}
	processors := float64(now.OnlineCPUs)
	if processors == 0 {
		processors = float64(len(now.CPUUsage.PercpuUsage))
	}
	return share(now.CPUUsage.TotalUsage-before.CPUUsage.TotalUsage, now.SystemUsage-before.SystemUsage) * processors
}

// memory is what is used without the cache of files that could go at once: by
// its names in cgroups 1 and 2.
func memory(m container.MemoryStats) uint64 {
	for _, key := range []string{"total_inactive_file", "inactive_file"} {
		if cache, ok := m.Stats[key]; ok && cache < m.Usage {
			return m.Usage - cache
		}
	}
	return m.Usage
}

func blockIO(b container.BlkioStats) (read, written uint64) {
	for _, e := range b.IoServiceBytesRecursive {
		switch strings.ToLower(e.Op) {
		case "read":
			read += e.Value
		case "write":
			written += e.Value
		}
	}
	return read, written
}

func netIO(networks map[string]container.NetworkStats) (received, sent uint64) {
	for _, n := range networks {
		received += n.RxBytes
		sent += n.TxBytes
	}
	return received, sent
}
