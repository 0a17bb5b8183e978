//go:build !windows

package main

import (
	"testing"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

// What explain says of a project: causes first, then a line that sums up and breaks between
// its parts, then what waits; and of one service with what it waits for.
func TestScreensExplain(t *testing.T) {
	file := `services:
  migrate: {image: alpine, command: [sh, -c, "echo connecting; echo no such table; echo no such table; exit 1"]}
  app: {image: alpine, command: sleep infinity, depends_on: {migrate: {condition: service_completed_successfully}}}
  worker: {image: alpine, command: sleep infinity, depends_on: {migrate: {condition: service_completed_successfully}}, scale: 3}
  cache: {image: alpine, command: sleep infinity, stop_grace_period: 0s}
  prog: {image: alpine, command: nosuchprogram}
  mail: {image: alpine, command: sleep infinity}
`
	eachSize(t, file, func(t *testing.T, size [2]int, dir string, server *enginetest.Server) {
		for _, service := range []string{"app", "worker", "prog"} {
			if out, err := composeCommand(t, dir, server.Host, "up", "-d", service).CombinedOutput(); err == nil {
				t.Fatalf("%s came up: %s", service, out)
			}
		}
		compose(t, dir, server, "up", "-d", "cache")
		s := show(t, "explain", size, dir, server.Host, "explain")
		s.ends(0, "worker waits")
		s = show(t, "explain-service", size, dir, server.Host, "explain", "worker")
		s.ends(0, "up would")
		compose(t, dir, server, "down", "-t", "0")
		s = show(t, "explain-down", size, dir, server.Host, "explain")
		s.ends(0, "is not up")
	})
}
