package project

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// environment is the process's, as a map; PWD is always there.
func environment(environ []string, workDir string) types.Mapping {
	env := make(types.Mapping, len(environ)+16)
	for _, entry := range environ {
		if key, value, ok := strings.Cut(entry, "="); ok {
			env[key] = value
		}
	}
	if _, ok := env["PWD"]; !ok {
		env["PWD"] = workDir
	}
	return env
}
