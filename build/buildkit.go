package build

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	bkclient "github.com/moby/buildkit/client"
	"github.com/moby/buildkit/exporter/containerimage/exptypes"
	"github.com/moby/buildkit/session"

	"github.com/compose-orchestrator/compose/event"
)

// buildkit builds with the BuildKit inside the engine, or with one outside of it. One
// control connection serves all builds; each build has a session of its own for what belongs to it
// alone (secrets, keys), and folders that several builds read have one each.
type buildkit struct {
	setting
	b        *Builder
	c        *bkclient.Client
	external bool // not the engine's own: results must be loaded into the engine or pushed
	auth     session.Attachable
	locals   *localSessions
}

// newBuildKit prepares the connection; it is dialled by the first request.
func newBuildKit(ctx context.Context, b *Builder) (*buildkit, error) {
	dialSession := func(ctx context.Context, proto string, meta map[string][]string) (net.Conn, error) {
		return b.c.DialHijack(ctx, "/session", proto, meta)
	}
	c, err := bkclient.New(ctx, "",
		bkclient.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return b.c.DialHijack(ctx, "/grpc", "h2c", nil)
		}),
		bkclient.WithSessionDialer(dialSession))
	if err != nil {
		return nil, fmt.Errorf("connecting to BuildKit: %w", err)
	}
	return &buildkit{
		b: b, c: c, locals: newLocalSessions(sharedFolders(b.p), dialSession),
	}, nil
}

func (k *buildkit) close() error {
	k.locals.close()
	return k.c.Close()
}

func (k *buildkit) build(ctx context.Context, j job) (Result, error) {
	opt, err := k.prepare(ctx, j)
	if err != nil {
		return Result{}, err
	}
	var load *loading
	if k.external && !k.pushes() {
		load = k.load(ctx)
		opt.Exports[0].Output = load.output
	}
	statuses := make(chan *bkclient.SolveStatus)
	watched := k.b.watch(j, statuses)
	resp, err := k.c.Solve(ctx, nil, opt, statuses) // closes statuses
	failure := <-watched
	if loadErr := load.wait(); loadErr != nil {
		return Result{}, loadErr // BuildKit's error follows from it
	}
	if err != nil {
		return Result{}, k.failure(ctx, j, err, failure)
	}
	return k.result(ctx, j, resp.ExporterResponse)
}

// pushes tells whether results go to their registries straight from BuildKit.
func (k *buildkit) pushes() bool { return k.external && k.b.o.Push }

// export is where the result goes: into the engine's image store, whichever kind
// that is, by the engine's own exporter, which attests nothing that is not asked
// for, so that an unchanged build has the same digest; from outside of the engine, as an
// archive to load, or to the registry.
func (k *buildkit) export(j job) bkclient.ExportEntry {
	e := bkclient.ExportEntry{Type: "moby", Attrs: map[string]string{"name": strings.Join(j.names, ",")}}
	switch {
	case k.pushes():
		e.Type, e.Attrs["push"] = bkclient.ExporterImage, "true"
	case k.external:
		e.Type = bkclient.ExporterDocker
	}
	return e
}

// prepare is the job as a request.
func (k *buildkit) prepare(ctx context.Context, j job) (bkclient.SolveOpt, error) {
	k.conf.addProxies(k.b.c.DaemonHost(), j.args)
	if j.pull {
		j.pull = !k.b.keepsBaseImages(j)
	}
	w, err := k.worker(ctx, j)
	if err != nil {
		return bkclient.SolveOpt{}, err
	}
	return k.solveOpt(ctx, j, w)
}

// failure is why a request failed, or why it was broken off.
func (k *buildkit) failure(ctx context.Context, j job, err error, seen stepFailure) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return explain(err, j, k.b.p, seen)
}

// keepsBaseImages tells whether a pull of all base images would ask a registry for one
// that this project has just built: builders know all or nothing.
func (b *Builder) keepsBaseImages(j job) bool {
	if !j.usesProjectImage() {
		return false
	}
	b.o.Sink(event.Message{Level: event.Warn, Text: fmt.Sprintf(
		"service %s: base images are not pulled anew, since the build uses an image that this project builds", j.service)})
	return true
}

// usesProjectImage tells whether the build uses an image that another service's build makes.
func (j job) usesProjectImage() bool {
	return len(j.uses) > 0 || slices.ContainsFunc(j.named, func(c namedContext) bool { return c.service != "" })
}

// result needs no further request of an engine that stores images the classic
// way: there, an image's id is the digest of its configuration.
func (k *buildkit) result(ctx context.Context, j job, exported map[string]string) (Result, error) {
	id := exported[exptypes.ExporterImageDigestKey]
	if id == "" {
		return Result{}, errors.New("the engine built the image and did not say its id")
	}
	if k.pushes() || id == exported[exptypes.ExporterImageConfigDigestKey] {
		return Result{ImageID: id, Digest: id}, nil
	}
	img, err := k.images.inspect(ctx, j.names[0])
	if err != nil {
		return Result{}, err
	}
	return k.images.result(img, j.platforms), nil
}

// worker is what a few options need to know of the engine's BuildKit.
type worker struct {
	hostGateway   string // the address of host-gateway
	multiPlatform bool   // its image store holds images of several platforms
}

// Labels of a worker, as dockerd sets them.
const (
	labelHostGateway = "org.mobyproject.buildkit.worker.moby.host-gateway-ip"
	labelSnapshotter = "org.mobyproject.buildkit.worker.snapshotter"
)

// worker asks only if the job makes use of the answer.
func (k *buildkit) worker(ctx context.Context, j job) (worker, error) {
	if k.external {
		return worker{multiPlatform: k.pushes()}, nil // an archive to load holds one image
	}
	gateway := slices.ContainsFunc(j.hosts, func(h string) bool { return strings.HasSuffix(h, "="+hostGateway) })
	if !gateway && len(j.platforms) < 2 && !wanted(j.provenance) && !wanted(j.sbom) {
		return worker{}, nil
	}
	list, err := k.c.ListWorkers(ctx)
	if err != nil {
		return worker{}, fmt.Errorf("asking BuildKit for its workers: %w", err)
	}
	var w worker
	for _, info := range list {
		if ip := info.Labels[labelHostGateway]; ip != "" {
			w.hostGateway = ip
		}
		_, snapshotter := info.Labels[labelSnapshotter]
		w.multiPlatform = w.multiPlatform || snapshotter
	}
	return w, nil
}
