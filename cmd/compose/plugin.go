package main

import (
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/render"
)

// The program is called in three ways: as itself, as docker-compose, and by
// docker as its plugin "compose". A plugin is given docker's own command line,
// global flags and all: `docker -c east compose up` runs
// `docker-compose -c east compose up`.

// What docker hands to its plugins in their environment.
const (
	dockerCommand = "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND" // docker's own path: the mark of a plugin
	dockerSocket  = "DOCKER_CLI_PLUGIN_SOCKET"               // closed when docker is asked to end
)

const pluginName = "docker compose"

// calledAs tells under which name the user called the program, and with which
// arguments.
func calledAs(argv, environ []string) (name string, args []string) {
	if len(argv) == 0 {
		return "", nil
	}
	name = strings.TrimSuffix(filepath.Base(argv[0]), ".exe")
	args = argv[1:]
	marked := slices.ContainsFunc(environ, func(v string) bool { return strings.HasPrefix(v, dockerCommand+"=") })
	// A program that a plugin runs inherits the mark; it writes no "compose".
	if at := pluginWord(args); marked && at >= 0 {
		return pluginName, slices.Concat(args[:at], args[at+1:])
	}
	return name, args
}

// pluginWord is the place of the word "compose" in docker's command line; -1: it
// is none of docker's for a plugin. Before it stand docker's flags, and `help`
// or cobra's hidden words for completion.
func pluginWord(args []string) int {
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "compose":
			return i
		case arg == "help", arg == cobra.ShellCompRequestCmd, arg == cobra.ShellCompNoDescRequestCmd:
		case !strings.HasPrefix(arg, "-"):
			return -1
		case slices.Contains(dockerValueFlags, arg):
			i++
		}
	}
	return -1
}

// dockerValueFlags are docker's global flags whose value is the next argument.
var dockerValueFlags = []string{
	"--config", "--context", "-c", "--host", "-H", "--log-level", "-l", "--tlscacert", "--tlscert", "--tlskey",
}

// show makes usage lines say the name that the user called.
func (a *app) show(root *cobra.Command) {
	switch a.name {
	case "":
	case pluginName:
		root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: pluginName}
	default:
		root.Use = strings.Replace(root.Use, root.Name(), a.name, 1)
	}
}

// setUpConfig takes --config for what the environment says.
func (a *app) setUpConfig() {
	if a.global.config != "" {
		a.environ = append(slices.Clip(a.environ), "DOCKER_CONFIG="+a.global.config)
	}
}

// followDocker calls end when the docker command that runs this plugin is asked
// to end: without a terminal that the two share, no signal says so. The function
// that it returns ends the listening, and waits for that.
func (a *app) followDocker(end func()) (leave func()) {
	address := a.getenv(dockerSocket)
	if a.name != pluginName || address == "" {
		return func() {}
	}
	conn, err := net.Dial("unix", address)
	if err != nil { // an older docker, or one that is gone: there are signals still
		return func() {}
	}
	left, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, conn) // docker sends nothing; the end is the message
		select {
		case <-left:
		default:
			end()
		}
	}()
	return func() {
		close(left)
		_ = conn.Close()
		<-done
	}
}

// metadataCommand tells docker what kind of plugin this is.
func (a *app) metadataCommand() *cobra.Command {
	cmd := a.command("docker-cli-plugin-metadata", "", func(*cobra.Command, []string) error {
		return render.JSON(a.stdout, struct {
			SchemaVersion, Vendor, Version, ShortDescription, URL string
		}{
			SchemaVersion:    "0.1.0",
			Vendor:           "compose-orchestrator",
			Version:          compatibleVersion,
			ShortDescription: "Docker Compose",
			URL:              "https://github.com/compose-orchestrator/compose",
		})
	})
	cmd.Hidden = true
	cmd.Args = cobra.NoArgs
	return cmd
}
