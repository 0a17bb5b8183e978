package engine

import (
	"fmt"
	"strings"

	"github.com/compose-orchestrator/compose/project"
)

// isAnonymousName tells the names that engines make up for volumes.
func isAnonymousName(name string) bool {
	const digits = "0123456789abcdef"
	return len(name) == 64 && strings.Trim(name, digits) == ""
}

// ownerOf says whose a container is: " of project demo (service web)".
func ownerOf(labels map[string]string) string {
	name := labels[project.LabelProject]
	if name == "" {
		return ""
	}
	return fmt.Sprintf(" of project %s (service %s)", name, labels[project.LabelService])
}
