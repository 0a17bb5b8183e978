//go:build !linux

package observe

// freeSpace is not known: engines run in virtual machines there.
func freeSpace(string) (space uint64, ok bool) { return 0, false }
