package do

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/containerd/errdefs"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/planner"
)

// TestDoFilesUnwritable: secrets and configs are in a container whose own file
// system takes none, under a tmpfs too; they belong to the service's user, also
// after a replacement; and nothing is left of them when it goes.
func TestDoFilesUnwritable(t *testing.T) {
	testbed.NeedAPI(t, "1.45", "files in a read-only place need Docker 26")
	b := realBench(t, "do-unwritable", `
services:
  web:
    image: alpine
    init: true
    user: nobody
    read_only: true
    tmpfs: [/run]
    command: sleep 600
    secrets: [token, {source: file, mode: 0400}]
    configs: [{source: conf, target: /etc/app/a.conf, uid: "7", gid: "8"}]
    post_start:
      - command: ["sh", "-c", "cat /run/secrets/token /run/secrets/file /etc/app/a.conf"]
      - command: ["stat", "-c", "%u:%g %a", "/run/secrets/token", "/run/secrets/file", "/etc/app/a.conf"]
secrets: {token: {environment: TOKEN}, file: {file: ./file}}
configs: {conf: {content: "a=1\n"}}
`)
	if err := os.WriteFile(filepath.Join(b.P.WorkingDir, "file"), []byte("+file+"), 0o600); err != nil {
		t.Fatal(err)
	}
	ref := b.Ref("web", 1)
	want := []string{"s3cret+file+a=1", "65534:65534 444", "65534:65534 400", "7:8 444"}
	look := func(id string) {
		t.Helper()
		b.Outputs = nil
		for i := range b.P.Services["web"].PostStart {
			b.Do(planner.RunHook{Ref: ref, ID: id, Phase: planner.PostStart, Index: i})
		}
		if !slices.Equal(b.Outputs, want) {
			t.Errorf("files\n got %q\nwant %q", b.Outputs, want)
		}
	}
	b.Resources()
	first := b.Do(planner.CreateContainer{Ref: ref}).ID
	b.Do(planner.StartContainer{Ref: ref})
	look("")

	b.Renew()
	second := b.Do(planner.CreateContainer{Ref: ref, Replaces: first}).ID
	b.Do(planner.RemoveContainer{Ref: ref, ID: first, Force: true, Files: ref.Name + spec.FilesSuffix})
	b.Do(planner.StartContainer{Ref: ref})
	look("")

	b.Renew() // another run starts it again, and does not touch what is there
	b.Do(planner.StopContainer{Ref: ref, ID: second})
	b.Do(planner.StartContainer{Ref: ref, ID: second})
	look(second)

	kept := spec.TemporaryName(first, ref.Name) + spec.FilesSuffix
	b.Do(planner.RemoveContainer{Ref: ref, ID: second, Force: true, Files: kept})
	for _, volume := range []string{ref.Name + spec.FilesSuffix, kept} {
		if _, err := b.C.VolumeInspect(t.Context(), volume); !errdefs.IsNotFound(err) {
			t.Errorf("volume %s: got %v, want none", volume, err)
		}
	}
}

// TestDoPreStart: a pre_start hook runs in its own container, whose files are
// the service's, and leaves none behind, whether it works or fails.
func TestDoPreStart(t *testing.T) {
	b := realBench(t, "do-prestart", `
services:
  web:
    image: alpine
    init: true
    user: "1000:1000"
    command: sleep 600
    volumes: [data:/data, /anonymous]
    secrets: [token]
    pre_start:
      - {command: ["sh", "-c", "cp /run/secrets/token /data/t; echo $$0 > /anonymous/name; id -u", "me"], user: root}
      - {command: ["sh", "-c", "echo gone wrong >&2; exit 3"]}
    post_start:
      - command: ["cat", "/data/t", "/anonymous/name"]
volumes: {data: {}}
secrets: {token: {environment: TOKEN}}
`)
	ref := b.Ref("web", 1)
	b.Resources()
	b.Do(planner.CreateContainer{Ref: ref})
	b.Do(planner.RunHook{Ref: ref, Phase: planner.PreStart, Index: 0})
	b.Fails(planner.RunHook{Ref: ref, Phase: planner.PreStart, Index: 1}, `service "web" pre_start[1] exited with code 3`)
	b.Do(planner.StartContainer{Ref: ref})
	b.Do(planner.RunHook{Ref: ref, Phase: planner.PostStart, Index: 0})
	if want := []string{"0", "gone wrong", "s3cretme"}; !slices.Equal(b.Outputs, want) {
		t.Errorf("hooks\n got %q\nwant %q", b.Outputs, want)
	}
	for _, name := range []string{ref.Name + "-pre_start-1", ref.Name + "-pre_start-2"} {
		if _, err := b.C.ContainerInspect(t.Context(), name); !errdefs.IsNotFound(err) {
			t.Errorf("container %s: got %v, want none", name, err)
		}
	}
}
