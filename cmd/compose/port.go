package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) portCommand() *cobra.Command {
	var o session.PortOptions
	cmd := a.command("port [OPTIONS] SERVICE PRIVATE_PORT", "Print the public port for a port binding", func(cmd *cobra.Command, args []string) error {
		port, err := strconv.ParseUint(args[1], 10, 16)
		if err != nil {
			return hint.New(fmt.Sprintf("invalid port %q", args[1]), "a number up to 65535; --protocol says tcp or udp")
		}
		o.Service, o.Port, o.Protocol = args[0], int(port), strings.ToLower(o.Protocol)
		s, err := a.openNamed(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		address, err := s.Port(cmd.Context(), o)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(a.stdout, address)
		return err
	})
	cmd.Args = needsArgs(2)
	indexFlag(cmd.Flags(), &o.Index)
	cmd.Flags().StringVar(&o.Protocol, "protocol", "tcp", `Protocol of the port ("tcp"|"udp")`)
	return cmd
}
