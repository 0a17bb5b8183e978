package main

import (
	"context"

	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/session"
)

// comparedDeployments compares two deployments of the history, "@5" and "@7".
func (a *app) comparedDeployments(ctx context.Context, from, to string) (comparison, error) {
	name, store, err := a.history(ctx)
	if err != nil {
		return comparison{}, err
	}
	was, err := a.deployed(ctx, store, from)
	if err != nil {
		return comparison{}, err
	}
	is, err := a.deployed(ctx, store, to)
	if err != nil {
		return comparison{}, err
	}
	s := a.session(nil, name)
	defer s.Close()
	c, err := s.Between(was, is)
	return comparison{project: name, between: []int{was.Number, is.Number}, Compared: c}, err
}

// deployed is a deployment with the project that was kept of it.
func (a *app) deployed(ctx context.Context, store *history.Store, arg string) (session.Deployed, error) {
	number, err := deploymentNumber(arg)
	if err != nil {
		return session.Deployed{}, err
	}
	d, err := store.Get(number)
	if err != nil {
		return session.Deployed{}, err
	}
	p, err := a.keptProject(ctx, d)
	return session.Deployed{Deployment: d, Loaded: p}, err
}
