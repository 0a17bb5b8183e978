package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// built is how many services the builds are of. The last one's takes longest.
const built = 10

// buildFile is a project whose service n has a build of one step that sleeps n
// tenths of four seconds. Another nonce makes another build.
func buildFile(nonce string) string {
	var s strings.Builder
	s.WriteString("services:\n")
	for n := 1; n <= built; n++ {
		fmt.Fprintf(&s, "  s%d: {build: {context: ., dockerfile_inline: %q}}\n", n, dockerfileOf(n, nonce))
	}
	return s.String()
}

func dockerfileOf(n int, nonce string) string {
	return fmt.Sprintf("FROM alpine\nRUN echo %s-%d && sleep %.1f\n", nonce, n, 0.4*float64(n))
}

// builds: ten from warm cache against the peer, and ten for the first time
// against docker build of the one which takes longest.
func (b *bench) builds(ctx context.Context) (err error) {
	file := filepath.Join(b.dir, "builds.yaml")
	build := func(program string) contender {
		return b.program(program, "-f", file, "-p", b.project+"-builds", "build")
	}
	defer func() {
		_, downErr := b.command(context.WithoutCancel(ctx), b.compose, "-f", file, "-p", b.project+"-builds", "down", "--rmi", "local")
		err = errors.Join(err, downErr)
	}()
	nonces := 0
	anew := func() error {
		nonces++
		return os.WriteFile(file, []byte(buildFile(fmt.Sprintf("%s-%d", b.project, nonces))), 0o644)
	}
	var longest contender
	if docker, err := exec.LookPath("docker"); err == nil {
		longest = func(ctx context.Context) (measured, error) {
			return bareBuild(ctx, docker, dockerfileOf(built, fmt.Sprintf("%s-%d", b.project, nonces)))
		}
	}
	m, err := medians(ctx, b.longRuns, anew, build(b.compose), longest, build(b.peer))
	if err != nil {
		return err
	}
	b.table.add(row{what: "first build, 10 services", ours: m[0], other: m[1], than: "docker build of the longest", limit: share(m[1].wall, 1.05)})
	b.table.add(row{what: "first build, 10 services", ours: m[0], other: m[2], than: "peer"})
	if _, err := build(b.compose)(ctx); err != nil {
		return err
	}
	if b.peer != "" {
		if _, err := build(b.peer)(ctx); err != nil { // its own way to send the same files
			return err
		}
	}
	if m, err = medians(ctx, b.runs, nil, build(b.compose), build(b.peer)); err != nil {
		return err
	}
	b.table.add(row{what: "build from cache, 10 services", ours: m[0], other: m[1], than: "peer", limit: share(m[1].wall, 0.5)})
	return nil
}

// bareBuild has docker's own client carry a Dockerfile out, without a context, and
// keep nothing.
func bareBuild(ctx context.Context, docker, dockerfile string) (measured, error) {
	cmd := exec.CommandContext(ctx, docker, "build", "-q", "-")
	cmd.Stdin = strings.NewReader(dockerfile)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return measured{}, fmt.Errorf("docker build: %w: %s", err, out)
	}
	return measured{wall: time.Since(began)}, nil
}
