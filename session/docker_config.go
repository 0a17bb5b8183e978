package session

import (
	"github.com/compose-orchestrator/compose/engine/dockerconfig"
	"github.com/compose-orchestrator/compose/engine/process"
)

// Formats are how docker's config.json wants listings to be printed.
type Formats = dockerconfig.Formats

// ConfiguredFormats reads the formats of docker's config.json. configDir is docker's
// folder; "": its default. The error says that the file cannot be read.
func ConfiguredFormats(configDir string) (Formats, error) { return dockerconfig.ReadFormats(configDir) }

// ConfiguredDetachKeys are the keys that docker's config.json wants to detach with; ""
// where it says nothing. The error says what is wrong with the file, or the keys.
func ConfiguredDetachKeys(configDir string) (string, error) {
	return dockerconfig.DetachKeys(configDir)
}

// CheckDetachKeys returns an error that says what is wrong with keys to detach with:
// "ctrl-p,ctrl-q".
func CheckDetachKeys(keys string) error {
	_, err := process.DetachKeys(keys)
	return err
}
