package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/project"
)

// compatibleVersion is the Docker Compose version that this program can stand
// in for. Tools read it to tell what they may use.
const compatibleVersion = project.CompatibleVersion

// version is this program's own.
var version = project.ToolVersion

type versionOptions struct {
	format string
	short  bool
}

func (a *app) versionCommand() *cobra.Command {
	var o versionOptions
	cmd := a.command("version [OPTIONS]", "Show the version information", func(*cobra.Command, []string) error {
		return a.printVersion(o)
	})
	cmd.Args = cobra.NoArgs
	cmd.Flags().StringVarP(&o.format, "format", "f", "", `Format the output ("pretty"|"json")`)
	cmd.Flags().BoolVar(&o.short, "short", false, "Shows only the Docker Compose version that this is compatible with")
	return cmd
}

func (a *app) printVersion(o versionOptions) error {
	if o.short {
		_, err := fmt.Fprintln(a.stdout, compatibleVersion)
		return err
	}
	if err := oneFormatOf(o.format, "pretty", "json"); err != nil {
		return err
	}
	if o.format == "json" {
		return json.NewEncoder(a.stdout).Encode(map[string]string{"version": compatibleVersion, "compose": version})
	}
	// The second line is Docker Compose's own: scripts grep for its words.
	_, err := fmt.Fprintf(a.stdout, "compose %s (as Docker Compose %s)\nDocker Compose version %[2]s\n", version, compatibleVersion)
	return err
}
