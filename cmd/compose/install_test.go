package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// TestInstall: the program under both names, docker's plugin, manual pages and
// completions, below DESTDIR, with links that hold without it.
func TestInstall(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("script/install is for Unix")
	}
	program := filepath.Join(t.TempDir(), "compose")
	const wrapper = "#!/bin/sh\necho \"${0##*/} $*\"\n" // says how it was called
	if err := os.WriteFile(program, []byte(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	dest := t.TempDir()
	cmd := exec.Command("../../script/install")
	cmd.Env = append(os.Environ(), "COMPOSE_BIN="+program, "DESTDIR="+dest, "prefix=/usr/here", "plugindir=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for link, want := range map[string]string{
		"bin/docker-compose":                        "compose",
		"libexec/docker/cli-plugins/docker-compose": "/usr/here/bin/compose",
		"share/man/man1/docker-compose-up.1":        "compose-up.1",
	} {
		if got, err := os.Readlink(filepath.Join(dest, "usr/here", link)); got != want {
			t.Errorf("%s leads to %q (%v), want %q", link, got, err, want)
		}
	}
	for file, want := range map[string]string{
		"bin/compose":              wrapper,
		"share/man/man1/compose.1": "",
		"share/bash-completion/completions/docker-compose": "docker-compose completion bash\n",
		"share/zsh/site-functions/_compose":                "compose completion zsh\n",
		"share/fish/vendor_completions.d/compose.fish":     "compose completion fish\n",
	} {
		got, err := os.ReadFile(filepath.Join(dest, "usr/here", file))
		if err != nil || want != "" && string(got) != want {
			t.Errorf("%s: got %q (%v), want %q", file, got, err, want)
		}
	}
}
