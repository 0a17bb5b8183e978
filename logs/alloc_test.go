package logs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/event"
)

// stored is a Client whose one log is already encoded.
type stored []byte

func (s stored) ContainerLogs(context.Context, string, container.LogsOptions) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(s)), nil
}

// store encodes a log of n lines.
func store(n int) stored {
	var rs []record
	for i := range n {
		rs = append(rs, record{origin + int64(i), 1, fmt.Sprintln("GET /index.html HTTP/1.1 200 a line of a common length", i)})
	}
	return encode(false, time.UTC, rs...)
}

// Memory is used again: ten times the lines allocate hardly more. What is left
// are the batches that the collector takes from their pool, and an event for
// every outLines lines.
func TestShowAllocations(t *testing.T) {
	targets := []Target{target("a"), target("b"), target("c")}
	count := func(n int) float64 {
		log := store(n)
		return testing.AllocsPerRun(3, func() {
			if err := Show(t.Context(), log, targets, Options{}, event.Discard); err != nil {
				t.Fatal(err)
			}
		})
	}
	few, many := count(2000), count(20_000)
	if perLine := (many - few) / float64(len(targets)*18_000); perLine > 0.05 {
		t.Errorf("a line allocates %.3f times (%.0f for few, %.0f for many), want none", perLine, few, many)
	}
}

func BenchmarkShow(b *testing.B) {
	const n = 20_000
	log := store(n)
	targets := []Target{target("a"), target("b"), target("c"), target("d"), target("e")}
	b.ReportAllocs()
	b.SetBytes(int64(len(targets) * len(log)))
	for b.Loop() {
		if err := Show(b.Context(), log, targets, Options{}, event.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
