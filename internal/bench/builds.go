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

	"golang.org/x/sync/errgroup"
)

// built is how many services the builds are of. The last one's takes longest.
const built = 10

// buildStep is how much longer each build's one step takes than the one before's.
// The longest takes twelve seconds: a first build is seldom shorter, and what the
// engine needs to start ten containers at once is not what is measured.
const buildStep = 1200 * time.Millisecond

// buildFile is a project whose service n has a build of one step that sleeps n
// times buildStep. Another nonce makes another build.
func buildFile(nonce string) string {
	var s strings.Builder
	s.WriteString("services:\n")
	for n := 1; n <= built; n++ {
		fmt.Fprintf(&s, "  s%d: {build: {context: ., dockerfile_inline: %q}}\n", n, dockerfileOf(n, nonce))
	}
	return s.String()
}

func dockerfileOf(n int, nonce string) string {
	return fmt.Sprintf("FROM alpine\nRUN echo %s-%d && sleep %.1f\n", nonce, n, (time.Duration(n) * buildStep).Seconds())
}

// builds: ten from warm cache against the peer, and ten for the first time
// against docker build of the one which takes longest.
func (b *bench) builds(ctx context.Context) (err error) {
	file := filepath.Join(b.dir, "builds.yaml")
	// A project for each, or they would take each other's tags away.
	projects := map[string]string{b.compose: b.project + "-ours", b.peer: b.project + "-peer"}
	build := func(program string) contender {
		return b.program(program, "-f", file, "-p", projects[program], "build")
	}
	defer func() {
		for _, name := range projects {
			_, downErr := b.command(context.WithoutCancel(ctx), b.compose, "-f", file, "-p", name, "down", "--rmi", "local")
			err = errors.Join(err, downErr)
		}
	}()
	nonces := 0
	anew := func() error {
		nonces++
		return os.WriteFile(file, []byte(buildFile(fmt.Sprintf("%s-%d", b.project, nonces))), 0o644)
	}
	var longest, all contender
	if docker, err := exec.LookPath("docker"); err == nil {
		nonce := func() string { return fmt.Sprintf("%s-%d", b.project, nonces) }
		longest = func(ctx context.Context) (measured, error) { return bareBuilds(ctx, docker, nonce(), built) }
		all = func(ctx context.Context) (measured, error) {
			numbers := make([]int, built)
			for i := range numbers {
				numbers[i] = i + 1
			}
			return bareBuilds(ctx, docker, nonce(), numbers...)
		}
	}
	m, err := medians(ctx, b.longRuns, anew, build(b.compose), longest, all, build(b.peer))
	if err != nil {
		return err
	}
	b.table.add(row{what: "first build, 10 services", ours: m[0], other: m[1], than: "docker build of the longest", limit: share(m[1].wall, 1.05)})
	b.table.add(row{what: "first build, 10 services", ours: m[0], other: m[2], than: "ten docker build at once"})
	b.table.add(row{what: "first build, 10 services", ours: m[0], other: m[3], than: "peer"})
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

// bareBuilds has docker's own client carry out the Dockerfiles of these numbers,
// all at once and without a context, and keeps nothing.
func bareBuilds(ctx context.Context, docker, nonce string, numbers ...int) (measured, error) {
	began := time.Now()
	var g errgroup.Group
	for _, n := range numbers {
		g.Go(func() error {
			cmd := exec.CommandContext(ctx, docker, "build", "-q", "-")
			cmd.Stdin = strings.NewReader(dockerfileOf(n, nonce))
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("docker build: %w: %s", err, out)
			}
			return nil
		})
	}
	err := g.Wait()
	return measured{wall: time.Since(began)}, err
}
