//go:build !windows

package files

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// packedOf is an archive of entries; a regular file's content is its name.
func packedOf(t testing.TB, entries ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range entries {
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(h.Name))
		}
		if h.Mode == 0 {
			h.Mode = 0o755
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := w.Write([]byte(h.Name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// outside is a folder with a file in it, and one inside it to unpack in.
func outside(t testing.TB) (dir, inside string) {
	t.Helper()
	dir = t.TempDir()
	inside = filepath.Join(dir, "in")
	if err := os.Mkdir(inside, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "victim"), []byte("whole"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, inside
}

// whole fails where something beside the folder "in" was changed or made.
func whole(t testing.TB, dir string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "victim"))
	if err != nil || string(content) != "whole" {
		t.Errorf("the file outside is now %q, %v", content, err)
	}
	info, err := os.Lstat(filepath.Join(dir, "victim"))
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the file outside has now the mode %v, %v", info.Mode(), err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("outside there are now %v, %v", entries, err)
	}
}

func TestUnpackStaysInside(t *testing.T) {
	for name, entries := range map[string][]tar.Header{
		"dots":               {{Name: "../victim"}},
		"dots within":        {{Name: "a/../../victim"}},
		"link, then through": {{Name: "a", Typeflag: tar.TypeSymlink, Linkname: ".."}, {Name: "a/victim"}},
		"absolute link":      {{Name: "a", Typeflag: tar.TypeSymlink, Linkname: "/"}, {Name: "a/x"}},
		"two links":          {{Name: "a", Typeflag: tar.TypeSymlink, Linkname: "."}, {Name: "b", Typeflag: tar.TypeSymlink, Linkname: "a/.."}, {Name: "b/victim"}},
		"link to a file":     {{Name: "a", Typeflag: tar.TypeSymlink, Linkname: "../victim"}, {Name: "a"}, {Name: "a", Typeflag: tar.TypeSymlink, Linkname: "../victim"}, {Name: "b", Typeflag: tar.TypeLink, Linkname: "a"}},
		"hard link":          {{Name: "a", Typeflag: tar.TypeLink, Linkname: "../victim"}, {Name: "a"}},
		"hard link by link":  {{Name: "d", Typeflag: tar.TypeSymlink, Linkname: ".."}, {Name: "a", Typeflag: tar.TypeLink, Linkname: "d/victim"}},
		"pipe by link":       {{Name: "a", Typeflag: tar.TypeSymlink, Linkname: ".."}, {Name: "a/pipe", Typeflag: tar.TypeFifo, Mode: 0o666}},
		"device by dots":     {{Name: "../null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}},
		"rights by link":     {{Name: "a", Typeflag: tar.TypeSymlink, Linkname: ".."}, {Name: "a/victim", Mode: 0o6777, Uid: 1, Gid: 1, PAXRecords: map[string]string{"SCHILY.xattr.user.a": "b"}}},
		"folder by link":     {{Name: "a", Typeflag: tar.TypeSymlink, Linkname: ".."}, {Name: "a", Typeflag: tar.TypeDir, Mode: 0o777}, {Name: "a/x"}},
	} {
		for _, o := range []Options{{}, {Owners: true}} { // with --archive, too
			t.Run(fmt.Sprintf("%s %t", name, o.Owners), func(t *testing.T) {
				dir, inside := outside(t)
				_, err := unpack(bytes.NewReader(packedOf(t, entries...)), inside, o)
				whole(t, dir)
				if name != "link to a file" && err == nil {
					t.Error("the archive was taken")
				}
			})
		}
	}
}

func TestUnpack(t *testing.T) {
	_, inside := outside(t)
	at := time.Unix(1e9, 0)
	dropped, err := unpack(bytes.NewReader(packedOf(t,
		tar.Header{Name: "d/", Typeflag: tar.TypeDir, Mode: 0o555, ModTime: at},
		tar.Header{Name: "d/f", Mode: 0o640, ModTime: at},
		tar.Header{Name: "d/su", Mode: 0o4755, ModTime: at},
		tar.Header{Name: "d/l", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		tar.Header{Name: "d/h", Typeflag: tar.TypeLink, Linkname: "d/f"},
		tar.Header{Name: "d/null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3},
		tar.Header{Name: "d/pipe", Typeflag: tar.TypeFifo},
	)), inside, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(dropped.Special.First, []string{"d/null", "d/pipe"}) || !slices.Equal(dropped.SetUID.First, []string{"d/su"}) {
		t.Errorf("dropped %v", dropped)
	}
	for name, want := range map[string]fs.FileMode{
		"d": fs.ModeDir | 0o555, "d/f": 0o640, "d/su": 0o755, "d/h": 0o640,
	} {
		info, err := os.Lstat(filepath.Join(inside, name))
		if err != nil || info.Mode() != want || !info.ModTime().Equal(at) {
			t.Errorf("%s: got %v of %v, %v", name, info.Mode(), info.ModTime(), err)
		}
	}
	if target, err := os.Readlink(filepath.Join(inside, "d/l")); target != "/etc/passwd" {
		t.Errorf("the link names %s, %v", target, err)
	}
	// Again over what is there: files are replaced, folders take what they have.
	_, err = unpack(bytes.NewReader(packedOf(t, tar.Header{Name: "d/l"}, tar.Header{Name: "d", Typeflag: tar.TypeDir, Mode: 0o700})), inside, Options{})
	if content, _ := os.ReadFile(filepath.Join(inside, "d/l")); err != nil || string(content) != "d/l" {
		t.Errorf("the link is now %q, %v", content, err)
	}
	for _, h := range []tar.Header{{Name: "d"}, {Name: "d/l", Typeflag: tar.TypeDir}} {
		if _, err := unpack(bytes.NewReader(packedOf(t, h)), inside, Options{}); err == nil || !strings.Contains(err.Error(), "cannot overwrite") {
			t.Errorf("%s: got %v", h.Name, err)
		}
	}
}

// TestUnpackLinksToDropped: other names of what is left out are left out too, and do not
// end the copy.
func TestUnpackLinksToDropped(t *testing.T) {
	_, inside := outside(t)
	dropped, err := unpack(bytes.NewReader(packedOf(t,
		tar.Header{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3},
		tar.Header{Name: "other", Typeflag: tar.TypeLink, Linkname: "null"},
		tar.Header{Name: "file"},
	)), inside, Options{})
	if err != nil || !slices.Equal(dropped.Special.First, []string{"null", "other"}) {
		t.Errorf("dropped %v, %v", dropped, err)
	}
	if _, err := os.Lstat(filepath.Join(inside, "file")); err != nil {
		t.Error(err)
	}
}

// TestUnpackKeepsLittle: of millions of folders and pipes only those around the entry are
// in memory, and some names.
func TestUnpackKeepsLittle(t *testing.T) {
	_, inside := outside(t)
	root, err := os.OpenRoot(inside)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	u := unpacker{root: root}
	for i := range 100 {
		for _, h := range []tar.Header{
			{Name: fmt.Sprintf("d%d", i), Typeflag: tar.TypeDir, Mode: 0o6500},
			{Name: fmt.Sprintf("d%d/in", i), Typeflag: tar.TypeDir, Mode: 0o500},
			{Name: fmt.Sprintf("d%d/pipe", i), Typeflag: tar.TypeFifo},
		} {
			if err := u.entry(&h, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(u.folders) != 1 || u.dropped.Special.Count != 100 || len(u.dropped.Special.First)+len(u.dropped.SetUID.First) > 8 {
		t.Errorf("it keeps %d folders, and %d names of %d", len(u.folders), len(u.dropped.Special.First), u.dropped.Special.Count)
	}
}

func TestUnpackWithOwners(t *testing.T) {
	_, inside := outside(t)
	dropped, err := unpack(bytes.NewReader(packedOf(t,
		tar.Header{Name: "su", Mode: 0o4755, Uid: os.Getuid(), Gid: os.Getgid()},
		tar.Header{Name: "pipe", Typeflag: tar.TypeFifo, Mode: 0o600, Uid: os.Getuid(), Gid: os.Getgid()},
	)), inside, Options{Owners: true})
	if err != nil || dropped.SetUID.Count > 0 {
		t.Fatal(dropped, err)
	}
	if info, err := os.Lstat(filepath.Join(inside, "su")); err != nil || info.Mode() != fs.ModeSetuid|0o755 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
}

// sparseArchive has a file of one MiB in two kilobytes: holes alone.
func sparseArchive(t testing.TB) []byte {
	t.Helper()
	holes := "1\n1048576\n0\n"
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	h := tar.Header{Name: "f", Typeflag: tar.TypeReg, Mode: 0o600, Size: 512, Format: tar.FormatPAX, PAXRecords: map[string]string{
		"GNU.spars_.major": "1", "GNU.spars_.minor": "0", "GNU.spars_.name": "f", "GNU.spars_.realsize": "1048576",
	}}
	err := w.WriteHeader(&h)
	if err == nil {
		_, err = w.Write(append([]byte(holes), make([]byte, 512-len(holes))...))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(b.Bytes(), []byte("spars_"), []byte("sparse")) // archive/tar writes none itself
}

func TestUnpackWritesNoMoreThanCame(t *testing.T) {
	archive := sparseArchive(t)
	if h, err := tar.NewReader(bytes.NewReader(archive)).Next(); err != nil || h.Size != 1<<20 {
		t.Fatalf("the archive's file is %v, %v", h, err)
	}
	for _, o := range []Options{{}, {Owners: true}} {
		_, inside := outside(t)
		if _, err := unpack(bytes.NewReader(archive), inside, o); err == nil || !strings.Contains(err.Error(), "leaves parts of the file out") {
			t.Errorf("got %v", err)
		}
	}
}

// FuzzUnpack: whatever an archive says, what is outside of the folder stays, no file
// in it has somebody's rights, and no more is written than came.
func FuzzUnpack(f *testing.F) {
	f.Add(packedOf(f, tar.Header{Name: "../victim"}))
	f.Add(packedOf(f, tar.Header{Name: "a", Typeflag: tar.TypeSymlink, Linkname: ".."}, tar.Header{Name: "a/victim"}))
	f.Add(packedOf(f, tar.Header{Name: "a", Typeflag: tar.TypeLink, Linkname: "../victim"}, tar.Header{Name: "a", Mode: 0o4777}))
	f.Add(packedOf(f, tar.Header{Name: "d/", Typeflag: tar.TypeDir}, tar.Header{Name: "d/p", Typeflag: tar.TypeFifo}))
	f.Add(sparseArchive(f))
	f.Fuzz(func(t *testing.T, content []byte) {
		dir, inside := outside(t)
		_, _ = unpack(bytes.NewReader(content), inside, Options{})
		whole(t, dir)
		var written int64
		_ = filepath.WalkDir(inside, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err != nil {
				return err
			}
			if info.Mode()&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeDevice|fs.ModeNamedPipe) != 0 {
				t.Errorf("%s is %v", name, info.Mode())
			}
			if info.Mode().IsRegular() {
				written += info.Size()
			}
			if entry.IsDir() {
				_ = os.Chmod(name, 0o700) // so that it can be removed
			}
			return nil
		})
		if limit := int64(len(content)) * int64(max(bytes.Count(content, []byte("ustar")), 1)); written > limit { // hard links count each time
			t.Errorf("%d bytes became %d", len(content), written)
		}
	})
}
