package main

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/internal/render"
)

func (a *app) eventsCommand() *cobra.Command {
	var o list.EventsOptions
	var asJSON bool
	cmd := a.command("events [OPTIONS] [SERVICE...]", "Receive real time events from containers", func(cmd *cobra.Command, args []string) error {
		s, err := a.openListed(cmd.Context(), args)
		if err != nil {
			return err
		}
		defer s.Close()
		o.Project = s.Name
		people := happenings{app: a, project: s.Name}
		err = list.Events(cmd.Context(), s.Reader, o, func(h list.Event) error {
			if len(args) > 0 && !slices.Contains(args, h.Service) {
				return nil
			}
			switch {
			case asJSON:
				return render.JSON(a.stdout, h)
			case render.IsTerminal(a.stdout):
				return people.show(h)
			}
			return a.list([]string{fmt.Sprint(h)})
		})
		return readerGone(err)
	})
	fs := cmd.Flags()
	fs.BoolVar(&asJSON, "json", false, "Output events as a stream of json objects")
	fs.StringVar(&o.Since, "since", "", "Show all events created since timestamp")
	fs.StringVar(&o.Until, "until", "", "Stream events until this timestamp")
	return cmd
}

// readerGone is an error without the one that says that nobody reads the output
// any more: a stream without an end is meant to end so.
func readerGone(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}
