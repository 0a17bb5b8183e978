package dial

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/cli/cli/connhelper/commandconn"
	"github.com/docker/cli/cli/connhelper/ssh"
)

// sshDialer connects through the ssh program and docker, or what the target names, on
// the other side. The host it returns is one to put into HTTP requests.
func sshDialer(t target) (string, func(context.Context, string, string) (net.Conn, error), error) {
	helper, err := connhelper.GetConnectionHelper(t.host)
	if err != nil {
		return "", nil, fmt.Errorf("engine host %q: %w", t.host, err)
	}
	if t.over == "" {
		return helper.Host, helper.Dialer, nil
	}
	spec, err := ssh.ParseURL(t.host)
	if err != nil {
		return "", nil, fmt.Errorf("engine host %q: %w", t.host, err)
	}
	remote := []string{t.over}
	if strings.Trim(spec.Path, "/") != "" {
		remote = append(remote, "--url=unix://"+spec.Path)
	}
	args, err := spec.Command([]string{"-o ConnectTimeout=30", "-T"}, append(remote, "system", "dial-stdio")...)
	if err != nil {
		return "", nil, fmt.Errorf("engine host %q: %w", t.host, err)
	}
	return helper.Host, func(ctx context.Context, _, _ string) (net.Conn, error) {
		return commandconn.New(ctx, "ssh", args...)
	}, nil
}

// withoutDocker tells that a shell at the other end of ssh knows no such program. Only
// the text of docker's package has the exit code.
func withoutDocker(err error) bool { return strings.Contains(err.Error(), "exit status 127") }
