package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

// The scripts in testdata/script are the command line's specification. Each is
// run on an engine in memory of its own and, where COMPOSE_TEST_ENGINE=1 is set,
// on a real one. testdata/script/README.md says what a script finds there.

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"compose": main, "docker-compose": main, timeless: mainTimeless,
		"ssh": dialStdio, "curl": docCurl,
	})
}

// timeless is this program with a display whose clock stands still: its screens
// hold no times and no spinner's states that differ from run to run.
const timeless = "compose-timeless"

func mainTimeless() {
	a, args := called()
	a.now = func() time.Time { return time.Unix(0, 0) }
	os.Exit(a.run(args))
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                "../../testdata/script",
		RequireUniqueNames: true,
		Condition:          scriptEngine{kind: "memory", api: api.DefaultVersion}.is,
		Cmds:               scriptCommands,
		Setup: func(env *testscript.Env) error {
			server, err := enginetest.Listen(enginetest.Options{
				HostFolders: []string{env.WorkDir},
				Registry:    map[string]enginetest.Image{"alpine": enginetest.Standard()["alpine"]},
			})
			if err != nil {
				return err
			}
			env.Defer(server.Close)
			env.Values[engineKey{}] = server.Engine
			return setUpScript(env, server.Host, "demo")
		},
	})
}

func TestScriptsOnEngine(t *testing.T) {
	needEngine(t)
	engine := realEngine(t)
	needAlpine(t)
	t.Log(engine) // docs/engines.md has it
	testscript.Run(t, testscript.Params{
		Dir:                "../../testdata/script",
		RequireUniqueNames: true,
		Condition:          engine.is,
		Cmds:               scriptCommands,
		Setup: func(env *testscript.Env) error {
			name := strings.TrimPrefix(filepath.Base(env.WorkDir), "script-")
			project := strings.ReplaceAll(fmt.Sprintf("ex-%s-%d", name, os.Getpid()), "_", "-")
			return setUpScript(env, os.Getenv("DOCKER_HOST"), project)
		},
	})
}

// needEngine skips a test that is for a real engine where none was asked for. script/test
// asks for one in its end-to-end stage.
func needEngine(t *testing.T) {
	t.Helper()
	if os.Getenv("COMPOSE_TEST_ENGINE") != "1" {
		t.Skip("needs an engine: COMPOSE_TEST_ENGINE=1 is not set")
	}
}

// clientAt is a client of the engine at host; "": that of the environment. The caller
// closes it.
func clientAt(t *testing.T, host string) *client.Client {
	t.Helper()
	o := []client.Opt{client.FromEnv, client.WithAPIVersionNegotiation()}
	if host != "" {
		o = append(o, client.WithHost(host))
	}
	c, err := client.NewClientWithOpts(o...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// dialStdio stands in for ssh, which compose calls to reach an engine: whatever
// the host, its standard streams are a connection to the script's engine.
func dialStdio() {
	socket := strings.TrimPrefix(os.Getenv("ENGINE"), "unix://")
	if socket == "" {
		socket = "/var/run/docker.sock"
	}
	conn, err := net.Dial("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ssh:", err)
		os.Exit(255)
	}
	if cut := os.Getenv("SSH_CUT"); cut != "" {
		go breakAt(cut)
	}
	go func() {
		_, _ = io.Copy(conn, os.Stdin)
		_ = conn.(*net.UnixConn).CloseWrite()
	}()
	_, _ = io.Copy(os.Stdout, conn)
	os.Exit(0)
}

// breakAt ends the stand-in for ssh as a lost connection does, as soon as a file is there.
func breakAt(file string) {
	for {
		if _, err := os.Stat(file); err == nil {
			fmt.Fprintln(os.Stderr, "client_loop: send disconnect: Broken pipe")
			os.Exit(255)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// needAlpine skips where the engine has no alpine and cannot pull it: every
// script's services are made of it.
func needAlpine(t *testing.T) {
	t.Helper()
	c := clientAt(t, "")
	defer c.Close()
	if err := pullMissing(t.Context(), c, "alpine:latest"); err != nil {
		t.Skipf("needs the image alpine:latest: %v", err)
	}
}

// scriptEngine is what the conditions of scripts ask for.
type scriptEngine struct {
	kind    string // "memory", "real"
	podman  bool
	release string // "28.5.2"; of a real one
	api     string // "1.51"
}

// realEngine asks the engine of the environment what it is.
func realEngine(t *testing.T) scriptEngine {
	t.Helper()
	c := clientAt(t, "")
	defer c.Close()
	version, err := c.ServerVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	isPodman := func(of types.ComponentVersion) bool { return of.Name == "Podman Engine" }
	return scriptEngine{
		kind: "real", release: version.Version, api: version.APIVersion,
		podman: slices.ContainsFunc(version.Components, isPodman),
	}
}

// String is "engine: Docker 28.5.2, API 1.51".
func (e scriptEngine) String() string {
	name := "Docker"
	if e.podman {
		name = "Podman"
	}
	return fmt.Sprintf("engine: %s %s, API %s", name, e.release, e.api)
}

// is tells whether a condition holds: memory, real, podman, or api:1.44 for an engine
// with that version of the API or a later one.
func (e scriptEngine) is(condition string) (bool, error) {
	version, ofAPI := strings.CutPrefix(condition, "api:")
	switch {
	case ofAPI:
		return versions.GreaterThanOrEqualTo(e.api, version), nil
	case condition == "memory", condition == "real":
		return e.kind == condition, nil
	case condition == "podman":
		return e.podman, nil
	}
	return false, fmt.Errorf("unknown condition %q", condition)
}

// The keys of what the commands find in a script's environment.
type (
	engineKey struct{} // *enginetest.Engine; absent on a real one
	clientKey struct{} // *client.Client
)

// setUpScript gives a script its engine, its project name and a free port, and
// takes down what it leaves on the engine.
func setUpScript(env *testscript.Env, host, project string) error {
	o := []client.Opt{client.WithAPIVersionNegotiation()}
	if host != "" {
		o = append(o, client.WithHost(host))
	}
	c, err := client.NewClientWithOpts(o...)
	if err != nil {
		return err
	}
	env.Values[clientKey{}] = c
	env.Values[registryKey{}] = &scriptRegistry{}
	env.Values[counterKey{}] = &requestCounter{}
	port, err := freePort()
	if err != nil {
		return err
	}
	env.Setenv("DOCKER_HOST", host)
	env.Setenv("ENGINE", host) // stays when a script says DOCKER_HOST=ssh://...
	env.Setenv("COMPOSE_PROJECT_NAME", project)
	env.Setenv("PROJECT", project) // stays when a script changes the other
	env.Setenv("PORT", port)
	env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, ".state"))
	env.Setenv("SUBNET", ownSubnet(len(project)))
	env.Defer(func() {
		defer c.Close()
		if e, ok := env.Values[engineKey{}].(*enginetest.Engine); ok {
			e.ClearFaults()
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := removeProject(ctx, c, project); err != nil {
			env.T().Fatal("cleaning up: ", err)
		}
	})
	return nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// ownSubnet is the beginning of a subnet, "198.18.7": of those for tests of
// devices (RFC 2544), which no engine hands out, one that another process or a
// test with another number hardly has.
func ownSubnet(number int) string {
	return fmt.Sprintf("198.%d.%d", 18+number%2, (os.Getpid()+31*number)%256)
}
