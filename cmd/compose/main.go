// Command compose runs multi-container projects from a Compose file: a drop-in
// for Docker Compose. README.md tells what it does, docs/architecture.md how.
package main

import (
	"os"
	"runtime/debug"
)

func main() {
	tuneMemory()
	dir, err := os.Getwd()
	if err != nil {
		dir = ""
	}
	environ := os.Environ()
	name, args := calledAs(os.Args, environ)
	a := &app{
		name:    name,
		stdin:   os.Stdin,
		stdout:  os.Stdout,
		stderr:  os.Stderr,
		environ: environ,
		dir:     dir,
	}
	os.Exit(a.run(args))
}

// tuneMemory lets the collector wait: a run is short, and most of what a load
// allocates dies with it. The limit bounds what a large project can cost.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}
