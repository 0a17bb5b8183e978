// Package provider runs the external programs that provide what is no
// container: services with `provider:`, by the protocol of Docker Compose's
// extensions, and models, through Docker Model Runner's command.
//
// A program is called as
//
//	PROGRAM compose --project-name=P up|down|stop --OPTION=VALUE... SERVICE
//
// and says what it does in lines of JSON on its standard output, see message.
package provider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
)

// Options say how programs are found and called. The zero value is the process's folder
// and environment, and drops what programs say.
type Options struct {
	Project string // the project's name
	Dir     string // where programs run; "": the process's folder
	// Environ is their environment, KEY=value; nil: the process's.
	Environ []string
	// PluginDirs are docker's folders of plugins, looked at before those that
	// every installation has: config.json's cliPluginsExtraDirs and its own.
	PluginDirs []string
	// Force ends programs that were asked to end and take their time; nil: they
	// have it.
	Force context.Context
	// Sink takes what programs say; nil: it is dropped.
	Sink event.Sink
}

// Runner calls programs. It is safe for concurrent use.
type Runner struct{ o Options }

// New returns a Runner.
func New(o Options) *Runner {
	if o.Sink == nil {
		o.Sink = event.Discard
	}
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	o.Environ = append(o.Environ[:len(o.Environ):len(o.Environ)], "COMPOSE_PROJECT_NAME="+o.Project)
	return &Runner{o}
}

// stopTime is how long a program may take to end once it was asked to.
const stopTime = 10 * time.Second

// find looks a program up by the name that a file gives it: docker's plugin
// docker-<name>, else a program of the PATH.
func (r *Runner) find(name string) (string, error) {
	if name == "" || name == "compose" {
		return "", hint.New(fmt.Sprintf("%q is no provider", name), "provider.type names a plugin of docker or a program of the PATH")
	}
	if path := r.plugin(name); path != "" {
		return path, nil
	}
	path, err := exec.LookPath(name)
	if err != nil {
		text := fmt.Sprintf("provider %q: there is neither a plugin docker-%s nor a program of that name", name, name)
		if !errors.Is(err, exec.ErrNotFound) {
			text += ": " + err.Error()
		}
		return "", &hint.Error{Text: text, Help: "install it, or correct provider.type", Err: err}
	}
	return path, nil
}

// plugin is the path of docker's plugin of that name, "": there is none.
func (r *Runner) plugin(name string) string {
	if strings.ContainsAny(name, `/\`) {
		return ""
	}
	file := "docker-" + name
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	for _, dir := range append(r.o.PluginDirs[:len(r.o.PluginDirs):len(r.o.PluginDirs)], systemPlugins()...) {
		path := filepath.Join(dir, file)
		if info, err := os.Stat(path); err == nil && !info.IsDir() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0) {
			return path
		}
	}
	return ""
}

// systemPlugins are where docker's plugins are installed for everybody.
func systemPlugins() []string {
	if runtime.GOOS == "windows" {
		return []string{
			filepath.Join(os.Getenv("ProgramData"), "Docker", "cli-plugins"),
			filepath.Join(os.Getenv("ProgramFiles"), "Docker", "cli-plugins"),
		}
	}
	return []string{
		"/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins",
		"/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins",
	}
}
