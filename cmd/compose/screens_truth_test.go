//go:build !windows

package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

// usual are the sizes of terminals that people have.
var usual = [][2]int{{80, 24}, {120, 40}}

// truth is a screen that one command leaves behind.
type truth struct {
	name, file string
	before     [][]string // commands that are not looked at
	edit       string     // the file after them; "": as it was
	faults     func(e *enginetest.Engine)
	args       []string
	during     func(s *shown) // while the command runs; nil: nothing
	code       int
	texts      []string // of the last screen
}

// What people are told of what was done, of what failed and why, and of what is left.
func TestScreensTruth(t *testing.T) {
	t.Parallel()
	for _, test := range truths() {
		for _, size := range usual {
			t.Run(fmt.Sprintf("%s-%dx%d", test.name, size[0], size[1]), func(t *testing.T) {
				t.Parallel()
				dir, server := terminalProjectOf(t, "name: demo\n"+test.file)
				for _, args := range test.before {
					compose(t, dir, server, args...)
				}
				if test.edit != "" {
					if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte("name: demo\n"+test.edit), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if test.faults != nil {
					test.faults(server.Engine)
				}
				s := show(t, "truth-"+test.name, size, dir, server.Host, test.args...)
				if test.during != nil {
					test.during(s)
				}
				s.ends(test.code, test.texts...)
			})
		}
	}
}

func truths() []truth {
	const (
		web   = "  web: {image: alpine, command: sleep infinity, stop_grace_period: 0s, ports: ['18080:80', '15432:5432'], volumes: ['data:/data']"
		sleep = "{image: alpine, command: sleep infinity, stop_grace_period: 0s"
	)
	project := "services:\n" + web + "}\n  db: " + sleep + "}\nvolumes: {data: {}}\n"
	changed := strings.Replace(project, web, web+", environment: {A: '2', B: '3'}, hostname: other", 1)
	waiting := "services:\n  db: " + sleep + ", healthcheck: {test: 'false', interval: 1s, retries: 100000}}\n" +
		"  good: " + sleep + "}\n  web: " + sleep + ", depends_on: {db: {condition: service_healthy}}}\n"
	return []truth{
		{name: "recreated", file: project, before: [][]string{{"up", "-d"}}, edit: changed, args: []string{"up", "-d"}, texts: []string{"Recreated", "http"}},
		{
			name: "refused", before: [][]string{{"up", "-d", "has"}}, code: 1, args: []string{"up", "-d", "--no-preflight"}, texts: []string{"run on"},
			file: "services:\n  has: " + sleep + ", ports: ['18080:80']}\n  bad: {image: alpine, command: nosuchprogram}\n" +
				"  good: " + sleep + "}\n  port: " + sleep + ", ports: ['18080:80']}\n",
		},
		{
			name: "wait", code: 1, args: []string{"up", "-d", "--wait"}, texts: []string{"run on"},
			file: "services:\n  crash: {image: alpine, command: [sh, -c, 'echo no database; exit 3'], restart: always}\n  good: " + sleep + "}\n" +
				"  once: {image: alpine, command: [sh, -c, 'echo no password; exit 1']}\n" +
				"  sick: " + sleep + ", healthcheck: {test: 'echo no answer; exit 1', interval: 1s, retries: 1}}\n",
		},
		{name: "interrupted", file: waiting, code: 130, args: []string{"up", "-d"}, texts: []string{"run on"}, during: func(s *shown) {
			s.shot("waiting", "to be healthy")
			s.keys("typed\x03")
		}},
		{
			name: "replicas", file: "services:\n  web: " + sleep + ", scale: 25}\n", code: 1, args: []string{"--parallel", "1", "up", "-d"}, texts: []string{"runs on"},
			faults: func(e *enginetest.Engine) {
				e.Fault("POST /containers/{id}/start", enginetest.Fault{After: 24, Times: 1, Status: http.StatusInternalServerError, Message: "out of pids"})
			},
		},
		{name: "down", file: project, before: [][]string{{"up", "-d"}}, args: []string{"down"}, texts: []string{"stays"}},
		{name: "nothing", file: project, args: []string{"down"}, texts: []string{"No resource"}},
		{name: "stopped", file: project, before: [][]string{{"up", "-d"}, {"stop"}}, args: []string{"ps"}, texts: []string{"stopped"}},
	}
}
