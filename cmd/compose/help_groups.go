package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagGroup is what some flags of a command are about, and their names.
type flagGroup struct{ about, flags string }

// flagGroups are those of commands with many flags. What none names comes first. The
// most used flags of a group stand first.
var flagGroups = map[string][]flagGroup{
	"up": upGroups, "plan": upGroups, "create": upGroups,
	"run": {
		{"the container", "name env env-from-file label volume publish service-ports use-aliases user workdir entrypoint cap-add cap-drop"},
		{"images", "build pull quiet-build quiet-pull"},
	},
	"build": {
		{"how images are built", "build-arg no-cache pull ssh with-dependencies memory builder"},
		{"what becomes of them", "push prune provenance sbom"},
	},
	"logs": {
		{"which lines", "tail since until since-up grep invert level index"},
		{"how they look", "timestamps no-log-prefix no-color format embed"},
	},
	"config": {
		{"lists in place of the file", "services images volumes networks profiles models environment variables hash"},
		{"what is not resolved", "no-interpolate no-path-resolution no-env-resolution no-normalize no-consistency"},
		{"images", "resolve-image-digests lock-image-digests"},
	},
}

var upGroups = []flagGroup{
	{"images", "build no-build pull quiet-build quiet-pull prune"},
	{"which containers change", "scale no-deps no-start force-recreate no-recreate repair always-recreate-deps renew-anon-volumes remove-orphans"},
	{"waiting and ending", "wait wait-timeout timeout abort-on-container-exit abort-on-container-failure exit-code-from"},
	{"what is shown", "attach no-attach attach-dependencies timestamps no-log-prefix no-color menu"},
	{"watching", "watch apply-config"},
}

// titledFlags are flags of a command below their title.
type titledFlags struct {
	title string
	flags []*pflag.Flag
}

// groupsOf are the command's own flags that help shows, by what they are about.
func groupsOf(cmd *cobra.Command) []titledFlags {
	rest := shownFlags(cmd.LocalFlags())
	var named []titledFlags
	for _, g := range flagGroups[cmd.Name()] {
		var of []*pflag.Flag
		for name := range strings.FieldsSeq(g.flags) {
			if i := slices.IndexFunc(rest, func(f *pflag.Flag) bool { return f.Name == name }); i >= 0 {
				of = append(of, rest[i])
				rest = slices.Delete(rest, i, i+1)
			}
		}
		if len(of) > 0 {
			named = append(named, titledFlags{"Options for " + g.about, of})
		}
	}
	return append([]titledFlags{{"Options", rest}}, named...)
}
