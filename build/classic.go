package build

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/pkg/jsonmessage"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
)

// classic builds with the engine's own POST /build.
type classic struct {
	setting
	b    *Builder
	only bool // the engine has no other builder
}

func (c *classic) close() error { return nil }

func (c *classic) build(ctx context.Context, j job) (Result, error) {
	if err := c.refuse(j); err != nil {
		return Result{}, err
	}
	c.conf.addProxies(c.b.c.DaemonHost(), j.args)
	auths, err := c.conf.all()
	if err != nil {
		return Result{}, err
	}
	before, err := c.currentImage(ctx, j)
	if err != nil {
		return Result{}, err
	}
	id, err := c.request(ctx, j, auths)
	if ctx.Err() != nil {
		return Result{}, context.Cause(ctx)
	}
	if err != nil {
		return Result{}, err
	}
	return c.keepUnchanged(ctx, j, before, id)
}

// request has the engine build, and returns the image's id.
func (c *classic) request(ctx context.Context, j job, auths map[string]registry.AuthConfig) (id string, err error) {
	sent, err := packContext(j)
	if err != nil {
		return "", err
	}
	if j.pull {
		j.pull = !c.b.keepsBaseImages(j)
	}
	o := imageBuildOptions(j, sent)
	o.AuthConfigs, o.Memory = auths, c.b.o.Memory
	resp, err := c.b.c.ImageBuild(ctx, sent.reader(), o)
	var failure stepFailure
	if err == nil {
		id, failure, err = c.follow(j, resp.Body)
		_ = resp.Body.Close() // it was read to the end, or is of no more use
	}
	if unsent := sent.finish(); unsent != nil {
		return "", unsent // the engine's error follows from it
	}
	if err != nil {
		j.step = failure.step
		return "", &Error{Err: err, Step: failure.step, Output: failure.output, Help: advise(err.Error(), j, c.b.p)}
	}
	return cmp.Or(id, j.names[0]), nil
}

// currentImage is the image that has the job's name now; zero: none has.
func (c *classic) currentImage(ctx context.Context, j job) (image.InspectResponse, error) {
	img, err := c.images.inspect(ctx, j.names[0])
	if errdefs.IsNotFound(err) {
		return image.InspectResponse{}, nil
	}
	return img, err
}

// keepUnchanged returns what the build brought. An image that differs from the one
// before in nothing but its date and history gives the names back to it, so that
// no container is recreated for it: Podman writes the labels as steps in an order
// that is another one each time, and its cache then knows none of them.
func (c *classic) keepUnchanged(ctx context.Context, j job, before image.InspectResponse, id string) (Result, error) {
	built, err := c.images.inspect(ctx, id)
	if err != nil {
		return Result{}, err
	}
	if before.ID == "" || before.ID == built.ID || !sameContainer(before, built) {
		return c.images.result(built, j.platforms), nil
	}
	for _, name := range j.names {
		if err := c.b.c.ImageTag(ctx, before.ID, name); err != nil {
			return Result{}, fmt.Errorf("naming the image %s: %w", name, err)
		}
	}
	_, _ = c.b.c.ImageRemove(ctx, built.ID, image.RemoveOptions{PruneChildren: true}) // left over at worst
	return c.images.result(before, j.platforms), nil
}

// sameContainer tells whether containers of the two images would be the same.
func sameContainer(a, b image.InspectResponse) bool {
	return a.Os == b.Os && a.Architecture == b.Architecture && a.Variant == b.Variant &&
		reflect.DeepEqual(a.RootFS, b.RootFS) && reflect.DeepEqual(a.Config, b.Config)
}

// refuse names what the classic builder cannot do and a build cannot do
// without, and warns of what it can do without.
func (c *classic) refuse(j job) error {
	cannot := []struct {
		what  string
		asked bool
	}{
		{"multi-arch build", len(j.platforms) > 1},
		{"privileged mode", j.privileged},
		{"additional contexts", len(j.named) > 0},
		{"SSH keys", len(j.ssh) > 0},
		{"secrets", len(j.secrets) > 0},
		{"attestations", wanted(j.provenance) || wanted(j.sbom)},
	}
	for _, x := range cannot {
		if !x.asked {
			continue
		}
		help := "DOCKER_BUILDKIT=0 is set: unset it"
		if c.only {
			help = "this engine has no BuildKit; Docker 23 and later have it"
		}
		return hint.New(fmt.Sprintf("the classic builder doesn't support %s, set DOCKER_BUILDKIT=1 to use BuildKit", x.what), help)
	}
	var ignored []string
	if len(j.cacheTo) > 0 {
		ignored = append(ignored, "build.cache_to")
	}
	if len(j.noCacheStages) > 0 {
		ignored = append(ignored, "build.no_cache_filter")
	}
	if len(j.entitlements) > 0 {
		ignored = append(ignored, "build.entitlements")
	}
	if len(ignored) > 0 {
		c.b.o.Sink(event.Message{Level: event.Warn,
			Text: fmt.Sprintf("service %s: the classic builder does not apply %s", j.service, strings.Join(ignored, ", "))})
	}
	return nil
}

// imageBuildOptions are the job as POST /build wants it.
func imageBuildOptions(j job, sent packedContext) build.ImageBuildOptions {
	o := build.ImageBuildOptions{
		Version:       build.BuilderV1,
		Tags:          j.names,
		Dockerfile:    sent.dockerfile,
		RemoteContext: j.context.url,
		NoCache:       j.noCache,
		PullParent:    j.pull,
		Remove:        true,
		ForceRemove:   true, // of containers of failed steps: nothing else removes them
		BuildArgs:     map[string]*string{},
		Labels:        j.labels,
		Target:        j.target,
		NetworkMode:   j.network,
		ShmSize:       j.shmSize,
		CacheFrom:     cacheImages(j.cacheFrom),
	}
	if len(j.platforms) == 1 {
		o.Platform = j.platforms[0]
	}
	for name, value := range j.args {
		o.BuildArgs[name] = &value
	}
	for _, h := range j.hosts {
		name, ip, _ := strings.Cut(h, "=")
		o.ExtraHosts = append(o.ExtraHosts, name+":"+strings.Trim(ip, "[]"))
	}
	for _, u := range j.ulimits {
		o.Ulimits = append(o.Ulimits, &container.Ulimit{Name: u.name, Soft: u.soft, Hard: u.hard})
	}
	return o
}

// cacheImages are those of cache_from that name an image: the classic builder
// knows no other cache.
func cacheImages(specs []string) []string {
	var refs []string
	for _, spec := range specs {
		if !strings.Contains(spec, "=") {
			refs = append(refs, spec)
		} else if fields := strings.Split(spec, ","); slices.Contains(fields, "type=registry") {
			for _, f := range fields {
				if ref, ok := strings.CutPrefix(f, "ref="); ok {
					refs = append(refs, ref)
				}
			}
		}
	}
	return refs
}

// follow reads the engine's stream of JSON messages to its end: the image's id,
// or the error and what the failing step printed.
func (c *classic) follow(j job, stream io.Reader) (id string, f stepFailure, err error) {
	out := &lineWriter{emit: func(line string) {
		if !c.b.o.Quiet {
			c.b.out(j, line)
		}
	}}
	defer out.flush()
	var last tail
	for dec := json.NewDecoder(stream); ; {
		var m jsonmessage.JSONMessage
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			return id, f, nil
		} else if err != nil {
			return "", f, fmt.Errorf("reading the engine's answer: %w", err)
		}
		switch {
		case m.Error != nil:
			f.output = slices.DeleteFunc(last.all(), notOutput)
			m.Error.Message = strings.TrimSpace(m.Error.Message)
			return "", f, m.Error
		case m.Aux != nil:
			var r build.Result
			if json.Unmarshal(*m.Aux, &r) == nil && r.ID != "" {
				id = r.ID
			}
		case m.Stream != "":
			if step := strings.TrimSpace(m.Stream); strings.HasPrefix(step, "Step ") || strings.HasPrefix(step, "STEP ") {
				f.step, last = step, tail{}
			} else {
				last.write([]byte(m.Stream))
			}
			_, _ = out.Write([]byte(m.Stream)) // never fails
		case m.Status != "" && m.Progress == nil:
			for line := range strings.SplitSeq(strings.TrimSpace(m.ID+" "+m.Status), "\n") {
				out.emit(line)
			}
		}
	}
}

// notOutput tells the builder's own lines in a step's output.
func notOutput(line string) bool { return line == "" || strings.HasPrefix(line, " ---> ") }
