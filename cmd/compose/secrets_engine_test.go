//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"
	controlapi "github.com/moby/buildkit/api/services/control"
	bkclient "github.com/moby/buildkit/client"
)

// planted is in every secret of the project below, and nowhere else.
const planted = "pl4nted"

// The Compose file has a secret of every kind, used by a container and a build.
const withSecrets = `
services:
  web:
    build:
      context: .
      secrets: [token, pin]
    secrets: [token, {source: pin, mode: 0400}]
    configs: [conf]
    env_file: web.env
    environment: {PASSWORD: "${TOKEN}"}
    init: true
    stop_grace_period: 0s
    command: [sh, -c, "echo begun; sleep 600"]
    depends_on: [helper]
  helper: {provider: {type: helper}}
secrets:
  token: {environment: TOKEN}
  pin: {file: ./pin}
configs:
  conf: {content: "password=${TOKEN}"}
`

// The provider runs while the command does: it looks at what everybody on the
// machine may see of the command.
const helperProvider = `#!/bin/sh
[ "$2" = metadata ] && exit 1
{
  tr '\\0' ' ' </proc/$PPID/cmdline
  for p in $(cat /proc/$PPID/task/*/children); do tr '\\0' ' ' </proc/$p/cmdline; done
  grep -r . "$TMPDIR"
} >>seen
echo '{"type":"setenv","message":"URL=x"}'
`

// TestSecretsStaySecret: no output, process argument, temporary file, label,
// image history, build cache or crash report has a secret in it.
func TestSecretsStaySecret(t *testing.T) {
	needEngine(t)
	needAlpine(t)
	if engine := realEngine(t); !versions.GreaterThanOrEqualTo(engine.api, "1.42") {
		t.Skip("needs the BuildKit of Docker 23, which keeps a history")
	}
	heedSignals()
	b := newSecretsBench(t)

	for _, args := range [][]string{
		{"up", "-d", "--build"},
		{"--dry-run", "up", "-d", "--force-recreate"},
		{"--progress=json", "up", "-d", "--force-recreate"},
		{"build", "--no-cache"},
		{"exec", "-T", "web", "true"},
		{"explain"}, {"diff"}, {"diff", "--format", "json"},
		{"ps", "--format", "json"},
		{"events", "--json", "--since", "10m", "--until", "0s"},
	} {
		b.run(args...)
	}
	b.rewrite("web.env", "DB_PASSWORD="+planted+"-other\n")
	b.rewrite("pin", planted+"-other\n")
	b.environ = append(b.environ, "TOKEN="+planted+"-other")
	b.run("--dry-run", "up", "-d")
	b.run("up", "-d")

	b.crash()
	b.look("temporary files", b.files(b.tmp))
	b.look("what the provider saw", b.files(b.dir+"/seen"))
	b.look("the container's labels", b.labels())
	b.look("the image and its history", b.image())
	b.look("the build cache and the builder's history", b.builder())
}

type secretsBench struct {
	*testing.T
	dir, tmp, name string
	environ        []string
	c              *client.Client
}

func newSecretsBench(t *testing.T) *secretsBench {
	b := &secretsBench{T: t, dir: t.TempDir(), tmp: t.TempDir(), name: fmt.Sprintf("secrets-%d", os.Getpid())}
	for name, text := range map[string]string{
		"compose.yaml": withSecrets,
		"pin":          planted + "-pin\n",
		"web.env":      "DB_PASSWORD=" + planted + "-env\n",
		"Dockerfile":   "FROM alpine\nRUN --mount=type=secret,id=token --mount=type=secret,id=pin wc -c /run/secrets/token /run/secrets/pin\n",
		"bin/helper":   helperProvider,
	} {
		b.rewrite(name, text)
	}
	if err := os.Chmod(filepath.Join(b.dir, "bin/helper"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.environ = []string{
		"COMPOSE_PROJECT_NAME=" + b.name, "TOKEN=" + planted + "-token", "TMPDIR=" + b.tmp, "COMPOSE_PROGRESS=plain",
		"PATH=" + b.dir + "/bin:" + os.Getenv("PATH"), "XDG_STATE_HOME=" + b.dir + "/state", "GOTRACEBACK=all",
	}
	var err error
	if b.c, err = client.NewClientWithOpts(client.FromEnv, client.WithAPIVersionNegotiation()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = b.command("down", "--rmi", "all", "-v").Run()
		b.c.Close()
	})
	return b
}

func (b *secretsBench) rewrite(name, text string) {
	b.Helper()
	path := filepath.Join(b.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		b.Fatal(err)
	}
}

func (b *secretsBench) command(args ...string) *exec.Cmd {
	cmd := composeCommand(b.T, b.dir, os.Getenv("DOCKER_HOST"), append([]string{"--debug", "--verbose"}, args...)...)
	cmd.Env = append(cmd.Env, b.environ...)
	return cmd
}

// run runs a command that has to work, and looks at all that it prints.
func (b *secretsBench) run(args ...string) {
	b.Helper()
	out, err := b.command(args...).CombinedOutput()
	if err != nil {
		b.Fatalf("%s: %v\n%s", args, err, out)
	}
	b.look(strings.Join(args, " "), string(out))
}

// look fails where a text has a secret in it.
func (b *secretsBench) look(what, text string) {
	b.Helper()
	if text == "" {
		return
	}
	if at := strings.Index(text, planted); at >= 0 {
		b.Errorf("%s: a secret is in %q", what, text[max(0, at-100):min(len(text), at+100)])
	}
}

// crash has an attached up print the stacks of all its goroutines.
func (b *secretsBench) crash() {
	b.Helper()
	cmd := b.command("up")
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	var report bytes.Buffer
	cmd.Stderr = &report
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	first := make([]byte, 1)
	if _, err := out.Read(first); err != nil { // it is attached
		b.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGABRT); err != nil {
		b.Fatal(err)
	}
	rest, _ := io.ReadAll(out)
	_ = cmd.Wait()
	if !strings.Contains(report.String(), "goroutine 1 ") {
		b.Fatalf("no stacks in\n%s%s", rest, report.String())
	}
	b.look("the crash report", report.String())
}

// files are the names and contents of all files below a folder, or of a file.
func (b *secretsBench) files(dir string) string {
	b.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s\n%s\n", path, content)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return all.String()
}

// labels are those of the service's container. Its environment is what the file
// says it is.
func (b *secretsBench) labels() string {
	b.Helper()
	c, err := b.c.ContainerInspect(b.Context(), b.name+"-web-1")
	if err != nil {
		b.Fatal(err)
	}
	return b.text(c.Config.Labels)
}

func (b *secretsBench) image() string {
	b.Helper()
	history, err := b.c.ImageHistory(b.Context(), b.name+"-web")
	if err != nil || len(history) == 0 {
		b.Fatal(history, err)
	}
	i, err := b.c.ImageInspect(b.Context(), b.name+"-web")
	if err != nil {
		b.Fatal(err)
	}
	return b.text(history) + b.text(i)
}

// builder is what BuildKit tells of its cache and of the builds that were.
func (b *secretsBench) builder() string {
	b.Helper()
	usage, err := b.c.DiskUsage(b.Context(), types.DiskUsageOptions{Types: []types.DiskUsageObject{types.BuildCacheObject}})
	if err != nil {
		b.Fatal(err)
	}
	k, err := bkclient.New(b.Context(), "", bkclient.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return b.c.DialHijack(ctx, "/grpc", "h2c", nil)
	}))
	if err != nil {
		b.Fatal(err)
	}
	defer k.Close()
	history, err := k.ControlClient().ListenBuildHistory(b.Context(), &controlapi.BuildHistoryRequest{EarlyExit: true})
	if err != nil {
		b.Fatal(err)
	}
	all := b.text(usage.BuildCache)
	for {
		e, err := history.Recv()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			b.Fatal(err)
		}
		all += b.text(e)
	}
}

func (b *secretsBench) text(v any) string {
	b.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}
