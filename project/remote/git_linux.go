package remote

import "syscall"

// tie lets the kernel end a program where this process dies of a sudden.
func tie(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGKILL }
