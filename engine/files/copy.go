package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/moby/go-archive"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/hint"
)

// Place is a path in a container. One that ends in "/" or "/." is a folder.
type Place struct {
	ID, Container string // the container's name is for messages
	Path          string // from "/" where it is relative
}

func (p Place) String() string { return p.Container + ":" + p.Path }

// folder tells whether the path can only be that of a folder.
func (p Place) folder() bool {
	return strings.HasSuffix(p.Path, "/") || path.Base(p.Path) == "."
}

// Options say how files are copied.
type Options struct {
	// FollowLink: where the source is a link, what it names is copied.
	FollowLink bool
	// Owners keeps user and group ids, which on this machine only root can, and
	// with them setuid bits, devices and named pipes.
	Owners bool
	// Missed hears of a place below the source whose files are not copied, and
	// why; nil: nobody does.
	Missed func(text string)
}

// CopyOut copies a path of a container to one of this machine, which is absolute, by
// docker cp's rules: into a folder that is there, else under the new name. A source
// that ends in "/." is the folder's content. A path that is not there, does not fit or
// is not reached is a hint.Error; others are the engine's, the archive's and those of
// this machine's files. What was written until then stays.
func CopyOut(ctx context.Context, c api.Reader, from Place, to string, o Options) (Dropped, error) {
	to = cleanHost(to)
	dst, err := archive.CopyInfoDestinationPath(to)
	if err != nil {
		return Dropped{}, hostFolder(to, err)
	}
	if err := o.readable(ctx, c, from); err != nil {
		return Dropped{}, err
	}
	src := archive.CopyInfo{Path: from.Path, Exists: true}
	if o.FollowLink {
		src.Path, src.RebaseName = followed(ctx, c, from)
	}
	content, stat, err := c.CopyFromContainer(ctx, from.ID, src.Path)
	if err != nil {
		return Dropped{}, placeError(from, err)
	}
	defer content.Close()
	src.IsDir = stat.Mode.IsDir()
	var files io.Reader = content
	if src.RebaseName != "" {
		files = archive.RebaseArchiveEntries(content, path.Base(src.Path), src.RebaseName)
	}
	dir, prepared, err := archive.PrepareArchiveCopy(files, src, dst)
	if err != nil {
		return Dropped{}, misfit(to, err)
	}
	defer prepared.Close()
	return unpack(prepared, dir, o)
}

// CopyOutTar writes a path of a container to w, as a tar archive. Its errors are
// CopyOut's, and w's.
func CopyOutTar(ctx context.Context, c api.Reader, from Place, w io.Writer, o Options) error {
	if err := o.readable(ctx, c, from); err != nil {
		return err
	}
	if o.FollowLink {
		from.Path, _ = followed(ctx, c, from)
	}
	content, _, err := c.CopyFromContainer(ctx, from.ID, from.Path)
	if err != nil {
		return placeError(from, err)
	}
	defer content.Close()
	_, err = io.Copy(w, content)
	return err
}

// readable refuses a source that the engine does not reach, and tells of what it
// misses below it.
func (o Options) readable(ctx context.Context, c api.Reader, from Place) error {
	h, err := look(ctx, c, from)
	if err != nil {
		return err
	}
	if err := h.refuse(ctx, c, "from", from.Path); err != nil || o.Missed == nil {
		return err
	}
	_, missed := h.below(ctx, c, from.Path)
	for _, target := range missed {
		o.Missed(fmt.Sprintf("%s:%s is a tmpfs, whose files are not copied", from.Container, target))
	}
	return nil
}

// followed is the path of what a link in a container names and, where that has
// another name, the one that it is copied under.
func followed(ctx context.Context, c api.Reader, p Place) (target, name string) {
	stat, err := c.ContainerStatPath(ctx, p.ID, p.Path)
	if err != nil || stat.Mode&fs.ModeSymlink == 0 {
		return p.Path, "" // what is wrong with it shows when it is copied
	}
	return archive.GetRebaseName(p.Path, LinkTarget(p.Path, stat))
}

// CopyIn copies a file or folder of this machine to a path of a container, by the
// rules of CopyOut. Its errors are CopyOut's, and a hint.Error for a container that
// takes no files.
func CopyIn(ctx context.Context, c api.Client, from Source, to Place, o Options) error {
	h, err := look(ctx, c, to)
	if err != nil {
		return err
	}
	if err := h.refuse(ctx, c, "to", to.Path); err != nil {
		return err
	}
	dst, err := destination(ctx, c, to)
	if err != nil {
		return err
	}
	dir, name, err := from.placed(dst)
	if err != nil {
		return misfit(to.String(), err)
	}
	if err := h.refuse(ctx, c, "to", path.Join(dir, name)); err != nil {
		return err
	}
	if err := h.refuseSource(ctx, c, from, path.Join(dir, name)); err != nil {
		return err
	}
	content := from.pack(name)
	err = c.CopyToContainer(ctx, to.ID, dir, content, container.CopyToContainerOptions{CopyUIDGID: o.Owners})
	if packed := content.Close(); packed != nil {
		return packed
	}
	if err != nil {
		return readOnlyHint(placeError(Place{ID: to.ID, Container: to.Container, Path: dir}, err))
	}
	return nil
}

// CopyInTar unpacks a tar archive, which may be compressed, in a folder of a
// container. Its errors are CopyIn's, and content's.
func CopyInTar(ctx context.Context, c api.Client, content io.ReadSeeker, to Place, o Options) error {
	h, err := look(ctx, c, to)
	if err != nil {
		return err
	}
	if err := h.refuse(ctx, c, "to", to.Path); err != nil {
		return err
	}
	dst, err := destination(ctx, c, to)
	if err != nil {
		return err
	}
	if !dst.IsDir {
		return hint.New(fmt.Sprintf("destination %q must be a directory", to.String()), "what comes from stdin is unpacked in a folder that is there")
	}
	if err := h.refuseTar(ctx, c, content, dst.Path); err != nil {
		return err
	}
	err = c.CopyToContainer(ctx, to.ID, dst.Path, content, container.CopyToContainerOptions{CopyUIDGID: o.Owners})
	if err != nil {
		return readOnlyHint(placeError(to, err))
	}
	return nil
}

// destination describes where a copy goes to; a link there is followed.
func destination(ctx context.Context, c api.Reader, to Place) (archive.CopyInfo, error) {
	dst := archive.CopyInfo{Path: to.Path}
	stat, err := c.ContainerStatPath(ctx, to.ID, to.Path)
	if err == nil && stat.Mode&fs.ModeSymlink != 0 {
		dst.Path = LinkTarget(to.Path, stat)
		stat, err = c.ContainerStatPath(ctx, to.ID, dst.Path)
	}
	if errdefs.IsNotFound(err) {
		return dst, nil
	}
	if err != nil {
		return dst, placeError(to, err)
	}
	dst.Exists, dst.IsDir = true, stat.Mode.IsDir()
	if !dst.IsDir && !stat.Mode.IsRegular() {
		return dst, hint.New(fmt.Sprintf("destination %q must be a directory or a regular file", to.String()),
			"it is a device, a socket or a pipe")
	}
	return dst, nil
}

// placeError words what the engine says of a path: with the container's name
// instead of its id.
func placeError(p Place, err error) error {
	if errdefs.IsNotFound(err) {
		return hint.New(fmt.Sprintf("could not find the file %s in container %s", p.Path, p.Container),
			"see what is there: docker exec "+p.Container+" ls -a "+path.Dir(path.Join("/", p.Path)))
	}
	return err
}

// misfit words the errors of a source that does not go where it should.
func misfit(to string, err error) error {
	switch {
	case errors.Is(err, archive.ErrCannotCopyDir):
		return hint.New("cannot copy directory: "+to+" is a file", "name a folder, or a path that does not exist")
	case errors.Is(err, archive.ErrDirNotExists):
		return hint.New("no such directory: "+to, "create it, or leave the / at its end out")
	}
	return err
}

// hostFolder words the error of a path of this machine that cannot be made.
func hostFolder(to string, err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, archive.ErrNotDirectory) {
		folder, _ := archive.SplitPathDirEntry(to)
		return hint.New(fmt.Sprintf("invalid output path: directory %q does not exist", folder), "create it, or name another one")
	}
	return err
}

// cleanHost cleans a path of this machine and keeps what its end says: that it
// is a folder, or a folder's content.
func cleanHost(p string) string {
	return archive.PreserveTrailingDotOrSeparator(filepath.Clean(p), p)
}
