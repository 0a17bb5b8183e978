package build

import (
	"strings"

	composetypes "github.com/compose-spec/compose-go/v2/types"
)

// ParseSSH reads the values of --ssh: "default", "ID", "ID=PATH" to an agent's
// socket or a key file, several of them joined by commas.
func ParseSSH(values []string) []composetypes.SSHKey {
	var keys []composetypes.SSHKey
	for _, value := range values {
		for entry := range strings.SplitSeq(value, ",") {
			id, path, _ := strings.Cut(entry, "=")
			keys = append(keys, composetypes.SSHKey{ID: id, Path: path})
		}
	}
	return keys
}
