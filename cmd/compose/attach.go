package main

import (
	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/session"
)

// attachFlags are those of attach.
type attachFlags struct {
	session.AttachOptions
	detachKeys string
	proxy      bool
}

func (a *app) attachCommand() *cobra.Command {
	var f attachFlags
	cmd := a.command("attach [OPTIONS] SERVICE", "Attach local standard input, output, and error streams to a service's running container", func(cmd *cobra.Command, args []string) error {
		f.Service, f.KeepSignals = args[0], !f.proxy
		return a.attach(cmd, f)
	})
	cmd.Args = needsArgs(1)
	fs := cmd.Flags()
	fs.StringVar(&f.detachKeys, "detach-keys", "", "Override the key sequence for detaching from a container")
	indexFlag(fs, &f.Index)
	fs.BoolVar(&f.NoStdin, "no-stdin", false, "Do not attach STDIN")
	fs.BoolVar(&f.proxy, "sig-proxy", true, "Proxy all received signals to the process")
	return cmd
}

func (a *app) attach(cmd *cobra.Command, f attachFlags) error {
	if _, err := process.DetachKeys(f.detachKeys); err != nil {
		return err
	}
	s, err := a.openNamed(cmd.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	c, release := a.console()
	defer release()
	if f.detachKeys != "" {
		c.DetachKeys = f.detachKeys
	}
	code, err := s.Attach(cmd.Context(), f.AttachOptions, c)
	return endsWith(code, err)
}
