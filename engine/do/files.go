package do

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/volume"

	"github.com/compose-orchestrator/compose/engine/files"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// hasCopies tells whether a service has secrets or configs that are copied in.
func hasCopies(p *project.Project, service string) bool {
	s := p.Services[service]
	for _, ref := range s.Secrets {
		if spec.IsCopied(spec.FileReference(ref), spec.FileObject(p.Secrets[ref.Source])) {
			return true
		}
	}
	for _, ref := range s.Configs {
		if spec.IsCopied(spec.FileReference(ref), spec.FileObject(p.Configs[ref.Source])) {
			return true
		}
	}
	return s.UseAPISocket
}

// copyFiles writes the files of a request into its container: those with a
// slot into the volume that holds them, the others where they belong. What is
// there already is overwritten.
func (d *Doer) copyFiles(ctx context.Context, id string, req *spec.Request) error {
	if len(req.Files) == 0 {
		return nil
	}
	copied := slices.Clone(req.Files)
	if err := readSources(ctx, copied); err != nil {
		return err
	}
	var owners files.Owners
	if req.FilesVolume != "" {
		err := d.withHelper(ctx, req, func(helper string) (err error) {
			if owners, err = files.OwnersOf(ctx, d.c, helper, req.Config.User, copied); err != nil {
				return err
			}
			return d.write(ctx, helper, inSlots(copied), owners)
		})
		if err != nil {
			return err
		}
	} else {
		var err error
		if owners, err = files.OwnersOf(ctx, d.c, id, req.Config.User, copied); err != nil {
			return err
		}
	}
	return d.write(ctx, id, slices.DeleteFunc(copied, func(f spec.CopiedFile) bool { return f.Slot != "" }), owners)
}

// maxCopied bounds a secret's or config's file that is copied, in bytes.
const maxCopied = 64 << 20

// readCopied reads such a file. It may be a pipe, which nobody has to write to: the end of
// ctx ends it.
func readCopied(ctx context.Context, name string) ([]byte, error) {
	type result struct {
		content []byte
		err     error
	}
	read := make(chan result, 1)
	go func() { // who waits for a pipe cannot be woken
		content, err := readUpTo(name)
		read <- result{content, err}
	}()
	select {
	case r := <-read:
		return r.content, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func readUpTo(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxCopied+1))
	if err == nil && len(content) > maxCopied {
		return nil, fmt.Errorf("%s: more than %d MiB, which are too much to be copied: mount it as a volume", name, maxCopied>>20)
	}
	return content, err
}

// readSources reads the content of files that are on this machine.
func readSources(ctx context.Context, files []spec.CopiedFile) error {
	for i := range files {
		f := &files[i]
		if f.From == "" {
			continue
		}
		content, err := readCopied(ctx, f.From)
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			help := "correct its file: in the Compose file"
			if errors.Is(err, fs.ErrNotExist) {
				help = "create it, or " + help
			}
			return hint.Wrap(fmt.Errorf("reading %s: %w", f.Source, err), help)
		}
		f.Content = content
	}
	return nil
}

// helperDir is where the helper container has the volume.
const helperDir = "/files"

// inSlots are the files of the volume, where the helper has them.
func inSlots(files []spec.CopiedFile) []spec.CopiedFile {
	var slots []spec.CopiedFile
	for _, f := range files {
		if f.Slot != "" {
			f.Path = helperDir + "/" + f.Slot
			slots = append(slots, f)
		}
	}
	return slots
}

// withHelper calls do with a container that is never started and has the
// request's volume of files: the engine writes into volumes through containers
// alone, and not through one that mounts files of the volume which are not
// there yet. Its image is the service's, so that it needs no other.
func (d *Doer) withHelper(ctx context.Context, req *spec.Request, do func(helper string) error) error {
	name := req.FilesVolume
	if err := d.remove(ctx, name, container.RemoveOptions{Force: true}); err != nil { // an interrupted run's
		return fmt.Errorf("removing the leftover %s: %w", name, err)
	}
	helper, err := d.c.ContainerCreate(ctx, &container.Config{
		Image: req.Config.Image, Cmd: []string{"true"}, Labels: map[string]string{project.LabelFiles: name},
	}, &container.HostConfig{
		NetworkMode: "none",
		Binds:       []string{name + ":" + helperDir + ":rw,nocopy"},
	}, nil, req.Platform, name)
	if err != nil {
		return fmt.Errorf("preparing %s: %w", sources(req.Files), err)
	}
	defer d.discard(ctx, helper.ID)
	return do(helper.ID)
}

// write packs files and unpacks them in a container, in one call. Folders that
// are missing are made; those that are there keep owner and mode.
func (d *Doer) write(ctx context.Context, id string, files []spec.CopiedFile, o files.Owners) error {
	if len(files) == 0 {
		return nil
	}
	archive, err := archiveOf(files, o)
	if err != nil {
		return err
	}
	err = d.c.CopyToContainer(ctx, id, "/", bytes.NewReader(archive), container.CopyToContainerOptions{})
	if err != nil {
		return hint.Wrap(fmt.Errorf("copying %s in: %w", sources(files), err), "")
	}
	return nil
}

// makeFilesVolume creates the request's volume of files, if it has one. It comes
// before the container, for which the engine would make one without labels.
func (d *Doer) makeFilesVolume(ctx context.Context, req *spec.Request) error {
	if req.FilesVolume == "" {
		return nil
	}
	_, err := d.c.VolumeCreate(ctx, volume.CreateOptions{
		Name: req.FilesVolume, Labels: map[string]string{project.LabelFiles: req.Name},
	})
	if err != nil {
		return fmt.Errorf("creating a volume for %s: %w", sources(req.Files), err)
	}
	return nil
}

// holdsFiles tells whether a volume was made to hold a container's files. Its
// label, which only its maker can give it, names the container.
func holdsFiles(v volume.Volume) bool {
	owner := v.Labels[project.LabelFiles]
	return owner != "" && owner+spec.FilesSuffix == v.Name
}

// removeFiles removes a container's volume of files, "": it has none. The name
// comes from a label of the container, which an image or a Compose file may have
// set to any volume: one that was not made to hold files stays.
func (d *Doer) removeFiles(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	v, err := d.c.VolumeInspect(ctx, name)
	if errdefs.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking at volume %s: %w", name, err)
	}
	if !holdsFiles(v) {
		return nil
	}
	if err := d.c.VolumeRemove(ctx, name, false); err != nil && !errdefs.IsNotFound(err) {
		return fmt.Errorf("removing volume %s: %w", name, err)
	}
	return nil
}

// archiveOf packs files as a tar, paths relative to the root.
func archiveOf(files []spec.CopiedFile, o files.Owners) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		err := w.WriteHeader(&tar.Header{
			Typeflag: tar.TypeReg,
			Name:     strings.TrimPrefix(f.Path, "/"),
			Size:     int64(len(f.Content)),
			Mode:     f.Mode,
			Uid:      o.UIDOf(f),
			Gid:      o.GIDOf(f),
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
func sources(files []spec.CopiedFile) string {
	var names []string
	for _, f := range files {
		names = append(names, f.Source)
	}
	return strings.Join(names, ", ")
}
