package api

import (
	"testing"

	"github.com/docker/docker/api/types/container"
)

func TestBeginOfRun(t *testing.T) {
	const started, before, never = "2026-11-30T14:18:27.67Z", "2026-11-30T14:18:20Z", "0001-01-01T00:00:00Z"
	for _, tt := range []struct {
		name  string
		state container.State
		want  string
	}{
		{"its first run", container.State{Running: true, StartedAt: started, FinishedAt: never}, ""},
		{"runs again", container.State{Running: true, StartedAt: started, FinishedAt: before}, before},
		{"ended", container.State{StartedAt: started, FinishedAt: "2026-11-30T14:18:30Z"}, started},
		{"is to be restarted", container.State{Running: true, Restarting: true, StartedAt: started, FinishedAt: "2026-11-30T14:18:30Z"}, started},
		{"ended before the engine noticed the start", container.State{StartedAt: started, FinishedAt: before}, started},
		{"never started", container.State{StartedAt: never, FinishedAt: never}, never},
	} {
		if got := beginOfRun(&tt.state); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
