//go:build !windows

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/internal/screentest"
)

// docSession is a reader who does what a page says, in a folder "shop" of their
// own, on a terminal of 80 columns and 24 rows.
type docSession struct {
	t    *testing.T
	dir  string // the folder
	env  []string
	cols int
	// here puts this run's names in the place of the page's, back does the reverse:
	// on an engine that others use, the project has a name and ports of its own.
	here, back *strings.Replacer
}

const docProject = "shop"

// newDocSession is a session on an engine; own are pairs of a page's name and this
// run's.
func newDocSession(t *testing.T, host string, dir string, own ...string) *docSession {
	t.Helper()
	home := filepath.Dir(dir)
	back := []string{home, "/home/me"}
	wider := 0
	for i := 0; i < len(own); i += 2 {
		back = append(back, own[i+1], own[i])
		wider = max(wider, len(own[i+1])-len(own[i]))
	}
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		return strings.HasPrefix(kv, "COMPOSE_") || strings.HasPrefix(kv, "DOCKER_") || kv == "NO_COLOR" || strings.HasPrefix(kv, "NO_COLOR=") || strings.HasPrefix(kv, "TERM=") || strings.HasPrefix(kv, "GITHUB_ACTIONS=")
	})
	env = append(env, "HOME="+home, "DOCKER_HOST="+host, "TERM=xterm", "XDG_STATE_HOME="+filepath.Join(home, ".state"), "USER=alice", "HOSTNAME=laptop")
	return &docSession{t: t, dir: dir, env: env, cols: 80 + wider, here: strings.NewReplacer(own...), back: strings.NewReplacer(back...)}
}

// write makes a file of the page.
func (s *docSession) write(file, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(s.here.Replace(text)), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *docSession) shell(command string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	s.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "sh", "-c", s.here.Replace(command))
	cmd.Dir, cmd.Env = s.dir, append(s.env, "PWD="+s.dir)
	return cmd
}

// prepare does what the page's readers are told in words.
func (s *docSession) prepare(command string) {
	s.t.Helper()
	if out, err := s.shell(command).CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

// run types a command and returns what the terminal shows of it at last.
func (s *docSession) run(command string) string {
	s.t.Helper()
	heedSignals()
	ours, theirs, err := screentest.OpenPTY()
	if err != nil {
		s.t.Fatal(err)
	}
	defer ours.Close()
	if err := screentest.Resize(ours, 24, s.cols); err != nil {
		s.t.Fatal(err)
	}
	cmd := s.shell(command)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = cmd.Start()
	theirs.Close()
	if err != nil {
		s.t.Fatal(err)
	}
	screen := screentest.New(4000, 24)     // so that a long line stays one line of the page
	_, _ = io.Copy(screen, docLinks{ours}) // until nobody has the other side open
	if err := cmd.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		s.t.Fatal(err)
	}
	if unknown := screen.Unknown(); len(unknown) > 0 {
		s.t.Errorf("%s: the terminal got %q", command, unknown)
	}
	shown := strings.TrimLeft(screen.All(), "\n")
	return s.back.Replace(shown)
}

// docLinks reads what a program writes, without its links: screentest's terminal
// knows none.
type docLinks struct{ r io.Reader }

var docLink = regexp.MustCompile(`\x1b\]8;;.*?\x1b\\`)

func (l docLinks) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	return copy(p, docLink.ReplaceAll(p[:n], nil)), err
}

// docMemory is an engine in memory that has the images of the pages.
func docMemory(t *testing.T, dir string) *docSession {
	t.Helper()
	images := enginetest.Standard()
	redis := images["redis:7-alpine"]
	redis.Programs = map[string]enginetest.Program{"redis-server": playRedis, "redis-cli": playRedisCLI}
	images["redis:7-alpine"] = redis
	server, err := enginetest.Listen(enginetest.Options{Images: images, HostFolders: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	s := newDocSession(t, server.Host, dir)
	s.env = append(s.env, "ENGINE="+server.Host)
	return s
}

// docReal is the engine that is there, with a name and ports of the run's own.
func docReal(t *testing.T, dir, page string) *docSession {
	t.Helper()
	c, err := client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	for _, ref := range []string{"alpine:latest", "nginx:alpine", "redis:7-alpine"} {
		if err := pullMissing(t.Context(), c, ref); err != nil {
			t.Skipf("needs the image %s: %v", ref, err)
		}
	}
	name := filepath.Base(dir)
	there, err := c.ContainerList(t.Context(), container.ListOptions{All: true, Filters: ofProject(name)})
	if err != nil || len(there) > 0 {
		t.Fatalf("the engine has containers of a project %q already (%v)", name, err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := removeProject(ctx, c, name); err != nil {
			t.Error(err)
		}
	})
	if name == docProject {
		return newDocSession(t, os.Getenv("DOCKER_HOST"), dir)
	}
	own := []string{docProject, name}
	for _, port := range docPorts.FindAllString(page, -1) {
		if !slices.Contains(own, port) {
			own = append(own, port, freeShortPort(t, own))
		}
	}
	return newDocSession(t, os.Getenv("DOCKER_HOST"), dir, own...)
}

var docPorts = regexp.MustCompile(`\b8\d\d\d\b`)

// freeShortPort is a free port of four digits, as wide as the page's, that is not
// among taken.
func freeShortPort(t *testing.T, taken []string) string {
	t.Helper()
	for n := range 1000 {
		port := strconv.Itoa(9000 + (os.Getpid()+n)%1000)
		if slices.Contains(taken, port) {
			continue
		}
		if l, err := net.Listen("tcp", ":"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port of 9000 to 9999 is free")
	return ""
}

// The programs of redis:7-alpine, as far as the pages use them. The server leaves
// its port in a file, where the client looks for it.
const redisPort = "/redis.port"

func playRedis(ctx context.Context, p *enginetest.Process) int {
	port := "6379"
	if i := slices.Index(p.Args, "--port"); i > 0 && i+1 < len(p.Args) {
		port = p.Args[i+1]
	}
	signals := p.Signals()
	if err := p.WriteFile(redisPort, []byte(port)); err != nil {
		fmt.Fprintln(p.Stderr, err)
		return 1
	}
	fmt.Fprintln(p.Stdout, "Ready to accept connections")
	select {
	case <-signals:
		return 0
	case <-ctx.Done():
		return 1
	}
}

func playRedisCLI(_ context.Context, p *enginetest.Process) int {
	if port, err := p.ReadFile(redisPort); err != nil || string(port) != "6379" {
		fmt.Fprintln(p.Stdout, "Could not connect to Redis at 127.0.0.1:6379: Connection refused")
		return 1
	}
	fmt.Fprintln(p.Stdout, "PONG")
	return 0
}
