//go:build !windows

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

// eachWidth is eachSize for the terminals of widths.
func eachWidth(t *testing.T, file string, test func(t *testing.T, size [2]int, dir string, server *enginetest.Server)) {
	t.Parallel()
	for _, size := range widths {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			dir, server := terminalProjectOf(t, "name: demo\n"+file)
			test(t, size, dir, server)
		})
	}
}

const talkers = `services:
  api: {image: alpine, command: [sh, -c, "trap 'exit 0' TERM; until test -e /speak; do sleep 0.05; done; echo api listens; while true; do sleep 1; done"], ports: ["18081:80"]}
  web: {image: alpine, depends_on: [api], command: [sh, -c, "trap 'exit 0' TERM; until test -e /speak; do sleep 0.05; done; echo web listens; while true; do sleep 1; done"], ports: ["18080:80"]}
  worker: {image: alpine, depends_on: [web], command: [sh, -c, "trap 'exit 0' TERM; until test -e /speak; do sleep 0.05; done; echo worker waits; while true; do sleep 1; done"]}
`

// speak has services print their line, each when shown has that of the one before: whose
// came first is not for chance.
func speak(t *testing.T, dir string, server *enginetest.Server, shown func() string, services ...string) {
	t.Helper()
	for _, name := range services {
		compose(t, dir, server, "exec", "-T", name, "touch", "/speak")
		for late := time.Now().Add(patience); !strings.Contains(shown(), "| "+name); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(late) {
				t.Fatalf("%s says nothing: %s", name, shown())
			}
		}
	}
}

// The keys of an attached up: prompts list the services, ? the keys, and Escape ends
// the filter. What somebody else recreates is replaced.
func TestScreensKeys(t *testing.T) {
	eachWidth(t, talkers, func(t *testing.T, size [2]int, dir string, server *enginetest.Server) {
		s := show(t, "keys", size, dir, server.Host, "up")
		s.shot("up", "restart")
		speak(t, dir, server, s.text, "api", "web", "worker")
		s.shot("menu", "worker waits", "restart")
		s.keys("r")
		s.shot("restart", "restart which service?")
		s.keys("w")
		s.shot("restart, narrowed", "w▏")
		s.keys("\x1b")
		s.shot("left", "detach")
		s.keys("o")
		s.shot("open", "open a page")
		s.keys("\x1b")
		s.shot("left again", "detach")
		s.keys("?")
		s.shot("help", "keys:")
		s.keys("fwor\r")
		s.shot("filtered", "worker")
		s.keys("\x1b")
		s.shot("not filtered", "filter   ")
		compose(t, dir, server, "up", "-d", "--force-recreate", "--no-deps", "web")
		s.shot("replaced", "web-1 replaced")
		s.keys("d")
		s.ends(0, "detached")
	})
}

// logs --follow has the keys that make sense there.
func TestScreensLogKeys(t *testing.T) {
	eachWidth(t, talkers, func(t *testing.T, size [2]int, dir string, server *enginetest.Server) {
		compose(t, dir, server, "up", "-d")
		speak(t, dir, server, func() string {
			out, _ := composeCommand(t, dir, server.Host, "logs").Output()
			return string(out)
		}, "web", "worker")
		s := show(t, "logs", size, dir, server.Host, "logs", "-f", "worker", "web")
		s.shot("menu", "web listens", "worker waits", "filter")
		s.keys("?")
		s.shot("help", "keys:")
		s.keys("/web\r")
		s.shot("found", "is in 1 of")
		s.keys("f")
		s.shot("filter", "show only")
		s.keys("\x1b")
		s.shot("left", "filter")
		s.keys("\x03")
		s.ends(130)
	})
}

// A rebuild is told in a line, and what a changed file asks for as plan does.
func TestScreensWatch(t *testing.T) {
	file := `services:
  web:
    build: {context: src, dockerfile_inline: "FROM alpine\nCOPY . /app\n"}
    command: sleep infinity
    stop_grace_period: 0s
    environment: {A: one}
    develop: {watch: [{action: rebuild, path: src}]}
`
	eachWidth(t, file, func(t *testing.T, size [2]int, dir string, server *enginetest.Server) {
		write := func(name, text string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Mkdir(filepath.Join(dir, "src"), 0o700); err != nil {
			t.Fatal(err)
		}
		write("src/a", "1")
		s := show(t, "watch", size, dir, server.Host, "watch")
		s.shot("enabled", "Watch enabled")
		write("src/a", "2")
		s.shot("rebuilt", "Rebuild of service")
		write("compose.yaml", "name: demo\n"+strings.Replace(file, "one", "two", 1))
		s.shot("asked", "Apply this?")
		s.keys("n\r")
		s.shot("not applied", "not applied")
		s.keys("\x03")
		s.ends(130)
	})
}
