package remote

import (
	"bufio"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// fenced calls what writes into a folder, and fails where something beside that was
// changed, or where a link in it leads out and all went well.
func fenced(t *testing.T, write func(into *os.Root) error) {
	t.Helper()
	dir := t.TempDir()
	in, victim := filepath.Join(dir, "in"), filepath.Join(dir, "victim")
	if err := os.Mkdir(in, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(victim, []byte("whole"), 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(in)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	written := write(root)
	if content, err := os.ReadFile(victim); err != nil || string(content) != "whole" {
		t.Errorf("the file outside is now %q, %v", content, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("outside there are now %v, %v", entries, err)
	}
	if written != nil {
		return
	}
	err = filepath.WalkDir(in, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.Type()&fs.ModeSymlink == 0 {
			return err
		}
		if to, err := filepath.EvalSymlinks(name); err == nil && to != in && !strings.HasPrefix(to, in+"/") {
			t.Errorf("%s leads to %s", name, to)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// FuzzTree: whatever git says that a commit holds, its files are written below the
// folder, their links stay in it, and no more is written than was listed.
func FuzzTree(f *testing.F) {
	id := strings.Repeat("a", 40)
	for _, seed := range [][2]string{
		{"100644 blob " + id + " 3\tf\x00120000 blob " + id + " 1\tl\x00", id + " blob 3\nabc\n" + id + " blob 1\nf\n"},
		{"120000 blob " + id + " 2\td\x00100644 blob " + id + " 1\td/victim\x00", id + " blob 2\n..\n" + id + " blob 1\nx\n"},
		{"120000 blob " + id + " 4\ta/l\x00120000 blob " + id + " 5\tb\x00", id + " blob 4\n../b\n" + id + " blob 5\na/l/x\n"},
		{"120000 blob " + id + " 7\ta\x00120000 blob " + id + " 9\tb\x00120000 blob " + id + " 1\td/e\x00", id + " blob 7\nd/e/../\n" + id + " blob 9\na/../../x\n" + id + " blob 1\n.\n"},
		{"100644 blob " + id + " 1\t../victim\x00", id + " blob 1\nx\n"}, {"100644 blob " + id + " 1\t.git/config\x00", id + " blob 1\nx\n"},
		{"160000 commit " + id + " -\tm\x00040000 tree " + id + " -\tt", ""},
		{"100755 blob " + id + " -5\t../x\x00", ""}, {"100644 blob " + id + " -5\tx\x00", id + " blob -5\n"}, {"a\tb", ""}, {"100644 blob " + id + " 0\tx\x00100644 blob " + id + " 0\tx/y", id + " blob 0\n\n"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, listing, contents string) {
		entries, err := (&repository{}).entries([]byte(listing))
		if err != nil {
			return
		}
		var total int64
		for _, e := range entries {
			total += e.size
			if e.size < 0 || !filepath.IsLocal(e.path) || strings.Contains(strings.ToLower("/"+e.path+"/"), "/.git/") {
				t.Errorf("%q: %+v", listing, e)
			}
		}
		if total > maxTreeBytes || len(entries) > maxFiles {
			t.Errorf("%d files of %d bytes", len(entries), total)
		}
		if len(entries) > 50 {
			t.Skip("slow")
		}
		fenced(t, func(into *os.Root) error {
			return writeEntries(entries, bufio.NewReader(strings.NewReader(contents)), into)
		})
	})
}

// FuzzArtifact: whatever a manifest and its annotations say, an artifact becomes plain
// files in one folder, no larger than its layers, one of which is the project.
func FuzzArtifact(f *testing.F) {
	layer := func(kind, annotations string) string {
		return fmt.Sprintf(`{"mediaType":%q,"digest":"sha256:%s","size":5,"annotations":{%s}}`, kind, strings.Repeat("0", 64), annotations)
	}
	for _, layers := range []string{
		layer(mediaComposeFile, `"com.docker.compose.file":"compose.yaml"`) + "," + layer(mediaEnvFile, `"com.docker.compose.envfile":".env"`),
		layer(mediaComposeFile, `"com.docker.compose.extends":"true","com.docker.compose.file":"../victim"`),
		layer(mediaEnvFile, `"com.docker.compose.envfile":"a\u0000b"`) + "," + layer("text/plain", ""),
		layer(mediaEnvFile, `"com.docker.compose.envfile":"compose.yaml"`) + "," + layer(mediaComposeFile, ""),
		layer(mediaComposeFile, `"com.docker.compose.extends":"","com.docker.compose.file":"C:x"`), "null", "",
	} {
		f.Add([]byte(`{"schemaVersion":2,"layers":[`+layers+`]}`), []byte("a: b\n"))
	}
	f.Fuzz(func(t *testing.T, manifest, content []byte) {
		fetched := 0
		r := &artifact{digest: "d", manifest: manifest}
		fenced(t, func(into *os.Root) error {
			err := r.writeLayers(func(v1.Descriptor) ([]byte, error) {
				fetched++
				return content, nil
			}, into)
			entries, listErr := fs.ReadDir(into.FS(), ".")
			if listErr != nil {
				t.Fatal(listErr)
			}
			found, size := false, int64(0)
			for _, e := range entries {
				info, infoErr := e.Info()
				if infoErr != nil || !info.Mode().IsRegular() || strings.ContainsAny(e.Name(), `\:`) {
					t.Errorf("%s is %v, %v", e.Name(), info.Mode(), infoErr)
				}
				size += info.Size()
				found = found || e.Name() == mainFile
			}
			if err == nil && !found {
				t.Errorf("there is no %s, and nobody says so", mainFile)
			}
			if fetched > maxLayers || size > int64(fetched*(len(content)+len("\n---\n"))) {
				t.Errorf("%d layers of %d bytes became %d", fetched, len(content), size)
			}
			return err
		})
	})
}

// FuzzLock: what a lock file pins becomes the name of a folder, is kept when more is
// pinned, and stands for the same when read again.
func FuzzLock(f *testing.F) {
	id := strings.Repeat("0", 40)
	for _, seed := range []string{
		"remote:\n  \"https://example.com/a.git\": \"" + id + "\"\n", "remote:\n  oci://example.com/a: sha256:" + id[:24] + id, "remote: [a]", "remote: {? [a] : b}", "remote: {'oci://example.com/a': 'sha256:/../../x'}", "remote: {'https://example.com/a.git': '../../x'}",
		"remote: &a {x: *a}", "a: b\n---\nremote: {}", "remote:\n  \"https://example.com/a.git#b:c\\u0001\\\"\": \"" + id + "\"\n", "\xff", "remote: {'git@h:x.git': '" + id + "'}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, lockFile), text, 0o600); err != nil {
			t.Fatal(err)
		}
		before, err := readLock(dir)
		if err != nil {
			return
		}
		l := New(Options{Environ: []string{}})
		for key, pin := range before.pins {
			ref, err := parse(key)
			if err != nil {
				t.Fatal(key, err)
			}
			if err := checkName(l.origin(ref).folder(pin)); err != nil {
				t.Errorf("%q pins %q: %v", key, pin, err)
			}
		}
		const more = "https://example.com/fuzz.git"
		if err := before.add(more, strings.Repeat("f", 40)); err != nil {
			t.Fatal(err)
		}
		after, err := readLock(dir)
		if err != nil {
			t.Fatalf("%q is written so that it cannot be read: %v", text, err)
		}
		for key, pin := range before.pins {
			if key != more && after.pins[key] != pin {
				t.Errorf("%q: pinned %q, and then %q", key, pin, after.pins[key])
			}
		}
	})
}

// FuzzTrust: what an entry of the trust file covers is at the entry's own host, and
// begins with it.
func FuzzTrust(f *testing.F) {
	for _, seed := range [][2]string{
		{"https://example.com/acme", "https://example.com/acme/a.git"}, {"https://example.com", "https://example.com@evil.com/a.git"},
		{"https://example.com", "https://example.com:8443/a.git"}, {"oci://example.com/a", "oci://example.com/a:1"}, {"git@example.com", "git@example.com:a.git"},
		{"https://example.com\\", "https://example.com\\@evil.com/a.git"}, {"ssh://me@a", "ssh://me@a/b"}, {"https://", "https://x/a.git"}, {"oci://a", "oci://a/b"}, {"a@", "a@b:c.git"},
	} {
		f.Add([]byte("remote: ['"+seed[0]+"']"), seed[1])
	}
	f.Fuzz(func(t *testing.T, text []byte, named string) {
		ref, err := parse(named)
		if err != nil {
			return
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, trustFile), text, 0o600); err != nil {
			t.Fatal(err)
		}
		trusted, err := readTrust(dir)
		if err != nil || !trusted.covers(ref) {
			return
		}
		for _, entry := range trusted.Remote {
			if (trust{Remote: []string{entry}}).covers(ref) && !sameHost(strings.TrimSpace(entry), ref) {
				t.Errorf("%q covers %+v", entry, ref)
			}
		}
	})
}

// sameHost tells by other means than trust whether both are at one host and port.
func sameHost(entry string, ref reference) bool {
	if ref.Kind == fromOCI {
		host, _, _ := strings.Cut(ref.URL, "/")
		of, _, deep := strings.Cut(strings.TrimPrefix(entry, "oci://"), "/")
		return of == host || !deep && !strings.Contains(ref.URL, "/") // a name of the default registry
	}
	if scpForm.MatchString(ref.URL) {
		host, _, _ := strings.Cut(ref.URL, ":")
		of, _, _ := strings.Cut(entry, ":")
		return of == host
	}
	is, err := url.Parse(ref.URL)
	of, entryErr := url.Parse(entry)
	return err == nil && entryErr == nil && is.Host == of.Host && is.Scheme == of.Scheme && is.User.String() == of.User.String()
}

// TestArtifactIsBounded: layers that are each small enough are too much together.
func TestArtifactIsBounded(t *testing.T) {
	layer := fmt.Sprintf(`{"mediaType":%q,"digest":"sha256:%s","size":5}`, mediaComposeFile, strings.Repeat("0", 64))
	r := &artifact{manifest: []byte(`{"schemaVersion":2,"layers":[` + strings.Repeat(layer+",", 99) + layer + `]}`)}
	content := make([]byte, 1<<20)
	fenced(t, func(into *os.Root) error {
		err := r.writeLayers(func(v1.Descriptor) ([]byte, error) { return content, nil }, into)
		if err == nil || !strings.Contains(err.Error(), "more than 67108864 bytes") {
			t.Errorf("got %v", err)
		}
		return err
	})
}
