package spec

import (
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// apiSocket gives the service the engine's socket, and the credentials that
// the user has for registries.
func (sp *spec) apiSocket() error {
	if !sp.s.UseAPISocket {
		return nil
	}
	if sp.onWindows() {
		return hint.New("use_api_socket can't be used with a Windows Docker Engine",
			"mount the engine's named pipe with a volume of type npipe")
	}
	sp.s = project.WithAPISocket(sp.s)
	return nil
}
