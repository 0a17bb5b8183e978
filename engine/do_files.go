package engine

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/project"
)

// hasCopies tells whether a service has secrets or configs that are copied in.
func hasCopies(p *project.Project, service string) bool {
	s := p.Services[service]
	for _, ref := range s.Secrets {
		if p.Secrets[ref.Source].File == "" {
			return true
		}
	}
	for _, ref := range s.Configs {
		if p.Configs[ref.Source].File == "" {
			return true
		}
	}
	return false
}

// copyFiles writes files into a container, in one call. Folders that are
// missing are made; those that are there keep owner and mode.
func (d *Doer) copyFiles(ctx context.Context, id string, files []File) error {
	if len(files) == 0 {
		return nil
	}
	archive, err := archiveOf(files)
	if err != nil {
		return err
	}
	err = d.c.CopyToContainer(ctx, id, "/", bytes.NewReader(archive), container.CopyToContainerOptions{})
	if err == nil {
		return nil
	}
	failed := &Error{Op: "copying " + sources(files) + " in", Err: err}
	if strings.Contains(err.Error(), "read-only") {
		failed.Help = "with read_only: true, give secrets and configs a file: instead of environment: or content:"
	}
	return failed
}

// archiveOf packs files as a tar, paths relative to the root.
func archiveOf(files []File) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		err := w.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg,
			Name:     strings.TrimPrefix(f.Path, "/"),
			Size:     int64(len(f.Content)),
			Mode:     f.Mode,
			Uid:      f.UID,
			Gid:      f.GID,
			ModTime:  time.Unix(0, 0), // the same content is the same archive
		})
		if err == nil {
			_, err = w.Write(f.Content)
		}
		if err != nil {
			return nil, fmt.Errorf("packing %s: %w", f.Source, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packing files: %w", err)
	}
	return b.Bytes(), nil
}

// sources lists what the files come from.
func sources(files []File) string {
	var names []string
	for _, f := range files {
		names = append(names, f.Source)
	}
	return strings.Join(names, ", ")
}
