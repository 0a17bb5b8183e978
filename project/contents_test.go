package project

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/hint"
)

const withContents = `
services:
  web:
    image: nginx
    secrets: [token]
    configs: [site, motd]
  db:
    image: postgres
    secrets: [password]
  plain: {image: busybox}
  off: {image: busybox, profiles: [tools], configs: [folder]}
secrets:
  token: {file: ./token}
  password: {environment: PASSWORD}
  unused: {file: ./nowhere}
configs:
  site: {file: ./site.conf}
  motd: {content: "hello ${WHO:-you}"}
  folder: {file: ./folder}
`

// contentsFolder is a folder with a project that has contents of every kind.
func contentsFolder(t *testing.T) string {
	return folder(t, "compose.yaml", withContents, "token", "t1", "site.conf", "s1",
		"folder/a", "1", "folder/sub/b", "2")
}

func contentKey() ContentKey { return NewContentKey([]byte("a key of tests")) }

func loadContents(t *testing.T, dir string, environ ...string) *Project {
	t.Helper()
	o := Options{WorkDir: dir, Name: "demo", Environ: append([]string{"PASSWORD=p1"}, environ...), ContentKey: contentKey, Profiles: []string{"tools"}}
	p, err := Load(t.Context(), o, nil)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return p
}

func contentHash(t *testing.T, p *Project, service string) string {
	t.Helper()
	hash, err := ContentHash(p, service)
	if err != nil {
		t.Fatalf("ContentHash of %s: %v", service, err)
	}
	return hash
}

func TestContentHashFollowsContent(t *testing.T) {
	tests := []struct {
		name    string
		change  func(t *testing.T, dir string)
		environ []string
		changed string // the services whose hash changes
	}{
		{"nothing", func(*testing.T, string) {}, nil, ""},
		{"a secret's file", rewrite("token", "t2"), nil, "web"},
		{"a config's file", rewrite("site.conf", "s2"), nil, "web"},
		{"same text again", rewrite("token", "t1"), nil, ""},
		{"a variable", func(*testing.T, string) {}, []string{"PASSWORD=p2"}, "db"},
		{"inline content", func(*testing.T, string) {}, []string{"WHO=all"}, "web"},
		{"a file in a folder", rewrite("folder/sub/b", "3"), nil, "off"},
		{"a new file in a folder", rewrite("folder/c", ""), nil, "off"},
		{"an unused file", rewrite("nowhere", "x"), nil, ""},
		{"the reference's mode", rewrite("compose.yaml", strings.Replace(withContents, "secrets: [token]", "secrets: [{source: token, mode: 0400, target: /t}]", 1)), nil, ""},
		{"the path, not the content", func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "other"), "t1")
			write(t, filepath.Join(dir, "compose.yaml"), strings.Replace(withContents, "./token", "./other", 1))
		}, nil, ""},
		{"contents exchanged", func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "token"), "s1")
			write(t, filepath.Join(dir, "site.conf"), "t1")
		}, nil, "web"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := contentsFolder(t)
			before := loadContents(t, dir)
			test.change(t, dir)
			after := loadContents(t, dir, test.environ...)
			var changed []string
			for _, service := range []string{"db", "off", "plain", "web"} {
				if contentHash(t, before, service) != contentHash(t, after, service) {
					changed = append(changed, service)
				}
				old, _ := before.Hash(service, nil)
				if now, _ := after.Hash(service, nil); now != old && test.name != "the reference's mode" {
					t.Errorf("the config hash of %s follows the content", service)
				}
			}
			if got := strings.Join(changed, " "); got != test.changed {
				t.Errorf("changed %q, want %q", got, test.changed)
			}
		})
	}
}

func rewrite(name, text string) func(*testing.T, string) {
	return func(t *testing.T, dir string) { write(t, filepath.Join(dir, name), text) }
}

func TestContentHashOfNothing(t *testing.T) {
	dir := contentsFolder(t)
	if got := contentHash(t, loadContents(t, dir), "plain"); got != "" {
		t.Errorf("got %q for a service without contents", got)
	}
	p, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := contentHash(t, p, "web"); got != "" {
		t.Errorf("got %q without a key", got)
	}
	if _, err := ContentHash(p, "wbe"); !errors.Is(err, ErrNoSuchService) {
		t.Errorf("unknown service: %v", err)
	}
}

// The value is a label: it must be the same in every run and version.
func TestContentHashIsStable(t *testing.T) {
	p := loadContents(t, contentsFolder(t))
	for service, want := range map[string]string{
		"web": "ff79de9a65e0d017:fa4f7dc193c023da351a51f665d4acbbed55c1e246deadbf51da00c6e7da8f97",
		"db":  "ff79de9a65e0d017:e4ec40c41f2bdacfb49778eafbe4b78ebb80ebdc1a75bb211126d79f9a2cad92",
		"off": "ff79de9a65e0d017:711c7c54a67586b43e1adf363ddd02e7b44dc559a53e09b9fb3f944e033041ac",
	} {
		if got := contentHash(t, p, service); got != want {
			t.Errorf("%s: got %s, want %s", service, got, want)
		}
	}
}

func TestContentChanged(t *testing.T) {
	dir := contentsFolder(t)
	p := loadContents(t, dir)
	now := contentHash(t, p, "web")
	id, sum, _ := strings.Cut(now, ":")
	o := Options{WorkDir: dir, Name: "demo", ContentKey: func() ContentKey { return NewContentKey([]byte("another")) }}
	other, err := Load(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := contentHash(t, other, "web")
	if otherID, otherSum, _ := strings.Cut(elsewhere, ":"); otherID == id || otherSum == sum {
		t.Errorf("two keys make %s and %s of one content", now, elsewhere)
	}
	for _, test := range []struct {
		had, now string
		want     bool
	}{
		{now, now, false},
		{id + ":0", now, true},
		{elsewhere, now, false},
		{sum, now, false},
		{"", now, false},
		{now, "", false},
		{"", "", false},
	} {
		if got := ContentChanged(test.had, test.now); got != test.want {
			t.Errorf("from %q to %q: %t, want %t", test.had, test.now, got, test.want)
		}
	}
}

func TestMissingContent(t *testing.T) {
	dir := contentsFolder(t)
	if err := os.Remove(filepath.Join(dir, "token")); err != nil {
		t.Fatal(err)
	}
	p, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo", ContentKey: contentKey}, nil)
	if err != nil {
		t.Fatalf("Load needs no content: %v", err)
	}
	_, err = ContentHash(p, "web")
	check(t, "ContentHash", "", err, "", `reading secret "token": stat `)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(hint.Of(err), "secrets.token.file") {
		t.Errorf("error %v, hint %q", err, hint.Of(err))
	}
	_, err = ContentHash(p, "db")
	check(t, "ContentHash", "", err, "", `environment variable "PASSWORD" required by secret "password" is not set`)
}

// A later selection reads what it adds.
func TestContentsOfSelection(t *testing.T) {
	dir := contentsFolder(t)
	o := Options{WorkDir: dir, Name: "demo", ContentKey: contentKey, Services: []string{"plain"}}
	p, err := Load(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	off, err := p.Select(Selection{Services: []string{"off"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := contentHash(t, off, "off"), contentHash(t, loadContents(t, dir), "off"); got != want || got == "" {
		t.Errorf("got %q, want %q", got, want)
	}
}
