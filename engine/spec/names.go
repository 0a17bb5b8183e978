package spec

import (
	"fmt"
	"strings"

	"github.com/compose-orchestrator/compose/project"
)

// IsAnonymousName tells the names that engines make up for volumes.
func IsAnonymousName(name string) bool {
	const digits = "0123456789abcdef"
	return len(name) == 64 && strings.Trim(name, digits) == ""
}

// OwnedBy says whose a container is: " of project demo (service web)".
func OwnedBy(labels map[string]string) string {
	name := labels[project.LabelProject]
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" of project %s (service %s)", name, labels[project.LabelService])
}
