package files

import (
	"archive/tar"
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/containerd/errdefs"

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
// belongs to that user: user is the service's, "" the image's. Names are looked
// up in the container's own files, as the engine does at the start; one that is
// not there counts as root, since the start says it better. Its error is the engine's,
// or an archive's that cannot be read.
func OwnersOf(ctx context.Context, c api.Reader, id, user string, files []spec.CopiedFile) (Owners, error) {
	needed := false
	for _, f := range files {
		needed = needed || f.UID == spec.OfUser || f.GID == spec.OfUser
	}
	if !needed {
		return Owners{}, nil
	}
	if user == "" {
		made, err := c.ContainerInspect(ctx, id)
		if err != nil {
			return Owners{}, fmt.Errorf("asking for the container's user: %w", err)
		}
		user = made.Config.User
	}
	name, group, grouped := strings.Cut(user, ":")
	var o Owners
	var err error
	uid, uidErr := strconv.Atoi(name)
	gid, gidErr := strconv.Atoi(group)
	switch {
	case user == "":
		return Owners{}, nil
	case uidErr == nil && gidErr == nil:
		return Owners{uid, gid}, nil
	}
	passwd, err := textFile(ctx, c, id, "/etc/passwd")
	if err != nil {
		return Owners{}, err
	}
	o.UID, o.GID = passwdEntry(passwd, name)
	if uidErr == nil {
		o.UID = uid
	}
	if !grouped {
		return o, nil
	}
	if gidErr == nil {
		o.GID = gid
		return o, nil
	}
	groups, err := textFile(ctx, c, id, "/etc/group")
	o.GID = groupEntry(groups, group)
	return o, err
}

// passwdEntry finds a user by name or number in the text of /etc/passwd.
func passwdEntry(passwd, user string) (uid, gid int) {
	for line := range strings.Lines(passwd) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) < 4 || f[0] != user && f[2] != user {
			continue
		}
		return idIn(f[2]), idIn(f[3])
	}
	return 0, 0
}

// groupEntry finds a group by name in the text of /etc/group.
func groupEntry(groups, name string) int {
	for line := range strings.Lines(groups) {
		if f := strings.Split(strings.TrimSpace(line), ":"); len(f) >= 3 && f[0] == name {
			return idIn(f[2])
		}
	}
	return 0
}

// idIn is the number of a field. What is none, or none that a file can belong to,
// is root's: so a broken file does to the engine as well.
func idIn(field string) int {
	id, err := strconv.ParseUint(field, 10, 31)
	if err != nil {
		return 0
	}
	return int(id)
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
