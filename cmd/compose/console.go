package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/engine/dockerconfig"
	"github.com/compose-orchestrator/compose/engine/process"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/session"
)

// console is the user's side of a conversation with a process. close gives back
// what it holds.
func (a *app) console() (c session.Console, close func()) {
	in := terminal.NewInput(a.stdin)
	size, known := terminal.SizeOf(a.terminalStream())
	keys := ""
	if known { // else nobody types any
		keys = a.detachKeys()
	}
	return session.Console{
		In: in, Out: a.stdout.Unfiltered(), Err: a.stderr.Unfiltered(),
		InTerminal:  terminal.Is(a.stdin),
		OutTerminal: terminal.Is(a.stdout),
		DetachKeys:  keys,
		Raw:         func() (func(), error) { return terminal.Raw(a.stdin, a.stdout) },
		Size:        process.Size(size),
		Sizes:       a.sizes,
		TakeSignals: a.takeSignals,
	}, in.Release
}

// terminalStream is the stream that knows the size of the user's terminal: what is
// printed may go through a pipe.
func (a *app) terminalStream() any {
	if terminal.Is(a.stdout) {
		return a.stdout
	}
	return a.stdin
}

// detachKeys are those of docker's config.json; docker's own where they cannot be
// read.
func (a *app) detachKeys() string {
	keys, err := dockerconfig.DetachKeys(a.getenv("DOCKER_CONFIG"))
	if err == nil {
		_, err = process.DetachKeys(keys)
	}
	if err != nil {
		a.warn("docker's config.json: %v; ctrl-p,ctrl-q it is", err)
		return ""
	}
	return keys
}

// sizes brings the terminal's size, and each new one.
func (a *app) sizes(ctx context.Context) <-chan process.Size {
	sizes := make(chan process.Size)
	go func() {
		defer close(sizes)
		for s := range terminal.Sizes(ctx, a.terminalStream()) {
			select {
			case sizes <- process.Size(s):
			case <-ctx.Done():
			}
		}
	}()
	return sizes
}

// ttyFlags are those that decide on a terminal in the container.
type ttyFlags struct{ noTTY, tty, interactive bool }

func (f *ttyFlags) register(fs *pflag.FlagSet) {
	fs.BoolVarP(&f.noTTY, "no-tty", "T", false, "Disable pseudo-TTY allocation (default: where there is no terminal)")
	fs.BoolVarP(&f.tty, "tty", "t", true, "Allocate a pseudo-TTY")
	fs.BoolVarP(&f.interactive, "interactive", "i", true, "Keep STDIN open even if not attached")
	_ = fs.MarkHidden("tty")
}

// wanted tells whether the process gets a terminal: where the user has one at
// both ends that are used, unless the flags say otherwise. One that is asked for
// is refused later where the user has none.
func (f *ttyFlags) wanted(fs *pflag.FlagSet, c session.Console) bool {
	if fs.Changed("no-tty") {
		return !f.noTTY
	}
	return f.tty && c.OutTerminal && (c.InTerminal || !f.interactive)
}

// variables are -e flags: KEY alone takes the value that the process has.
func (a *app) variables(flags []string) []string {
	var env []string
	for _, v := range flags {
		if value, ok := a.lookupEnv(v); ok {
			v += "=" + value
		}
		env = append(env, v)
	}
	return env
}
