package project

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// aKey is a key of contents for tests.
func aKey() ContentKey { return NewContentKey([]byte("a key for tests")) }

// keptFiles is a project with all that a later load could read otherwise.
var keptFiles = []string{
	"compose.yaml", `
name: kept
services:
  web:
    image: "nginx:${TAG}"
    build: {context: ., ssh: [k=/nowhere], secrets: [token]}
    environment: {A: "cost $$5 $$$${x}", UNSET: , SET: }
    env_file: [web.env]
    label_file: [web.labels]
    labels: {"$key": v, text: "\n  begins with blanks\n"}
    configs: [site, motd, fromenv, binary]
    secrets: [token, password]
    depends_on: [db]
    volumes: ["./app.conf:/etc/app.conf", "./src:/src", "data:/data"]
    pull_policy: refresh
    pull_refresh_after: 2h
  db: {image: postgres, deploy: {replicas: 2}}
  off: {image: busybox, profiles: [tools]}
configs:
  site: {file: ./site.conf}
  motd: {content: "hello $$you ${TAG}"}
  fromenv: {environment: TAG}
  binary: {file: ./binary}
secrets:
  token: {file: ./token}
  password: {environment: PASSWORD}
volumes: {data: }
`,
	".env", "TAG=1\nPASSWORD=hunter2-was\nDOCKER_DEFAULT_PLATFORM=linux/arm64\n",
	"web.env", "FROM_FILE=1\n", "web.labels", "from.file=1\n", "app.conf", "a\n", "src/x", "",
	"site.conf", "site was\n", "binary", "\xff\x00\n", "token", "token-was",
}

func keepIn(tb testing.TB, dir string, o Options) (*Project, *Kept) {
	tb.Helper()
	o.WorkDir, o.ContentKey = dir, aKey
	o.Environ = append(o.Environ, "SET=was")
	p, err := Load(tb.Context(), o, nil)
	if err != nil {
		tb.Fatalf("Load: %v", err)
	}
	k, err := p.Keep()
	if err != nil {
		tb.Fatalf("Keep: %v", err)
	}
	text, err := json.Marshal(k)
	if err != nil {
		tb.Fatal(err)
	}
	var back Kept
	if err := json.Unmarshal(text, &back); err != nil {
		tb.Fatal(err)
	}
	for _, secret := range []string{"hunter2-was", "token-was"} {
		if strings.Contains(string(text), secret) {
			tb.Errorf("%q is in what is kept:\n%s", secret, text)
		}
	}
	return p, &back
}

func loadKept(tb testing.TB, p *Project, k *Kept, environ ...string) *Project {
	tb.Helper()
	at := KeptAt{Name: p.Name, Dir: p.WorkingDir, Files: p.ComposeFiles, Targets: p.Targets}
	q, err := LoadKept(tb.Context(), k, at, Options{ContentKey: aKey, Environ: environ})
	if err != nil {
		tb.Fatalf("LoadKept: %v", err)
	}
	return q
}

// sameProject compares what an up depends on.
func sameProject(t *testing.T, was, is *Project) {
	t.Helper()
	if a, b := was.ServiceNames(), is.ServiceNames(); !reflect.DeepEqual(a, b) {
		t.Fatalf("services %v, were %v", b, a)
	}
	for _, name := range was.ServiceNames() {
		a, _ := was.Hash(name, nil)
		if b, err := is.Hash(name, nil); err != nil || a != b {
			t.Errorf("%s: hash %s, %v; was %s", name, b, err, a)
		}
		a, _ = ContentHash(was, name)
		if b, err := ContentHash(is, name); err != nil || a != b {
			t.Errorf("%s: contents %s, %v; were %s", name, b, err, a)
		}
		x, y := was.ContainerLabels(name, Instance{Number: 1}), is.ContainerLabels(name, Instance{Number: 1})
		if !reflect.DeepEqual(x, y) {
			t.Errorf("%s: labels %v, were %v", name, y, x)
		}
		if a, b := was.Services[name], is.Services[name]; a.PullRefreshAfter != b.PullRefreshAfter || a.GetScale() != b.GetScale() {
			t.Errorf("%s: %+v, was %+v", name, b, a)
		}
	}
	for _, key := range was.VolumeNames() {
		a, _ := was.VolumeHash(key)
		if b, err := is.VolumeHash(key); err != nil || a != b {
			t.Errorf("volume %s: hash %s, %v; was %s", key, b, err, a)
		}
	}
}

func TestLoadKept(t *testing.T) {
	dir := folder(t, keptFiles...)
	p, k := keepIn(t, dir, Options{})
	q := loadKept(t, p, k, "SET=other", "UNSET=now", "TAG=2", "COMPOSE_PROFILES=tools", "DOCKER_DEFAULT_PLATFORM=linux/amd64")
	sameProject(t, p, q)
	if others := k.Differs(q); len(others) > 0 {
		t.Errorf("%v differ", others)
	}
	if !q.Known("off") || q.Known("other") {
		t.Error("the service that is off is not known, or another one is")
	}
	if q.Configs["site"].File == "" {
		t.Error("a config that has not changed is mounted no more")
	}
	if _, isSet := q.Services["web"].Environment["UNSET"]; !isSet || q.Services["web"].Environment["UNSET"] != nil {
		t.Error("a variable that was not set is now")
	}
}

// TestLoadKeptElsewise is a project whose files are gone or have changed.
func TestLoadKeptElsewise(t *testing.T) {
	dir := folder(t, keptFiles...)
	p, k := keepIn(t, dir, Options{})
	for _, name := range []string{"compose.yaml", ".env", "web.env", "web.labels", "binary"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "site.conf"), "site is now\n")
	write(t, filepath.Join(dir, "app.conf"), "b\n")
	q := loadKept(t, p, k, "PASSWORD=hunter2-was")
	sameProject(t, p, q)
	if private := q.Private([]string{"nginx:1", "nginx:2"}); !private[0] || private[1] {
		t.Errorf("what came from a variable is shown: %v", private)
	}
	if c := q.Configs["site"]; c.File != "" || c.Content != "site was\n" {
		t.Errorf("config site: %+v", c)
	}
	if c := q.Configs["binary"]; c.Content != "\xff\x00\n" {
		t.Errorf("config binary: %q", c.Content)
	}
	q = loadKept(t, p, k, "PASSWORD=hunter2-now")
	if had, now := k.Secrets["password"], q.SecretHash("password"); !ContentChanged(had, now) {
		t.Errorf("the secret's hash is %q, was %q", now, had)
	}
	if had, now := k.Secrets["token"], q.SecretHash("token"); ContentChanged(had, now) || now == "" {
		t.Errorf("the secret's hash is %q, was %q", now, had)
	}
	file := filepath.Join(dir, "app.conf")
	if had, now := k.Mounted[file], q.MountedHash(file); !ContentChanged(had, now) {
		t.Errorf("the mounted file's hash is %q, was %q", now, had)
	}
	if had, ok := k.Mounted[filepath.Join(dir, "src")]; !ok || had != "" {
		t.Errorf("the mounted folder's hash is %q", had)
	}
}

func TestLoadKeptSelection(t *testing.T) {
	dir := folder(t, keptFiles...)
	p, k := keepIn(t, dir, Options{Services: []string{"web"}, NoDeps: true, Compatibility: true})
	q := loadKept(t, p, k, "PASSWORD=hunter2-was")
	sameProject(t, p, q)
	if !q.Known("db") || !reflect.DeepEqual(q.Targets, []string{"web"}) || q.ContainerName("web", 1) != "kept_web_1" {
		t.Errorf("targets %v, %s", q.Targets, q.ContainerName("web", 1))
	}
}

func TestLoadKeptDamaged(t *testing.T) {
	for _, model := range []string{"", "services: [", "services: {web: {image: 1, nonsense: 1}}", "include: [https://x/y.git]"} {
		_, err := LoadKept(t.Context(), &Kept{Model: model}, KeptAt{Name: "x", Dir: t.TempDir()}, Options{})
		if err == nil || !strings.HasPrefix(err.Error(), "the project cannot be read from what was kept: ") {
			t.Errorf("%q: %v", model, err)
		}
	}
}
