package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/session"
)

// diffDeployments compares two deployments of the history, "@5" and "@7".
func (a *app) diffDeployments(cmd *cobra.Command, from, to string) error {
	s, err := a.openNamed(cmd.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	was, err := a.deployed(cmd.Context(), from)
	if err != nil {
		return err
	}
	is, err := a.deployed(cmd.Context(), to)
	if err != nil {
		return err
	}
	c, err := s.Between(was, is)
	if err != nil {
		return err
	}
	if format, _ := cmd.Flags().GetString("format"); format == "json" {
		shown := shownDiffOf(s.Name, c)
		shown.Between = []int{was.Number, is.Number}
		err = render.JSON(a.stdout, shown)
	} else {
		err = render.Between(a.stdout, s.Name, was.Number, is.Number, c, a.look())
	}
	if exitCode, _ := cmd.Flags().GetBool("exit-code"); err == nil && exitCode && len(c.Differences) > 0 {
		return endsWith(exitChanges, nil)
	}
	return err
}

// deployed is a deployment with the project that was kept of it.
func (a *app) deployed(ctx context.Context, number string) (session.Deployed, error) {
	d, err := a.deployment(ctx, []string{number})
	if err != nil {
		return session.Deployed{}, err
	}
	p, err := a.keptProject(ctx, d)
	return session.Deployed{Deployment: d, Loaded: p}, err
}
