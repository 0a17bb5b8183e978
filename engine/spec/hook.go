package spec

import (
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/container"
)

// HookOptions maps a hook to what the engine is asked for.
func HookOptions(hook types.ServiceHook) container.ExecOptions {
	return container.ExecOptions{
		User:         hook.User,
		Privileged:   hook.Privileged,
		WorkingDir:   hook.WorkingDir,
		Env:          environment(nil, hook.Environment),
		Cmd:          hook.Command,
		AttachStdout: true,
		AttachStderr: true,
	}
}
