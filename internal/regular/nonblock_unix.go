//go:build unix

package regular

import "syscall"

// nonblock has a pipe opened at once.
const nonblock = syscall.O_NONBLOCK
