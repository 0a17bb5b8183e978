package main

import (
	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/hint"
)

// diffDeployments compares two deployments of the history, "@5" and "@7".
func (a *app) diffDeployments(_ *cobra.Command, from, to string) error {
	return hint.New("comparing "+from+" with "+to+" needs history, which this version does not keep", "compose diff compares what runs with the file")
}
