package enginetest_test

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
)

func TestCommit(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		id := s.run("-a", sh("sleep 100"))
		ref := s.name + "-image:x"
		t.Cleanup(func() { _, _ = s.ImageRemove(context.Background(), ref, image.RemoveOptions{Force: true}) })
		made, err := s.ContainerCommit(ctx, id, containertypes.CommitOptions{
			Reference: ref, Author: "me", Comment: "a reason", Pause: true,
			Changes: []string{`CMD ["cat", "/made"]`, "ENV A=b", "LABEL l=m"},
		})
		s.check(err)
		img, err := s.ImageInspect(ctx, ref)
		s.check(err)
		equal(t, "id", img.ID, made.ID)
		equal(t, "author", img.Author, "me")
		equal(t, "comment", img.Comment, "a reason")
		equal(t, "label", img.Config.Labels["l"], "m")
		if !slices.Equal(img.Config.Cmd, []string{"cat", "/made"}) || !slices.Contains(img.Config.Env, "A=b") {
			t.Errorf("got the command %q and the environment %q", img.Config.Cmd, img.Config.Env)
		}
		_, err = s.ContainerCommit(ctx, id, containertypes.CommitOptions{Changes: []string{"RUN true"}})
		s.fails(err, cerrdefs.IsInvalidArgument, "RUN is not a valid change command")
	})
}

func TestExport(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		id := s.run("-a", sh("echo made >/made; echo ready; sleep 100"))
		s.waitLog(id, "ready")
		stream, err := s.ContainerExport(t.Context(), id)
		s.check(err)
		defer stream.Close()
		r := tar.NewReader(stream)
		for {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				t.Fatal("the archive lacks the file made")
			}
			s.check(err)
			if h.Name == "made" {
				return
			}
		}
	})
}
