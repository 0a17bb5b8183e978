package watch

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// limit reads a limit of inotify; 0: there is none of that name.
func limit(dir fs.FS, name string) int {
	b, err := fs.ReadFile(dir, name)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return n
}

// raise is the command that raises a limit to what developers commonly need.
func raise(name string, now int) string {
	want := 1024
	if name == "max_user_watches" {
		want = 524288
	}
	for want <= now {
		want *= 2
	}
	return fmt.Sprintf("run: sudo sysctl fs.inotify.%s=%d", name, want)
}
