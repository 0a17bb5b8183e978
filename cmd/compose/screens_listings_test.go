//go:build !windows

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/internal/screentest"
)

// widths are terminals that commands which print and end are looked at on.
var widths = [][2]int{{60, 24}, {80, 24}, {120, 40}}

// gallery has the screens of several commands in one golden file.
type gallery struct {
	shown
	size      [2]int
	dir, host string
	env       []string
}

func newGallery(t *testing.T, name string, size [2]int, dir, host string, env ...string) *gallery {
	t.Helper()
	g := &gallery{size: size, dir: dir, host: host, env: append(env, "NO_COLOR=1", "COLUMNS=", "HOME="+filepath.Dir(dir))}
	g.t = t
	g.golden = filepath.Join("testdata", "screens", fmt.Sprintf("%s-%dx%d.txt", name, size[0], size[1]))
	g.load()
	t.Cleanup(g.save)
	return g
}

// take looks at a command's screen when it has ended.
func (g *gallery) take(args ...string) {
	g.t.Helper()
	cmd := composeCommand(g.t, g.dir, g.host, args...)
	cmd.Env = append(cmd.Env, g.env...)
	s := &shown{
		terminalCommand: newTerminal(g.t, g.size[0], g.size[1], cmd), screen: screentest.New(g.size[0], g.size[1]),
		golden: g.golden, want: g.want,
	}
	s.start(s.screen)
	if err := s.cmd.Wait(); err != nil {
		g.t.Errorf("%q: %v", args, err)
	}
	s.shot(strings.Join(args, " "))
	g.shots.WriteString(s.shots.String())
}

// Listings are tables that fit: a column is left out, a cell has several lines or is cut
// off, and no line breaks.
func TestScreensListings(t *testing.T) {
	file := `name: demo
services:
  web: {image: alpine, command: sleep infinity, stop_grace_period: 0s, scale: 3}
  gateway: {image: alpine, command: sleep infinity, ports: ["18080:80", "18443:443", "127.0.0.1:15432:5432", "19000:9000", "15353:5353/udp"], volumes: ["certs:/certs"]}
  db: {image: postgres-like, command: sleep infinity, healthcheck: {test: "true", interval: 10ms}, volumes: ["data:/data", "certs:/certs"]}
  job: {image: alpine, command: "false"}
volumes: {data: {}, certs: {}, unused: {}}
`
	for _, size := range widths {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			dir, server, clock := clockedProject(t, file)
			compose(t, dir, server, "--all-resources", "up", "-d")
			clock.Store(afternoon.Add(2 * time.Hour).UnixNano())
			g := newGallery(t, "listings", size, dir, server.Host, "TZ=UTC")
			g.take("ps")
			g.take("ps", "-a", "--no-trunc")
			g.take("ls")
			g.take("images")
			g.take("volumes")
			g.take("events", "--since", "2026-01-02T15:00:00", "--until", "2026-01-02T17:00:00", "gateway")
		})
	}
}

// afternoon is when clockedProject's engine begins to make containers.
var afternoon = time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)

// clockedProject is a project, and an engine whose clock the test sets, in nanoseconds
// since 1970. Its images are three days old by this machine's clock.
func clockedProject(t *testing.T, file string) (dir string, server *enginetest.Server, clock *atomic.Int64) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "demo")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	clock = new(atomic.Int64)
	clock.Store(time.Now().AddDate(0, 0, -3).UnixNano())
	images := enginetest.Standard()
	images["postgres-like"] = enginetest.Image{Files: map[string]string{"/big": strings.Repeat("x", 30_000_000)}}
	server, err = enginetest.Listen(enginetest.Options{HostFolders: []string{dir}, Images: images, Now: func() time.Time {
		return time.Unix(0, clock.Load())
	}})
	if err != nil {
		t.Fatal(err)
	}
	clock.Store(afternoon.UnixNano())
	t.Cleanup(server.Close)
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, server, clock
}
