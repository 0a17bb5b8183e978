package project

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fakeRemote is a Remote that has fetched its files already: the folder by reference.
type fakeRemote struct {
	t       *testing.T
	folders map[string]string
	wanted  []Wanted
}

func newFakeRemote(t *testing.T, files map[string]map[string]string) *fakeRemote {
	t.Helper()
	s := &fakeRemote{t: t, folders: map[string]string{}}
	for reference, contents := range files {
		s.folders[reference] = folderWith(t, contents)
	}
	return s
}

// folderWith writes files below a new folder and returns it.
func folderWith(t *testing.T, contents map[string]string) string {
	t.Helper()
	var files []string
	for name, text := range contents {
		files = append(files, name, text)
	}
	return folder(t, files...)
}

func (s *fakeRemote) Fetch(_ context.Context, want Wanted) (Copy, error) {
	s.wanted = append(s.wanted, want)
	dir, ok := s.folders[want.Reference]
	if !ok {
		return Copy{}, os.ErrNotExist
	}
	return Copy{Path: filepath.Join(dir, "compose.yaml"), Root: dir}, nil
}

func TestIsRemote(t *testing.T) {
	for name, want := range map[string]bool{
		"oci://a/b": true, "https://example.com/a.git#main": true, "git@example.com:a.git": true, "ssh://a/b": true,
		"compose.yaml": false, "-": false, "./a://b": false, `C:\a`: false, "/a": false, "${X}://a": false, "://a": false,
	} {
		if got := isRemote(name); got != want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// TestRemoteFile: a remote file behind -f has its paths beside its copy; name,
// .env and lock belong to the folder where the command was called.
func TestRemoteFile(t *testing.T) {
	remote := newFakeRemote(t, map[string]map[string]string{"oci://x/stack:1": {
		"compose.yaml": "services: {web: {image: \"x:${TAG}\", env_file: a.env, volumes: [\"./data:/data\"]}}\n",
		"a.env":        "A=1\n",
	}})
	home := filepath.Join(folderWith(t, map[string]string{"shop/.env": "TAG=7\n"}), "shop")
	p, err := Load(t.Context(), Options{Files: []string{"oci://x/stack:1"}, WorkDir: home, Remote: remote}, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := remote.folders["oci://x/stack:1"]
	web := p.Services["web"]
	if p.Name != "shop" || p.WorkingDir != dir || web.Image != "x:7" || *web.Environment["A"] != "1" || web.Volumes[0].Source != filepath.Join(dir, "data") {
		t.Errorf("got name %s, folder %s and %+v", p.Name, p.WorkingDir, web)
	}
	if want := (Wanted{Reference: "oci://x/stack:1", Dir: home}); len(remote.wanted) != 1 || remote.wanted[0] != want {
		t.Errorf("wanted %+v, want once %+v", remote.wanted, want)
	}
	id, err := Identify(t.Context(), Options{Files: []string{"oci://x/stack:1"}, WorkDir: home, Remote: remote})
	if err != nil || id.Name != "shop" || !slices.Equal(id.Services, []string{"web"}) || !remote.wanted[1].Offline {
		t.Errorf("got %+v, %v; wanted %+v", id, err, remote.wanted)
	}
}

// TestRemoteInclude: include and extends reach remote files, and these what
// came with them.
func TestRemoteInclude(t *testing.T) {
	remote := newFakeRemote(t, map[string]map[string]string{
		"https://x/db.git#1": {
			"compose.yaml":     "include: [sub/more.yaml]\nservices: {db: {image: db, volumes: [\"./data:/data\"]}}\n",
			"sub/more.yaml":    "services: {more: {image: more, extends: {file: ../base.yaml, service: base}, build: .}}\n",
			"base.yaml":        "services: {base: {user: me}}\n",
			"sub/compose.yaml": "",
		},
		"git@x:base.git": {"compose.yaml": "services: {base: {image: base, env_file: a.env}}\n", "a.env": "A=1\n"},
	})
	home := folderWith(t, map[string]string{"compose.yaml": "name: top\ninclude: [\"https://x/db.git#1\"]\n" +
		"services: {web: {extends: {file: \"git@x:base.git\", service: base}, volumes: [\"./own:/own\"]}}\n"})
	p, err := Load(t.Context(), Options{WorkDir: home, Remote: remote}, nil)
	if err != nil {
		t.Fatal(err)
	}
	db := remote.folders["https://x/db.git#1"]
	for what, got := range map[string][2]string{
		"bind of db":      {p.Services["db"].Volumes[0].Source, filepath.Join(db, "data")},
		"context of more": {p.Services["more"].Build.Context, filepath.Join(db, "sub")},
		"user of more":    {p.Services["more"].User, "me"},
		"image of web":    {p.Services["web"].Image, "base"},
		"bind of web":     {p.Services["web"].Volumes[0].Source, filepath.Join(home, "own")},
		"A of web":        {*p.Services["web"].Environment["A"], "1"},
		"folder":          {p.WorkingDir, home},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: got %s, want %s", what, got[0], got[1])
		}
	}
}

// TestRemoteRefused: a remote file may not read files of this machine, and
// without a Remote there are none.
func TestRemoteRefused(t *testing.T) {
	for name, text := range map[string]string{
		"include":           "include: [../other.yaml]\n",
		"absolute":          "include: [/etc/passwd]\n",
		"variable":          "include: [\"a${OUT}\"]\n",
		"remote variable":   "include: [\"oci://x/${OUT}\"]\n",
		"second document":   "services: {a: {image: x}}\n---\ninclude: [../x.yaml]\n",
		"many documents":    strings.Repeat("---\nservices: {a: {image: x}}\n", 60) + "---\ninclude: [../x.yaml]\n",
		"alias":             "x-a: &a [../x.yaml]\ninclude: *a\n",
		"alias of a path":   "x-a: &a ../x.yaml\ninclude: [{path: *a}]\n",
		"alias in a list":   "x-a: &a ../x.yaml\ninclude: [{path: [a.yaml, *a]}]\n",
		"alias of a folder": "x-a: &a /\ninclude: [{path: a.yaml, project_directory: *a}]\n",
		"alias in extends":  "x-a: &a ../x.yaml\nservices: {web: {extends: {file: *a, service: a}}}\n",
		"alias of extends":  "x-a: &a {file: ../x.yaml, service: a}\nservices: {web: {extends: *a}}\n",
		"alias of service":  "x-a: &a {extends: {file: ../x.yaml, service: a}}\nservices: {web: *a}\n",
		"merged service":    "x-a: &a {web: {extends: {file: ../x.yaml, service: a}}}\nservices: {<<: *a}\n",
		"merged extends":    "x-a: &a {extends: {file: ../x.yaml, service: a}}\nservices: {web: {<<: *a}}\n",
		"merge":             "x-a: &a {include: [../x.yaml]}\n<<: *a\n",
		"tagged":            "include: !override [../x.yaml]\n",
		"tagged service":    "services: {web: !override {extends: {file: ../x.yaml, service: a}}}\n",
		"binary":            "include: [!!binary Li4veC55YW1s]\n",
		"json":              "{\"include\": [\"../x.yaml\"]}\n",
		"no YAML":           "include: [\n",
		"include path":      "include: [{path: [a.yaml, ../../x.yaml]}]\n",
		"project directory": "include: [{path: a.yaml, project_directory: /}]\n",
		"own directory":     "include: [{path: a.yaml, project_directory: sub}]\n",
		"env file":          "include: [{path: a.yaml, env_file: /etc/environment}]\n",
		"nested env file":   "include: [sub/c.yaml]\n",
		"home":              "services: {web: {extends: {file: ~/x.yaml, service: a}}}\n",
		"extends":           "services: {web: {extends: {file: ../x.yaml, service: a}}}\n",
		"extends of a job":  "jobs: {web: {extends: {file: ../x.yaml, service: a}}}\n",
		"nested":            "include: [sub/b.yaml]\n",
	} {
		t.Run(name, func(t *testing.T) {
			remote := newFakeRemote(t, map[string]map[string]string{"oci://x/y": {
				"compose.yaml": text, "a.yaml": "services: {a: {image: x}}\n", "sub/b.yaml": "include: [../../x.yaml]\n",
				"sub/c.yaml": "include: [{path: ../a.yaml, env_file: ../x.env}]\n", "x.env": "A=1\n",
			}})
			home := folderWith(t, map[string]string{"compose.yaml": "include: [\"oci://x/y\"]\n", ".env": "OUT=/etc\n"})
			_, err := Load(t.Context(), Options{WorkDir: home, Remote: remote}, nil)
			if err == nil || !strings.Contains(err.Error(), "remote file oci://x/y: ") {
				t.Errorf("got %v", err)
			}
		})
	}
	home := folderWith(t, map[string]string{"compose.yaml": "include: [\"oci://x/y\"]\n"})
	if _, err := Load(t.Context(), Options{WorkDir: home}, nil); err == nil || !strings.Contains(err.Error(), "oci://x/y is a remote file") {
		t.Errorf("without a Remote: got %v", err)
	}
}

// TestRemoteBase: a remote file whose relative paths the loader takes
// relative to a folder of the user's may have none: the user's own files would
// be read in the place of its own.
func TestRemoteBase(t *testing.T) {
	const canary = "services: {base: {image: canary}}\n"
	remote := newFakeRemote(t, map[string]map[string]string{
		"oci://x/extends": {"compose.yaml": "services: {web: {extends: {file: base.yaml, service: base}}}\n", "base.yaml": "services: {base: {image: own}}\n"},
		"oci://x/include": {"compose.yaml": "include: [base.yaml]\nservices: {web: {image: own}}\n", "base.yaml": "services: {base: {image: own}}\n"},
	})
	for reference := range remote.folders {
		for name, o := range map[string]Options{
			"second file":       {Files: []string{"own.yaml", reference}},
			"project directory": {Files: []string{reference}, Dir: "there"},
			"include":           {Files: []string{"include.yaml"}},
			"included include":  {Files: []string{"outer.yaml"}},
		} {
			t.Run(name+" of "+reference, func(t *testing.T) {
				home := folderWith(t, map[string]string{
					"own.yaml": "services: {mine: {image: x}}\n", "base.yaml": canary, "there/base.yaml": canary,
					"include.yaml": "include: [{path: \"" + reference + "\", project_directory: ./there}]\n",
					"outer.yaml":   "include: [include.yaml]\n",
				})
				t.Chdir(home)
				o.WorkDir, o.Name, o.Remote = home, "p", remote
				p, err := Load(t.Context(), o, nil)
				if err == nil {
					t.Fatalf("got the image %s", p.Services["base"].Image)
				}
				if !strings.Contains(err.Error(), "its paths lead to another folder here than its own") {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// TestRemoteLinks: a link in a copy, which may have come there since it was
// fetched, leads out of it for nobody.
func TestRemoteLinks(t *testing.T) {
	for name, text := range map[string]string{
		"base.yaml": "services: {web: {extends: {file: base.yaml, service: base}}}\n",
		".env":      "services: {web: {image: \"${X}\"}}\n",
	} {
		remote := newFakeRemote(t, map[string]map[string]string{"oci://x/y": {"compose.yaml": text}})
		outside := folderWith(t, map[string]string{"base.yaml": "services: {base: {image: canary}}\n", ".env": "X=canary\n"})
		if err := os.Symlink(filepath.Join(outside, name), filepath.Join(remote.folders["oci://x/y"], name)); err != nil {
			t.Fatal(err)
		}
		home := folderWith(t, map[string]string{"compose.yaml": "include: [\"oci://x/y\"]\n"})
		if _, err := Load(t.Context(), Options{WorkDir: home, Remote: remote}, nil); err == nil || !strings.Contains(err.Error(), "escapes from parent") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
