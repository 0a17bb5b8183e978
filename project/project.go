// Package project is the desired state: it loads Compose files, interpolates
// and selects, and knows the names, labels and hashes that a project has at the
// engine. It is the only reader of the user's files.
package project

import (
	"github.com/compose-spec/compose-go/v2/types"
)

// Project is a loaded project: compose-go's model and what the invocation adds.
// It is not changed after Load; Select and WithScale return copies.
type Project struct {
	*types.Project
	// EnvFiles are the files given by --env-file, absolute; they go into a label.
	EnvFiles []string
	// Compatibility makes "_" the separator of container and image names.
	Compatibility bool
	// Targets are the services named on the command line (and, without
	// --no-deps, not their dependencies), sorted; empty: all.
	Targets []string
}

// Options say which project to load. The zero value is "the folder's project".
type Options struct {
	Files         []string // -f, in order; "-" is Stdin
	EnvFiles      []string // --env-file
	Profiles      []string // --profile
	Name          string   // -p
	Dir           string   // --project-directory
	WorkDir       string   // where the command was called; "": the process's
	Environ       []string // KEY=value, of the process
	AllResources  bool     // --all-resources: keep what no service uses
	Compatibility bool
}
