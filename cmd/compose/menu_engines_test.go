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

// onEngines runs a test on an engine in memory and, where COMPOSE_TEST_ENGINE=1
// is set, on a real one. dir is an empty folder, project a name whose leftovers
// are taken down.
func onEngines(t *testing.T, f func(t *testing.T, dir, host, project string)) {
	t.Helper()
	run := func(kind, host string) {
		t.Run(kind, func(t *testing.T) {
			dir := t.TempDir()
			if host == "" {
				server, err := enginetest.Listen(enginetest.Options{HostFolders: []string{dir}})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(server.Close)
				host = server.Host
			}
			t.Cleanup(func() {
				if out, err := composeCommand(t, dir, host, "down", "-t0", "--rmi=local", "--remove-orphans").CombinedOutput(); err != nil {
					t.Errorf("down: %v\n%s", err, out)
				}
			})
			f(t, dir, host, fmt.Sprintf("u-pty-%s-%d", strings.ToLower(t.Name()[4:8]), os.Getpid()))
		})
	}
	run("memory", "")
	if os.Getenv("COMPOSE_TEST_ENGINE") == "1" {
		needAlpine(t)
		host := os.Getenv("DOCKER_HOST")
		if host == "" {
			host = "unix:///var/run/docker.sock"
		}
		run("real", host)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// menuProject has something for each key: NAME and PORT are filled in.
const menuProject = `name: NAME
services:
  web:
    build: {context: ., dockerfile_inline: "FROM alpine\nCOPY word /word\n"}
    command: [sh, -c, "trap 'echo bye; exit 0' TERM; cat /word; while true; do sleep 0.2; done"]
    ports: ["127.0.0.1:PORT:80"]
    develop: {watch: [{action: sync, path: ./src, target: /src}]}
  job: {image: alpine, command: [sh, -c, "trap 'exit 0' TERM; while true; do echo job works; sleep 0.2; done"]}
`

// Every key does what the footer says.
func TestMenuEachKey(t *testing.T) {
	browser := filepath.Join(t.TempDir(), "browser")
	write(t, browser, "#!/bin/sh\necho \"$1\" > \"$0.url\"\n")
	if err := os.Chmod(browser, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BROWSER", browser)
	onEngines(t, func(t *testing.T, dir, host, project string) {
		port, err := freePort()
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "word"), "first word\n")
		write(t, filepath.Join(dir, "src", "a"), "one\n")
		write(t, filepath.Join(dir, "compose.yaml"), strings.NewReplacer("NAME", project, "PORT", port).Replace(menuProject))
		p := onPTY(t, dir, host, "--progress", "tty", "up")
		p.expect("first word")
		p.expect("rebuild") // all is up

		p.keys("rweb\r")
		p.expect("bye")
		p.expect("Restarting 1/1")

		write(t, filepath.Join(dir, "word"), "second word\n")
		p.keysUntil("bweb\r", "second word")

		p.keysUntil("w", "Watch enabled") // what is built may not be done when it speaks
		write(t, filepath.Join(dir, "src", "a"), "two\n")
		p.expect("Syncing service")
		p.keys("w")
		p.expect("Watch disabled")
		if out, err := composeCommand(t, dir, host, "exec", "-T", "web", "cat", "/src/a").CombinedOutput(); string(out) != "two\n" {
			t.Errorf("the container has %q, %v", out, err)
		}
		write(t, filepath.Join(dir, "src", "a"), "meanwhile\n")
		p.keys("w")
		awaitSynced(t, dir, host, "meanwhile\n")
		p.keys("w")

		p.keys("oweb\r")
		p.expect("opened http://127.0.0.1:" + port)

		p.keys("/second\r")
		p.expect(`"second" is in `)

		p.keys("fweb\r")
		p.expect("filter: web")
		p.keys("fjob\r")
		p.expect("filter: job")

		p.keys("d")
		p.expect("detached")
		p.ends(0)
		if out, err := composeCommand(t, dir, host, "ps", "-q").Output(); err != nil || strings.Count(string(out), "\n") != 2 {
			t.Errorf("there run %q, %v; want both", out, err)
		}
	})
}

// While things come up the user can leave them to it: they still come up.
func TestMenuDetachComingUp(t *testing.T) {
	onEngines(t, func(t *testing.T, dir, host, project string) {
		write(t, filepath.Join(dir, "compose.yaml"), `name: `+project+`
services:
  db: {image: alpine, command: [sh, -c, "echo database speaks; sleep 1000"], stop_grace_period: 0s, healthcheck: {test: [CMD, ls, /ready], interval: 100ms, retries: 10000}}
  web: {image: alpine, command: [sh, -c, "echo web; sleep 1000"], stop_grace_period: 0s, depends_on: {db: {condition: service_healthy}}}
`)
		p := onPTY(t, dir, host, "--progress", "tty", "up")
		p.expect("database speaks")
		p.keys("r")
		p.expect("not yet: the project still comes up")
		p.keys("fdb\rd")
		p.expect("detaching after this")
		if out, err := composeCommand(t, dir, host, "exec", "-T", "db", "touch", "/ready").CombinedOutput(); err != nil {
			t.Fatalf("exec: %v\n%s", err, out)
		}
		p.expect("detached: the containers run on")
		p.ends(0)
		if out, err := composeCommand(t, dir, host, "ps", "-q").Output(); err != nil || strings.Count(string(out), "\n") != 2 {
			t.Errorf("there run %q, %v; want both", out, err)
		}
	})
}

// awaitSynced waits until web has a content at /src/a.
func awaitSynced(t *testing.T, dir, host, want string) {
	t.Helper()
	var out []byte
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if out, _ = composeCommand(t, dir, host, "exec", "-T", "web", "cat", "/src/a").CombinedOutput(); string(out) == want {
			return
		}
	}
	t.Errorf("the container has %q, want %q", out, want)
}
