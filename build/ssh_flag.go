package build

import (
	"strings"

	composetypes "github.com/compose-spec/compose-go/v2/types"
)

// ParseSSH reads the values of --ssh: "default", "ID", or "ID=PATH" to an
// agent's socket or to key files joined by commas.
func ParseSSH(values []string) []composetypes.SSHKey {
	keys := make([]composetypes.SSHKey, len(values))
	for i, value := range values {
		id, path, _ := strings.Cut(value, "=")
		keys[i] = composetypes.SSHKey{ID: id, Path: path}
	}
	return keys
}
