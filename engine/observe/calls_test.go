//go:build unix

package observe

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/network"

	"github.com/compose-orchestrator/compose/engine/dial"
	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/planner"
)

// The number of calls of an observation does not depend on the number of
// services.
func TestObserveCallsAreConstant(t *testing.T) {
	small, _ := observeFleet(t, 1)
	large, s := observeFleet(t, 100)
	if !maps.Equal(small, large) {
		t.Errorf("calls for 100 services: got %v, want those for one, %v", large, small)
	}
	sum := 0
	for _, n := range large {
		sum += n
	}
	if sum != 5 { // ping, three lists, one image
		t.Errorf("calls: got %v, want 5", large)
	}
	if len(s.Containers) != 100 || len(s.Images) != 1 {
		t.Errorf("got %d containers and %d images", len(s.Containers), len(s.Images))
	}
	for _, c := range s.Containers {
		if c.Drift != nil || c.Status != planner.Created || c.Image != s.Images["alpine"].Digest {
			t.Errorf("got %+v", c)
		}
	}
}

// observeFleet creates a project of n services at an engine in memory, dials
// and observes it, and returns the calls of that.
func observeFleet(t *testing.T, n int) (map[enginetest.Route]int, planner.State) {
	t.Helper()
	var file strings.Builder
	file.WriteString("name: fleet\nservices:\n")
	for i := range n {
		fmt.Fprintf(&file, "  s%d: {image: alpine, command: sleep 100, environment: {N: '%d'}}\n", i, i)
	}
	dir := t.TempDir()
	testbed.WriteProject(t, dir, file.String())
	p := testbed.Load(t, dir)
	server := enginetest.Start(t, enginetest.Options{})
	c := server.Client()
	hash, err := p.NetworkHash("default")
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.NetworkCreate(t.Context(), "fleet_default", network.CreateOptions{Labels: p.NetworkLabels("default", hash)})
	if err != nil {
		t.Fatal(err)
	}
	image, err := lookUpImage(t.Context(), c, "alpine", "")
	if err != nil {
		t.Fatal(err)
	}
	for service := range p.Services {
		r, err := spec.Container(p, service, 1, spec.Binding{ImageDigest: image.Digest})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.ContainerCreate(t.Context(), r.Config, r.Host, r.Networking, r.Platform, r.Name); err != nil {
			t.Fatal(err)
		}
	}
	server.ResetCalls()
	conn := testbed.Dial(t, dial.Options{Host: server.Host})
	s, err := Project(t.Context(), conn.Client, Options{Project: p, Engine: conn.Engine})
	if err != nil {
		t.Fatal(err)
	}
	return server.Calls(), s
}
