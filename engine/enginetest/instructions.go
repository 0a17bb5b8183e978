package enginetest

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/strslice"
	"github.com/docker/docker/pkg/jsonmessage"
	"github.com/docker/go-connections/nat"
	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
)

// do carries out one instruction.
func (b *builder) do(ctx context.Context, cmd instructions.Command) error {
	if err := b.words(cmd); err != nil {
		return err
	}
	config := &b.img.config
	if cmd.Name() != command.Copy && cmd.Name() != command.Add {
		b.img.history = append(b.img.history, fmt.Sprint(cmd))
	}
	switch c := cmd.(type) {
	case *instructions.EnvCommand:
		for _, kv := range c.Env {
			config.Env = setEnv(config.Env, kv.Key+"="+kv.Value)
		}
	case *instructions.LabelCommand:
		config.Labels = merged(pairs(c.Labels), config.Labels)
	case *instructions.ExposeCommand:
		for _, p := range c.Ports {
			config.ExposedPorts = merged(nat.PortSet{exposedPort(p): {}}, config.ExposedPorts)
		}
	case *instructions.VolumeCommand:
		for _, v := range c.Volumes {
			config.Volumes = merged(map[string]struct{}{v: {}}, config.Volumes)
		}
	case *instructions.CmdCommand:
		config.Cmd = b.commandLine(c.ShellDependantCmdLine)
	case *instructions.EntrypointCommand:
		config.Entrypoint = b.commandLine(c.ShellDependantCmdLine)
		config.Cmd = nil
	case *instructions.HealthCheckCommand:
		config.Healthcheck = (*containertypes.HealthConfig)(c.Health)
	case *instructions.UserCommand:
		config.User = c.User
	case *instructions.StopSignalCommand:
		config.StopSignal = c.Signal
	case *instructions.ShellCommand:
		config.Shell = strslice.StrSlice(c.Shell)
	case *instructions.WorkdirCommand:
		config.WorkingDir = path.Join(first(config.WorkingDir, "/"), c.Path)
		if path.IsAbs(c.Path) {
			config.WorkingDir = path.Clean(c.Path)
		}
		return makeDirs(b.view(), config.WorkingDir)
	case *instructions.ArgCommand:
		b.env = b.declare(b.env, c.Args)
	case *instructions.CopyCommand:
		return b.copy(c.SourcesAndDest, c.From, "COPY")
	case *instructions.AddCommand:
		return b.copy(c.SourcesAndDest, "", "ADD")
	case *instructions.RunCommand:
		return b.runCommand(ctx, c)
	case *instructions.MaintainerCommand, *instructions.OnbuildCommand:
	default:
		return fmt.Errorf("enginetest: %s is not carried out here", cmd.Name())
	}
	return nil
}

func (b *builder) view() *view { return newView(b.img.tree, b.engine.now) }

func pairs(list instructions.KeyValuePairs) map[string]string {
	m := map[string]string{}
	for _, kv := range list {
		m[kv.Key] = kv.Value
	}
	return m
}

// commandLine is an instruction's command, with the shell in front if it was
// written without brackets.
func (b *builder) commandLine(c instructions.ShellDependantCmdLine) strslice.StrSlice {
	if !c.PrependShell {
		return strslice.StrSlice(c.CmdLine)
	}
	sh := b.img.config.Shell
	if len(sh) == 0 {
		sh = strslice.StrSlice{"/bin/sh", "-c"}
	}
	return append(slices.Clone(sh), strings.Join(c.CmdLine, " "))
}

// runCommand carries out a RUN on the image's files. Its output is the
// stream's. An image from scratch has nothing to run it with.
func (b *builder) runCommand(ctx context.Context, c *instructions.RunCommand) error {
	config := &b.img.config
	t := &task{
		argv: b.commandLine(c.ShellDependantCmdLine), env: slices.Concat(b.env, config.Env), dir: first(config.WorkingDir, "/"),
		hostname: "builder", view: b.view(), gate: &gate{}, programs: b.img.programs, tools: !b.img.scratch,
	}
	if t.tools {
		t.missing = fixed("") // package managers and compilers: nothing to do
	}
	t.ctx, t.cancel = context.WithCancelCause(ctx)
	defer t.cancel(nil)
	defer context.AfterFunc(b.engine.ctx, func() { t.cancel(nil) })()
	w := &buildOutput{b.out}
	t.stdout, t.stderr = w, w
	program, err := t.program(t.argv[0], t.env, t.dir)
	if err != nil {
		return &buildFailure{127, "failed to create task for container: " + err.Error()}
	}
	if code := t.run(program); code != 0 {
		return &buildFailure{code, fmt.Sprintf("The command '%s' returned a non-zero code: %d", strings.Join(t.argv, " "), code)}
	}
	return nil
}

// buildOutput is what a RUN prints, as messages of the stream.
type buildOutput struct{ m *messages }

func (o *buildOutput) Write(p []byte) (int, error) {
	o.m.send(jsonmessage.JSONMessage{Stream: string(p)})
	return len(p), nil
}
