package project

import "context"

// Identity is what commands need that do not change anything: the project's
// name and the names of its services.
type Identity struct {
	Name     string
	Dir      string   // absolute; "" where there is no file
	Files    []string // absolute or "-"; empty with -p NAME alone
	Services []string // all of the file, sorted, whatever the profiles say
}

// Identify finds out which project a command is about.
func Identify(ctx context.Context, o Options) (Identity, error) { return Identity{}, nil }
