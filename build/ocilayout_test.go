package build_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/go-archive"

	"github.com/compose-orchestrator/compose/build"
)

// saveLayout writes an image of the engine as an OCI layout.
func saveLayout(t *testing.T, s *setup, ref, dir string) {
	t.Helper()
	saved, err := s.c.ImageSave(t.Context(), []string{ref})
	if err != nil {
		t.Fatal(err)
	}
	defer saved.Close()
	if err := archive.Untar(saved, dir, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "index.json")); err != nil {
		t.Skipf("this engine saves no OCI layout (Docker 25 does): %v", err)
	}
}

func TestOCILayout(t *testing.T) {
	s := start(t, map[string]string{
		"compose.yaml": "name: " + own + `oci
services:
  web: {build: {dockerfile_inline: "FROM base\nRUN busybox true\n", additional_contexts: {base: "oci-layout://./image"}}}
  tagged: {build: {dockerfile_inline: "FROM base\n", additional_contexts: {base: "oci-layout://./image:latest"}}}
  absent: {build: {dockerfile_inline: "FROM base\n", additional_contexts: {base: "oci-layout://./image:nope"}}}
  nowhere: {build: {dockerfile_inline: "FROM base\n", additional_contexts: {base: "oci-layout://./nowhere"}}}
  bad: {build: {dockerfile_inline: "FROM base\n", additional_contexts: {base: "oci-layout://./image@sha256:12"}}}
`,
		"image/README": "",
	}, build.Options{})
	saveLayout(t, s, "busybox", filepath.Join(s.p.WorkingDir, "image"))
	for _, service := range []string{"web", "tagged"} {
		_, err := s.b.Build(t.Context(), service)
		if failed, ok := errors.AsType[*build.Error](err); ok && strings.Contains(err.Error(), "unknown scheme oci-layout") {
			if !strings.Contains(failed.Hint(), "containerd image store") {
				t.Errorf("%s: hint %q", service, failed.Hint())
			}
			continue // what Docker's classic image store says
		}
		if err != nil {
			t.Errorf("%s: %v", service, err)
		}
	}
	for service, want := range map[string]string{
		"absent": `has no image "nope"`, "nowhere": "reading the OCI layout", "bad": "sha256:12",
	} {
		if _, err := s.b.Build(t.Context(), service); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", service, err, want)
		}
	}
}
