package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestRelease: archives hold the program, manual pages and completions, and are the
// same bytes whatever the umask and the time.
func TestRelease(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("script/release runs on Linux")
	}
	i := newInstaller(t)
	release := func(umask string) (dist, sums string) {
		dist = filepath.Join(i.dest, umask)
		cmd := exec.Command("sh", "-c", "umask "+umask+" && exec ../../script/release")
		cmd.Env = append(os.Environ(), "COMPOSE_BIN="+i.program, "dist="+dist, "formats=", "platforms=linux/amd64 windows/arm64")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return dist, i.file(umask + "/SHA256SUMS")
	}
	dist, first := release("022")
	if strings.Count(first, "\n") != 2 {
		t.Errorf("got %q, want the checksums of two archives", first)
	}
	out, err := exec.Command("tar", "-tzf", filepath.Join(dist, "compose-"+version+"-linux-amd64.tar.gz")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, path := range []string{
		"bin/compose", "bin/docker-compose", "share/man/man1/compose-up.1", "share/zsh/site-functions/_compose", "LICENSE",
	} {
		if want := "compose-" + version + "-linux-amd64/" + path + "\n"; !strings.Contains(string(out), want) {
			t.Errorf("the archive has no %s", path)
		}
	}
	if _, second := release("077"); first != second {
		t.Errorf("got other bytes with another umask:\n%s%s", first, second)
	}
}
