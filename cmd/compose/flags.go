package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// Usage texts of flags that several commands have.
const (
	removeOrphansUsage = "Remove containers for services not defined in the Compose file"
	// pruneUsage is that of --prune, which is our own.
	pruneUsage = "Remove the images whose tags go to new ones, where nothing uses them"
)

// indexFlag registers --index, which picks one of a service's replicas; 0: the
// command's own choice.
func indexFlag(fs *pflag.FlagSet, to *int) {
	fs.IntVar(to, "index", 0, "Index of the container if service has multiple replicas")
}

// timeoutFlag registers --timeout, which seconds reads.
func timeoutFlag(fs *pflag.FlagSet) {
	fs.IntP("timeout", "t", 0, "Specify a shutdown timeout in seconds")
}

// preflightFlag registers --no-preflight.
func (a *app) preflightFlag(fs *pflag.FlagSet) {
	fs.BoolVar(&a.global.noPreflight, "no-preflight", false, "Don't look beforehand for what the engine would refuse")
}

// wantsPreflight tells whether to look for what the engine would refuse: yes, but where
// --no-preflight or COMPOSE_PREFLIGHT says no.
func (a *app) wantsPreflight(p *project.Project) bool {
	value := a.setting(p, "COMPOSE_PREFLIGHT")
	return !a.global.noPreflight && (value == "" || truthy(value))
}

// seconds is a flag in whole seconds as a duration; nil where it was not given.
func seconds(cmd *cobra.Command, name string) *time.Duration {
	if !cmd.Flags().Changed(name) {
		return nil
	}
	n, err := cmd.Flags().GetInt(name)
	if err != nil {
		return nil
	}
	d := time.Duration(n) * time.Second
	return &d
}

// oneOfThese refuses a value of a flag, such as "--pull", that is none of the
// known ones; "" stands for the flag's absence.
func oneOfThese(flag, value string, known ...string) error {
	if value == "" || slices.Contains(known, value) {
		return nil
	}
	return hint.New(fmt.Sprintf("invalid %s %q", flag, value), "the values are "+enumeration(known))
}

// oneFormatOf is oneOfThese for --format.
func oneFormatOf(value string, known ...string) error {
	if value == "" || slices.Contains(known, value) {
		return nil
	}
	return hint.New(fmt.Sprintf("unsupported format %q", value), "the formats are "+enumeration(known))
}

// enumeration is "a, b and c".
func enumeration(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// incompatible refuses two flags that contradict each other.
func incompatible(one, other string) error {
	return hint.New(fmt.Sprintf("%s and %s are incompatible", one, other), "leave one of them out")
}
