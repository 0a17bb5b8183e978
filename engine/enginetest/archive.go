package enginetest

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
)

// statHeader carries a path's description in the answers of archive requests.
const statHeader = "X-Docker-Container-Path-Stat"

// archivePath finds the path of an archive request in a container's files. The
// path is resolved, but for a link at its end.
func (e *Engine) archivePath(r *request) (c *container, v *view, p string, info fs.FileInfo, err error) {
	if r.query("path") == "" {
		return nil, nil, "", nil, errorf(http.StatusBadRequest, "bad parameter: 'path' cannot be empty")
	}
	c, err = e.lockContainer(r)
	if err != nil {
		return nil, nil, "", nil, err
	}
	defer e.mu.Unlock()
	v = e.view(c)
	missing := errorf(http.StatusNotFound, "Could not find the file %s in container %s", r.query("path"), r.vars["id"])
	last := keepLast
	if strings.HasSuffix(r.query("path"), "/") || strings.HasSuffix(r.query("path"), "/.") {
		last = followLast
	}
	if p, err = v.resolve(r.query("path"), last); err != nil {
		return nil, nil, "", nil, missing
	}
	if info, err = v.stat(p, keepLast); err != nil {
		return nil, nil, "", nil, missing
	}
	return c, v, p, info, nil
}

func setStat(w http.ResponseWriter, info fs.FileInfo) {
	text, _ := json.Marshal(containertypes.PathStat{
		Name: info.Name(), Size: info.Size(), Mode: info.Mode(), Mtime: info.ModTime(), LinkTarget: info.(fileInfo).node.link,
	})
	w.Header().Set(statHeader, base64.StdEncoding.EncodeToString(text))
}

func (e *Engine) archiveHead(w http.ResponseWriter, r *request) error {
	_, _, _, info, err := e.archivePath(r)
	if err != nil {
		return err
	}
	setStat(w, info)
	return nil
}

// archiveGet sends a path as a tar file whose entries begin with its last
// element, as it was asked for.
func (e *Engine) archiveGet(w http.ResponseWriter, r *request) error {
	c, v, p, info, err := e.archivePath(r)
	if err != nil {
		return err
	}
	e.mu.Lock()
	e.containerEvent(c, events.ActionArchivePath, nil)
	e.mu.Unlock()
	setStat(w, info)
	w.Header().Set("Content-Type", "application/x-tar")
	tw := tar.NewWriter(w)
	name := path.Base(r.query("path")) // "." of a folder's content
	if p == "/" {
		name = "."
	}
	if err := writeTar(tw, v, p, name); err != nil {
		return nil // the client went away
	}
	_ = tw.Close()
	return nil
}

// writeTar writes a path and what is below it under a name.
func writeTar(tw *tar.Writer, v *view, p, name string) error {
	info, err := v.stat(p, keepLast)
	if err != nil {
		return err
	}
	n := info.(fileInfo).node
	h, err := tar.FileInfoHeader(info, n.link)
	if err != nil {
		return err
	}
	h.Name = name
	if info.IsDir() {
		h.Name += "/"
	}
	if err := tw.WriteHeader(h); err != nil {
		return err
	}
	if n.mode.IsRegular() {
		_, err := tw.Write(n.data)
		return err
	}
	if !info.IsDir() {
		return nil
	}
	entries, err := v.readDir(p)
	for _, entry := range entries {
		if err := writeTar(tw, v, path.Join(p, entry.Name()), name+"/"+entry.Name()); err != nil {
			return err
		}
	}
	return err
}

// archivePut unpacks a tar file into a folder of the container.
func (e *Engine) archivePut(w http.ResponseWriter, r *request) error {
	c, v, p, _, err := e.archivePath(r)
	if err != nil {
		return err
	}
	if p, err = v.resolve(p, followLast); err != nil {
		return err
	}
	if info, err := v.stat(p, followLast); err != nil || !info.IsDir() {
		return errorf(http.StatusBadRequest, "extraction point is not a directory")
	}
	if m, _ := v.locate(p); m.readOnly {
		if m.target == "/" {
			return errorf(http.StatusForbidden, "container rootfs is marked read-only")
		}
		return errorf(http.StatusForbidden, "mounted volume is marked read-only")
	}
	kind := replaceAll
	if r.flag("noOverwriteDirNonDir") {
		kind = keepKind
	}
	if err := readTar(r.Body, v, p, kind); err != nil {
		return errorf(http.StatusBadRequest, "%v", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.containerEvent(c, events.ActionExtractToDir, nil)
	w.WriteHeader(http.StatusOK)
	return nil
}

// overwriteMode says what unpacking does with what is there.
type overwriteMode int

const (
	replaceAll overwriteMode = iota
	keepKind                 // a file does not replace a folder, nor the other way round
)

// readTar unpacks a tar file, which may be compressed by gzip, below dir.
func readTar(body io.Reader, v *view, dir string, overwrite overwriteMode) error {
	buffered := bufio.NewReader(body)
	body = buffered
	if magic, err := buffered.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return err
		}
		body = unzipped
	}
	tr := tar.NewReader(body)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		p := path.Join(dir, path.Clean("/"+h.Name))
		n, err := tarNode(h, tr)
		if err == nil && h.Typeflag == tar.TypeLink {
			n, err = v.lookup(path.Join(dir, path.Clean("/"+h.Linkname)), keepLast)
		}
		if err != nil {
			return err
		}
		if n == nil {
			continue
		}
		if have, err := v.lookup(p, keepLast); err == nil && have.mode.IsDir() != n.mode.IsDir() {
			if overwrite == keepKind {
				return errors.New("cannot overwrite directory \"" + p + "\" with non-directory or the other way round")
			}
			_ = v.remove(p)
		} else if err == nil && n.mode.IsDir() {
			continue
		}
		if err := makeDirs(v, path.Dir(p)); err != nil {
			return err
		}
		if err := v.put(p, n); err != nil {
			return err
		}
	}
}

// tarNode is an entry as a node; nil for a kind that is not kept.
func tarNode(h *tar.Header, r io.Reader) (*node, error) {
	mode := fs.FileMode(h.Mode).Perm()
	switch h.Typeflag {
	case tar.TypeDir:
		return &node{mode: fs.ModeDir | mode, mtime: h.ModTime}, nil
	case tar.TypeSymlink:
		return &node{mode: fs.ModeSymlink | 0o777, link: h.Linkname, mtime: h.ModTime}, nil
	case tar.TypeReg:
		data, err := io.ReadAll(r)
		return &node{mode: mode, data: data, mtime: h.ModTime}, err
	}
	return nil, nil
}

// containerExport sends all files of a container.
func (e *Engine) containerExport(w http.ResponseWriter, r *request) error {
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	v := newView(c.tree, e.now)
	e.containerEvent(c, events.ActionExport, nil)
	e.mu.Unlock()
	w.Header().Set("Content-Type", "application/octet-stream")
	tw := tar.NewWriter(w)
	top, err := v.readDir("/")
	if err != nil {
		return err
	}
	for _, entry := range top {
		if writeTar(tw, v, "/"+entry.Name(), entry.Name()) != nil {
			return nil // the client went away
		}
	}
	_ = tw.Close()
	return nil
}
