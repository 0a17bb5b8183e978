package main

import (
	"cmp"
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) cpCommand() *cobra.Command {
	var o session.CopyOptions
	other := cmp.Or(a.name, "compose") + " cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH"
	cmd := a.command("cp [OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\n\t"+other,
		"Copy files/folders between a service container and the local filesystem", func(cmd *cobra.Command, args []string) error {
			if err := a.copyEnds(&o, args); err != nil {
				return err
			}
			s, err := a.openNamed(cmd.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			defer a.hangUp()() // what came from stdin is kept in a file meanwhile
			in, release := a.readable(cmd.Context())
			defer release()
			o.Stdin, o.Stdout = in, a.stdout
			return s.Copy(cmd.Context(), o)
		})
	cmd.Args = takesArgs(2, 2)
	fs := cmd.Flags()
	fs.BoolVar(&o.OneOffs, "all", false, "Include containers created by the run command")
	fs.BoolVarP(&o.Owners, "archive", "a", false, "Archive mode (copy all uid/gid information)")
	fs.BoolVarP(&o.FollowLink, "follow-link", "L", false, "Always follow symbol link in SRC_PATH")
	indexFlag(fs, &o.Index)
	return cmd
}

// copyEnds reads the arguments of cp.
func (a *app) copyEnds(o *session.CopyOptions, args []string) error {
	o.From, o.To = a.copyEnd(args[0]), a.copyEnd(args[1])
	switch {
	case args[0] == "":
		return errors.New("source can not be empty")
	case args[1] == "":
		return errors.New("destination can not be empty")
	case o.From.Service != "" && o.To.Service != "":
		return hint.New("copying between services is not supported",
			"copy to this machine first; a path of this machine with a colon in it begins with ./")
	case o.From.Service == "" && o.To.Service == "":
		return hint.New("unknown copy direction", "write one of the paths as SERVICE:PATH")
	case o.From.Path == "" || o.To.Path == "":
		return hint.New("the path in the container is missing", "write it as SERVICE:PATH")
	}
	return nil
}

// copyEnd reads one argument of cp. As with docker cp, an absolute path or one
// that begins with a dot is of this machine, whatever colons are in it.
func (a *app) copyEnd(arg string) session.CopyEnd {
	service, path, ok := strings.Cut(arg, ":")
	switch {
	case ok && service != "" && !filepath.IsAbs(arg) && !strings.HasPrefix(arg, "."):
		return session.CopyEnd{Service: service, Path: path, Text: arg}
	case arg == "-" || filepath.IsAbs(arg):
		return session.CopyEnd{Path: arg, Text: arg}
	}
	// Not joined, which would take the end away that says that it is a folder.
	return session.CopyEnd{Path: a.dir + string(filepath.Separator) + arg, Text: arg}
}
