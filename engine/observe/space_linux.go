package observe

import "syscall"

// freeSpace is how many bytes are free in a folder of this machine for its
// administrator; ok is false where that is not known.
func freeSpace(folder string) (space uint64, ok bool) {
	var s syscall.Statfs_t
	if folder == "" || syscall.Statfs(folder, &s) != nil || s.Bsize <= 0 {
		return 0, false
	}
	return s.Bfree * uint64(s.Bsize), true
}
