// Command compose runs multi-container projects from a Compose file: a drop-in
// for Docker Compose. README.md tells what it does, docs/architecture.md how.
package main

import (
	"os"

	_ "github.com/compose-orchestrator/compose/internal/collector"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

func main() {
	a, args := called()
	if strays := a.openStrays(); strays != nil {
		os.Stderr = strays
	}
	os.Exit(a.run(args))
}

// called is the call of the program that this process is, and its arguments.
func called() (a *app, args []string) {
	dir, err := os.Getwd()
	if err != nil {
		dir = ""
	}
	environ := os.Environ()
	name, args := calledAs(os.Args, environ)
	return &app{
		name:    name,
		stdin:   os.Stdin,
		stdout:  terminal.OutputOf(os.Stdout),
		stderr:  terminal.OutputOf(os.Stderr),
		environ: environ,
		dir:     dir,
	}, args
}
