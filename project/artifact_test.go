package project_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

// loadFiles loads a project of files, the first one being its Compose file.
func loadFiles(t *testing.T, main string, files map[string]string) *project.Project {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := project.Load(context.Background(), project.Options{WorkDir: dir, Files: []string{main}, Profiles: []string{"*"}}, func(event.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// shape is an artifact's parts in a line each, their names by kind and number.
func shape(parts []project.Part) string {
	var names, kinds []string
	for i, part := range parts {
		names = append(names, part.Name, string(part.Kind)+string(rune('0'+i)))
		kinds = append(kinds, string(part.Kind)+":\n"+string(part.Content))
	}
	return strings.NewReplacer(names...).Replace(strings.Join(kinds, ""))
}

func TestArtifact(t *testing.T) {
	p := loadFiles(t, "app.yaml", map[string]string{
		"app.yaml": `# a comment stays
services:
  api: {image: alpine, labels: {x: ä}, env_file: [ "a.env", 'it''s.env', b.env ]} # and its line
  web:
    env_file:
      - path: ${DIR:-sub}/c.env # here too
      - {path: gone.env, required: false}
    extends: {file: sub/base.yaml, service: base}
  twin:
    image: alpine
    env_file: a.env
`,
		"sub/base.yaml": "services:\n  base: {image: alpine, env_file: c.env, extends: {file: deep.yaml, service: deep}}\n",
		"sub/deep.yaml": "services: {deep: {command: \"true\"}}\n",
		"a.env":         "A=1\n", "b.env": "B=1\n", "it's.env": "I=1\n", "sub/c.env": "C=1\n",
	})
	parts, err := p.Artifact()
	if err != nil {
		t.Fatal(err)
	}
	const want = `compose:
# a comment stays
services:
  api: {image: alpine, labels: {x: ä}, env_file: [ env3, env5, env4 ]} # and its line
  web:
    env_file:
      - path: env6 # here too
      - {path: gone.env, required: false}
    extends: {file: extends1, service: base}
  twin:
    image: alpine
    env_file: env3
extends:
services:
  base: {image: alpine, env_file: env6, extends: {file: extends2, service: deep}}
extends:
services: {deep: {command: "true"}}
env:
A=1
env:
B=1
env:
I=1
env:
C=1
`
	if got := shape(parts); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	again, err := p.Artifact()
	if err != nil || !slices.EqualFunc(parts, again, func(a, b project.Part) bool { return a.Name == b.Name }) {
		t.Errorf("the second time other names: %v, %v", again, err)
	}
}

func TestArtifactRefusesWhatItCannotRewrite(t *testing.T) {
	p := loadFiles(t, "app.yaml", map[string]string{
		"app.yaml": "services:\n  web:\n    image: alpine\n    env_file: >-\n      a.env\n", "a.env": "A=1\n",
	})
	_, err := p.Artifact()
	if err == nil || !strings.Contains(err.Error(), "app.yaml:4: ") {
		t.Errorf("got %v, want an error that names the line", err)
	}
}

func TestConcerns(t *testing.T) {
	p := loadFiles(t, "app.yaml", map[string]string{
		"app.yaml": `services:
  web:
    image: alpine
    env_file: a.env
    environment: {A: "1", API_KEY: , DB_PASSWORD: "hunt$$er", SECRET: "${SECRET}", TOKEN: "x-${T:-y}", PASSWD: ab}
    volumes: ["./x:/x:ro", "data:/d"]
    configs: [c]
  db:
    image: alpine
    extends: {file: base.yaml, service: base}
    environment: [B=234, CLIENT_KEY=abc, FROM_ENV, AUTH_TOKEN, COMPASS=north]
configs: {c: {environment: VARIABLE}, told: {content: "listen 80"}, left: {content: "a=${A}"}, mixed: {content: "a=${A}\nb=two\n"}}
volumes: {data: {}}
`, "a.env": "A=1\n", "base.yaml": "services: {base: {image: alpine, environment: {PASSPHRASE: open sesame}}}\n",
	})
	parts, err := p.Artifact()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`service "web": env_file declared`, `service "base": literal value for "PASSPHRASE"`,
		`service "db": literal value for "CLIENT_KEY"`, `service "web": literal value for "DB_PASSWORD"`,
	}
	if got := project.EnvDeclarations(parts); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := project.ConfigContents(parts), []string{`config "mixed"`, `config "told"`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := p.PublishedBinds(); len(got) != 1 || !strings.HasPrefix(got[0], "web: ") || !strings.HasSuffix(got[0], "/x:/x:ro") {
		t.Errorf("got %q, want the bind mount alone", got)
	}
	if err := p.Unpublishable(); err != nil {
		t.Error(err)
	}
	for _, tt := range []struct{ file, want string }{
		{"services: {web: {build: .}}\n", `it only contains a build section for service(s):` + "\n" + `- "web"`},
		{"include: [other.yaml]\nservices: {web: {image: alpine}}\n", "cannot publish compose file with local includes"},
		{"include:\n  - path: [other.yaml]\n", "cannot publish compose file with local includes"},
	} {
		p := loadFiles(t, "app.yaml", map[string]string{"app.yaml": tt.file, "other.yaml": "services: {b: {image: alpine}}\n"})
		if err := p.Unpublishable(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %q", tt.file, err, tt.want)
		}
	}
}

func TestSecrets(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"PASSWORD: changeme", ""}, // a word says nothing of what is behind it
		{"V: postgres://user:${PASSWORD}@db/x", ""},
		{"AWS_SECRET_ACCESS_KEY: ${AWS_SECRET_ACCESS_KEY}", ""},
		{"sha: " + strings.Repeat("a1", 20), ""},
		{"T: ghp_" + strings.Repeat("a1", 18), "GitHub token"},
		{"K: AKIA" + strings.Repeat("A", 16), "AWS access key"},
		{"AWS_SECRET_ACCESS_KEY: " + strings.Repeat("aB3/", 10), "AWS secret key"},
		{"aws_secret_access_key = " + strings.Repeat("aB3+", 10), "AWS secret key"},
		{`"awsSecretAccessKey": "` + strings.Repeat("aB3+", 10) + `"`, "AWS secret key"},
		{"C: AccountName=a;AccountKey=" + strings.Repeat("aB3+", 21) + "aa==;", "Azure storage key"},
		{`"private_key_id": "` + strings.Repeat("a1", 20) + `",`, "Google service account"},
		{"D: dop_v1_" + strings.Repeat("a1", 32), "DigitalOcean token"},
		{"H: dckr_pat_" + strings.Repeat("aB", 13), "Docker Hub token"},
		{"-----BEGIN OPENSSH PRIVATE KEY-----", "private key"},
		{`"private_key": "-----BEGIN PRIVATE KEY-----\nMII`, "private key"},
		{"-----BEGIN PGP PRIVATE KEY BLOCK-----", "private key"},
		{"U: postgres://user:secret@db/x", "password in an address"},
	} {
		got := strings.Join(project.Secrets([]project.Part{{Path: "/a/compose.yaml", Content: []byte("first\n" + test.text)}}), ", ")
		want := test.want
		if want != "" {
			want = "compose.yaml:2: " + want
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", test.text, got, want)
		}
	}
}

// TestReferredFiles: files that secrets and configs refer to are looked at too.
func TestReferredFiles(t *testing.T) {
	p := loadFiles(t, "app.yaml", map[string]string{
		"app.yaml": "services: {a: {image: x, secrets: [key], configs: [gone]}}\nsecrets: {key: {file: ./id_rsa}}\nconfigs: {gone: {file: ./gone}}\n",
		"id_rsa":   "-----BEGIN RSA PRIVATE KEY-----\n",
	})
	if got := project.Secrets(p.ReferredFiles()); !slices.Equal(got, []string{"id_rsa:1: private key"}) {
		t.Errorf("got %q", got)
	}
}
