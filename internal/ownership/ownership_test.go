//go:build unix

package ownership

import (
	"io/fs"
	"os"
	"syscall"
	"testing"
)

// fileInfo is of a file with an owner and a mode.
type fileInfo struct {
	fs.FileInfo
	uid  int
	mode fs.FileMode
}

func (f fileInfo) Mode() fs.FileMode { return f.mode }
func (f fileInfo) Sys() any          { return &syscall.Stat_t{Uid: uint32(f.uid)} }

func TestCheck(t *testing.T) {
	t.Setenv("SUDO_UID", "")
	self := os.Geteuid()
	for _, tt := range []struct {
		uid  int
		mode fs.FileMode
		want string
	}{
		{self, 0o700, ""},
		{0, 0o755, ""},
		{self, 0o720, "others may write to it (mode 0720)"},
		{self, fs.ModeDir | fs.ModeSticky | 0o777, "others may write to it (mode 0777)"},
		{self + 1, 0o700, "it belongs to another user"},
	} {
		err := Check(fileInfo{uid: tt.uid, mode: tt.mode})
		if got := message(err); len(got) < len(tt.want) || got[:len(tt.want)] != tt.want || tt.want == "" && err != nil {
			t.Errorf("%d %v: %v, want %q", tt.uid, tt.mode, err, tt.want)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
