package build

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestPackContextUnreadable(t *testing.T) {
	if os.Geteuid() == 0 { // who reads everything: once more as nobody
		cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Dir, cmd.Env = "/", append(os.Environ(), "TMPDIR=/tmp")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	dir := folder(t, map[string]string{"Dockerfile": "", "closed": ""})
	if err := os.Chmod(filepath.Join(dir, "closed"), 0); err != nil {
		t.Fatal(err)
	}
	p, err := packContext(job{context: location{dir: dir}, file: dockerfile{dir: dir, name: "Dockerfile"}})
	if err != nil {
		t.Fatal(err)
	}
	_, read := io.Copy(io.Discard, p.reader())
	if err := p.finish(); err == nil || !strings.Contains(err.Error(), "closed") || read == nil {
		t.Errorf("got %v, and %v while reading", err, read)
	}
}
