package main

import (
	"context"
	"fmt"

	"github.com/docker/go-units"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/history"
)

// tellKept says how large the images are that are kept for a rollback. The error is the
// engine's.
func (a *app) tellKept(ctx context.Context, project string) error {
	s := a.session(nil, project)
	defer s.Close()
	n, bytes, err := s.KeptSize(ctx)
	if err != nil || n == 0 {
		return err
	}
	of := "an image of an earlier deployment is"
	if n > 1 {
		of = fmt.Sprintf("%d images of earlier deployments are", n)
	}
	a.sink(event.Message{Level: event.Info, Text: fmt.Sprintf("%s kept for a rollback: %s", of, units.HumanSizeWithPrecision(float64(bytes), 3))})
	return nil
}

// forgetImages lets go of the images that were kept for deployments which are forgotten.
func (a *app) forgetImages(ctx context.Context, project string, store *history.Store) {
	s := a.session(nil, project)
	defer s.Close()
	if err := s.ForgetImages(ctx, store); err != nil {
		a.warn("images of forgotten deployments are still kept: %v", err)
	}
}
