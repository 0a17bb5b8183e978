// Package collector sets the garbage collector for a program that runs for a
// moment. It is imported for that alone, by cmd/compose.
//
// It does so while it is initialised, and not in main: Go initialises packages
// in the order of their import paths as far as their imports allow, so that this
// one comes before the libraries whose initialisation fills a heap for which the
// collector would run already.
package collector

import (
	"os"
	"runtime/debug"
)

// percent is GOGC where the environment does not set it. More saves little
// time, since memory that is touched for the first time costs as much as
// memory that is collected, and the heap of a no-op up of 100 services would
// grow beyond what docs/performance.md promises.
const percent = 150

// limit is GOMEMLIMIT, in bytes, where the environment does not set it. It is
// a soft one: the collector runs more often near it. With the program's own
// pages it keeps what a file of 64 KB can cost below 64 MB.
const limit = 40 << 20

// streaming is GOGC for a command through which more flows than it keeps: it
// collects often what is little, and stays small.
const streaming = 20

// Stream sets the collector for such a command.
func Stream() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(streaming)
	}
}

// Room raises the limit for a load of files of that many bytes altogether, which
// would spend its time collecting otherwise. It ends within 500 MB.
func Room(bytes int) {
	const (
		small = 64 << 10 // for which the limit is made
		each  = 200      // bytes of heap and garbage for one of a file
		most  = 330 << 20
	)
	if os.Getenv("GOMEMLIMIT") == "" && bytes > small {
		debug.SetMemoryLimit(min(limit+int64(bytes-small)*each, most))
	}
}

func init() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(limit)
	}
}
