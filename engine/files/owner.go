package files

import (
	"archive/tar"
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/sys/user"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/engine/spec"
)

// Owners are the ids that a container runs with: those of files that name no
// others. The zero value is root.
type Owners struct{ UID, GID int }

// UIDOf is the user id that a file gets.
func (o Owners) UIDOf(f spec.CopiedFile) int {
	if f.UID == spec.OfUser {
		return o.UID
	}
	return f.UID
}

// GIDOf is the group id that a file gets.
func (o Owners) GIDOf(f spec.CopiedFile) int {
	if f.GID == spec.OfUser {
		return o.GID
	}
	return f.GID
}

// OwnersOf finds the ids of the user that a container runs as, where a file
// belongs to that user: runsAs is the service's, "" the image's. Names are looked
// up in the container's own files, as the engine does at the start; one that is
// not there counts as root, since the start says it better. Its error is the engine's,
// or an archive's that cannot be read.
func OwnersOf(ctx context.Context, c api.Reader, id, runsAs string, files []spec.CopiedFile) (Owners, error) {
	needed := false
	for _, f := range files {
		needed = needed || f.UID == spec.OfUser || f.GID == spec.OfUser
	}
	if !needed {
		return Owners{}, nil
	}
	if runsAs == "" {
		made, err := c.ContainerInspect(ctx, id)
		if err != nil {
			return Owners{}, fmt.Errorf("asking for the container's user: %w", err)
		}
		runsAs = made.Config.User
	}
	name, group, grouped := strings.Cut(runsAs, ":")
	uid, uidErr := strconv.Atoi(name)
	gid, gidErr := strconv.Atoi(group)
	switch {
	case runsAs == "":
		return Owners{}, nil
	case uidErr == nil && gidErr == nil:
		return Owners{uid, gid}, nil
	}
	passwd, err := textFile(ctx, c, id, "/etc/passwd")
	if err != nil {
		return Owners{}, err
	}
	groups := ""
	if grouped && gidErr != nil {
		if groups, err = textFile(ctx, c, id, "/etc/group"); err != nil {
			return Owners{}, err
		}
	}
	return lookUp(runsAs, passwd, groups), nil
}

// lookUp finds "user:group" in the texts of /etc/passwd and /etc/group. Who is not
// there, or has an id that no file can have, is root.
func lookUp(userAndGroup, passwd, groups string) Owners {
	found, err := user.GetExecUser(userAndGroup, nil, strings.NewReader(passwd), strings.NewReader(groups))
	if err != nil {
		return Owners{}
	}
	return Owners{UID: anID(found.Uid), GID: anID(found.Gid)}
}

// anID is an id, or root's in place of one that no file can have.
func anID(id int) int {
	if id < 0 || id > math.MaxInt32 {
		return 0
	}
	return id
}

// maxTextFile bounds what is read of a container's passwd and group.
const maxTextFile = 4 << 20

// textFile reads a file of a container, "" where there is none.
func textFile(ctx context.Context, c api.Reader, id, path string) (string, error) {
	body, _, err := c.CopyFromContainer(ctx, id, path)
	if errdefs.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading %s of the container: %w", path, err)
	}
	defer body.Close()
	archive := tar.NewReader(bufio.NewReader(body))
	if _, err := archive.Next(); err != nil {
		return "", fmt.Errorf("reading %s of the container: %w", path, err)
	}
	text, err := io.ReadAll(io.LimitReader(archive, maxTextFile))
	if err != nil {
		return "", fmt.Errorf("reading %s of the container: %w", path, err)
	}
	return string(text), nil
}
