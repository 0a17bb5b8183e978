package main

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) eventsCommand() *cobra.Command {
	var o session.HappeningsOptions
	var asJSON, healthChecks bool
	cmd := a.command("events [OPTIONS] [SERVICE...]", "Receive real time events from containers", func(cmd *cobra.Command, args []string) error {
		s, err := a.openListed(cmd.Context(), args)
		if err != nil {
			return err
		}
		defer s.Close()
		var people *happenings
		if render.IsTerminal(a.stdout) && !asJSON {
			o.NoHealthChecks = !healthChecks
			listed, err := s.List(cmd.Context())
			if err != nil {
				return err
			}
			people = newHappenings(a, s.Name, listed)
			if o.Since != "" || o.Until != "" { // what is now is not what was then
				clear(people.health)
			}
		}
		err = s.Happenings(cmd.Context(), o, func(h session.Happening) error {
			if len(args) > 0 && !slices.Contains(args, h.Service) {
				return nil
			}
			switch {
			case asJSON:
				return render.JSON(a.stdout, h)
			case people != nil:
				return people.show(h)
			}
			return a.list([]string{fmt.Sprint(h)})
		})
		return readerGone(err)
	})
	fs := cmd.Flags()
	fs.BoolVar(&asJSON, "json", false, "Output events as a stream of json objects")
	fs.BoolVar(&healthChecks, "health-checks", false, "Show the commands of health checks on a terminal, too; elsewhere they are shown")
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
