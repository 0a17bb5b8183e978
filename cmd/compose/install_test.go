package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// installer calls script/install and script/uninstall with a program that says how
// it was called, and a DESTDIR.
type installer struct {
	t       *testing.T
	program string
	dest    string
}

const wrapper = "#!/bin/sh\necho \"${0##*/} $*\"\n"

func newInstaller(t *testing.T) *installer {
	if runtime.GOOS == "windows" {
		t.Skip("script/install is for Unix")
	}
	t.Parallel()
	i := &installer{t: t, program: filepath.Join(t.TempDir(), "compose"), dest: t.TempDir()}
	i.build(wrapper)
	return i
}

// build replaces the program that is installed next.
func (i *installer) build(program string) {
	i.t.Helper()
	if err := os.WriteFile(i.program, []byte(program), 0o755); err != nil {
		i.t.Fatal(err)
	}
}

// run calls a script without a terminal; env may replace the variables.
func (i *installer) run(script string, env ...string) (string, error) {
	cmd := exec.Command("../../script/" + script)
	cmd.Env = append(os.Environ(), "COMPOSE_BIN="+i.program, "DESTDIR="+i.dest, "prefix=/usr", "plugindir=", "mandir=", "force=")
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// must is run where nothing goes wrong.
func (i *installer) must(script string, env ...string) string {
	i.t.Helper()
	out, err := i.run(script, env...)
	if err != nil {
		i.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return out
}

// file is what stands at a path below DESTDIR.
func (i *installer) file(path string) string {
	content, err := os.ReadFile(filepath.Join(i.dest, path))
	if err != nil {
		return err.Error()
	}
	return string(content)
}

// put writes a file of somebody else.
func (i *installer) put(path, content string) string {
	i.t.Helper()
	path = filepath.Join(i.dest, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		i.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		i.t.Fatal(err)
	}
	return path
}

// left are the files below DESTDIR.
func (i *installer) left() string {
	out, err := exec.Command("find", i.dest, "!", "-type", "d").Output()
	if err != nil {
		i.t.Fatal(err)
	}
	return string(bytes.TrimSpace(out))
}

// TestInstall: the program under both names, docker's plugin, manual pages and
// completions, below DESTDIR, with links that hold without it.
func TestInstall(t *testing.T) {
	i := newInstaller(t)
	if out := i.must("install"); strings.Contains(out, "hint:") {
		t.Errorf("docker looks in this folder, but: %s", out)
	}
	for link, want := range map[string]string{
		"bin/docker-compose":                        "compose",
		"libexec/docker/cli-plugins/docker-compose": "/usr/bin/compose",
		"share/man/man1/docker-compose-up.1":        "compose-up.1",
	} {
		if got, err := os.Readlink(filepath.Join(i.dest, "usr", link)); got != want {
			t.Errorf("%s leads to %q (%v), want %q", link, got, err, want)
		}
	}
	for file, want := range map[string]string{
		"bin/compose": wrapper,
		"share/bash-completion/completions/docker-compose": "docker-compose completion bash\n",
		"share/zsh/site-functions/_compose":                "compose completion zsh\n",
		"share/fish/vendor_completions.d/compose.fish":     "compose completion fish\n",
	} {
		if got := i.file("usr/" + file); got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
	if got := i.file("usr/share/man/man1/compose.1"); !strings.Contains(got, ".TH") {
		t.Errorf("compose.1 is no manual page: %q", got)
	}
}

// TestInstallForeign: a file that install did not put there is replaced with force=1
// alone; its own files are replaced by the next version.
func TestInstallForeign(t *testing.T) {
	i := newInstaller(t)
	other := i.put("usr/bin/docker-compose", "another program")
	out, err := i.run("install")
	if err == nil || !strings.Contains(out, other) || !strings.Contains(out, "force=1") {
		t.Errorf("without a terminal: %v, want an error that names %s and force=1\n%s", err, other, out)
	}
	if left := i.left(); left != other {
		t.Errorf("a refused install changed files: %s", left)
	}
	i.must("install", "force=1")
	if got := i.file("usr/bin/docker-compose"); got != wrapper {
		t.Errorf("with force=1 docker-compose is %q", got)
	}

	i.build(wrapper + "# the next version\n")
	i.must("install")
	if got := i.file("usr/bin/compose"); !strings.Contains(got, "next version") {
		t.Errorf("the next version was not installed: %q", got)
	}
	changed := i.put("usr/bin/compose", "changed by its user")
	if out, err := i.run("install"); err == nil || !strings.Contains(out, changed) {
		t.Errorf("a changed file: %v, want an error that names %s\n%s", err, changed, out)
	}
}

// TestUninstall: what install put there goes, in folders of its own choice too, and
// nothing else.
func TestUninstall(t *testing.T) {
	i := newInstaller(t)
	if out, err := i.run("uninstall"); err == nil || !strings.Contains(out, "hint: ") {
		t.Errorf("with nothing installed: %v, want an error with a hint\n%s", err, out)
	}
	other := i.put("usr/bin/other", "another program")
	i.must("install", "plugindir=/opt/plugins")
	i.must("install", "mandir=/opt/man") // another plugindir: the first one's file is still ours
	page := i.put("opt/man/man1/compose-up.1", "changed by its user")
	if out := i.must("uninstall"); !strings.Contains(out, "left "+page) {
		t.Errorf("got %q, want it to say that %s was left", out, page)
	}
	for _, path := range strings.Split(i.left(), "\n") {
		if path != other && path != page {
			t.Errorf("%s was left", path)
		}
	}
	if i.file("usr/bin/other") != "another program" {
		t.Error("a file of somebody else was removed")
	}
}

// TestInstallPlugin: install says where docker does not find the plugin.
func TestInstallPlugin(t *testing.T) {
	i := newInstaller(t)
	home := t.TempDir()
	out := i.must("install", "prefix=/opt/compose", "HOME="+home, "DOCKER_CONFIG=")
	if want := "docker does not look for plugins in /opt/compose/libexec/docker/cli-plugins"; !strings.Contains(out, want) {
		t.Errorf("got %q, want %q", out, want)
	}
	i.dest = ""
	docker := filepath.Join(home, "docker")
	if err := os.MkdirAll(filepath.Join(docker, "cli-plugins"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(docker, "cli-plugins/docker-compose"), []byte(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	out = i.must("install", "prefix="+home+"/here", "HOME="+home, "DOCKER_CONFIG="+docker, "plugindir="+home+"/plugins")
	if want := "docker compose is still " + docker + "/cli-plugins/docker-compose"; !strings.Contains(out, want) {
		t.Errorf("got %q, want %q", out, want)
	}
}
