package dial

import (
	"context"
	"fmt"
	"net"

	"github.com/docker/cli/cli/connhelper"
)

// sshDialer connects through the ssh program and docker on the other side. The
// host it returns is one to put into HTTP requests.
func sshDialer(host string) (string, func(context.Context, string, string) (net.Conn, error), error) {
	helper, err := connhelper.GetConnectionHelper(host)
	if err != nil {
		return "", nil, fmt.Errorf("engine host %q: %w", host, err)
	}
	return helper.Host, helper.Dialer, nil
}
