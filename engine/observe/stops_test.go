package observe

import (
	"testing"

	"github.com/docker/docker/api/types/volume"

	"github.com/compose-orchestrator/compose/project"
)

// TestStopsOf: what an earlier call noted is read from the volume that it made for
// that, and from none that a file defines.
func TestStopsOf(t *testing.T) {
	labels := map[string]string{project.LabelStops: `[{"ID": "x", "Service": "web", "Number": 1, "Volumes": {"/steal": "theirs"}}]`}
	if got := stopsOf(&volume.Volume{Labels: labels}); len(got) != 1 || got[0].Volumes["/steal"] != "theirs" {
		t.Errorf("got %v", got)
	}
	labels[project.LabelVolume] = "data"
	if got := stopsOf(&volume.Volume{Labels: labels}); got != nil {
		t.Errorf("of a file's volume: got %v", got)
	}
}
