package main

import (
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/rogpeppe/go-internal/testscript"
)

func init() {
	scriptCommands["registry"] = startRegistry
	scriptCommands["fetch"] = fetchManifest
}

// startRegistry is "registry": an OCI registry of the script's own, empty, at
// $REGISTRY.
func startRegistry(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: registry")
	}
	s := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	ts.Defer(s.Close)
	ts.Setenv("REGISTRY", strings.TrimPrefix(s.URL, "http://"))
}

// fetchManifest is "fetch REFERENCE": prints the manifest that a registry has.
func fetchManifest(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: fetch REFERENCE")
	}
	ref, err := name.ParseReference(args[0])
	ts.Check(err)
	d, err := remote.Get(ref)
	if neg != (err != nil) {
		ts.Fatalf("fetching %s: %v", ref, err)
	}
	if err == nil {
		fmt.Fprintln(ts.Stdout(), string(d.Manifest))
	}
}
