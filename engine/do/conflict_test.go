//go:build unix

package do

import (
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Who has a port is found by its address too: a sibling that has the number on
// another address is not blamed.
func TestPortConflictByAddress(t *testing.T) {
	dir := t.TempDir()
	testbed.WriteProject(t, dir, `
name: demo
services:
  web: {image: alpine, ports: ["127.0.0.1:7003:80"]}
  db: {image: alpine}
`)
	server := enginetest.Start(t, enginetest.Options{})
	labels := func(name, service string) map[string]string {
		return map[string]string{project.LabelProject: name, project.LabelService: service}
	}
	testbed.Publish(t, server, "demo-db-1", labels("demo", "db"), "127.0.0.2", "7003")
	testbed.Publish(t, server, "demo-gone-1", labels("demo", "gone"), "127.0.0.1", "7003")
	d := New(server.Client(), testbed.Load(t, dir), Options{})
	start := planner.StartContainer{Ref: event.Ref{Kind: event.Container, Name: "demo-web-1", Service: "web", Number: 1}}
	got := d.conflictOf(t.Context(), start, "Bind for 127.0.0.1:7003 failed: port is already allocated")
	if want := "port 7003: container demo-gone-1 of project demo (service gone) has it"; got.what != want {
		t.Errorf("got %q, want %q", got.what, want)
	}
	if !strings.Contains(got.help, "--remove-orphans") {
		t.Errorf("got the advice %q, want that for an orphan", got.help)
	}
	got = d.conflictOf(t.Context(), start, "Bind for 127.0.0.3:7003 failed: port is already allocated")
	if want := "port 7003: a program outside the engine has it"; got.what != want {
		t.Errorf("got %q, want %q", got.what, want)
	}
}
