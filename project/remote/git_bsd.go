//go:build unix && !linux

package remote

import "syscall"

// tie is not known here: git ends when it next writes.
func tie(*syscall.SysProcAttr) {}
