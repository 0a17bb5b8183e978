package main

import (
	"io"
	"log"
	"net/http/httptest"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// publishArtifact is "artifact TAG FILE...": the Compose files are published as
// one project, stack:TAG, to a registry of the script's own, whose address is
// $REGISTRY; "artifact end" ends the registry.
func publishArtifact(ts *testscript.TestScript, neg bool, args []string) {
	server, _ := ts.Value(registryKey{}).(*scriptRegistry)
	if neg || len(args) == 0 || server == nil {
		ts.Fatalf("usage: artifact TAG FILE... | artifact end")
	}
	if server.Server == nil {
		server.Server = httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
		ts.Defer(server.Close)
		ts.Setenv("REGISTRY", strings.TrimPrefix(server.URL, "http://"))
	}
	if args[0] == "end" {
		server.Close()
		return
	}
	image := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	for _, file := range args[1:] {
		layer := static.NewLayer([]byte(ts.ReadFile(file)), "application/vnd.docker.compose.file+yaml")
		var err error
		image, err = mutate.Append(image, mutate.Addendum{Layer: layer})
		ts.Check(err)
	}
	ref, err := name.ParseReference(ts.Getenv("REGISTRY") + "/stack:" + args[0])
	ts.Check(err)
	ts.Check(remote.Write(ref, image))
}

// registryKey is where a script's environment keeps its *scriptRegistry.
type registryKey struct{}

// scriptRegistry is not started before a script publishes something.
type scriptRegistry struct{ *httptest.Server }
