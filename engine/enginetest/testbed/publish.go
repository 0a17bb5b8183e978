//go:build unix

package testbed

import (
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/go-connections/nat"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

// Publish runs a container that publishes its port 80.
func Publish(t *testing.T, server *enginetest.TestServer, name string, labels map[string]string, ip, port string) {
	t.Helper()
	c := server.Client()
	created, err := c.ContainerCreate(t.Context(),
		&container.Config{Image: "alpine", Cmd: []string{"sleep", "1000"}, Labels: labels, ExposedPorts: nat.PortSet{"80/tcp": {}}},
		&container.HostConfig{PortBindings: nat.PortMap{"80/tcp": {{HostIP: ip, HostPort: port}}}}, nil, nil, name)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.ContainerStart(t.Context(), created.ID, container.StartOptions{}); err != nil {
		t.Fatal(err)
	}
}
