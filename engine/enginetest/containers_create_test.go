package enginetest_test

import (
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-connections/nat"
)

func TestCreateIsRefused(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		id := s.create("-a", sh("true"))
		with := func(f func(*spec)) spec {
			c := sh("true")
			f(&c)
			return c
		}
		for _, c := range []struct {
			name string
			spec spec
			is   func(error) bool
			want string
		}{
			{"-a", sh("true"), cerrdefs.IsConflict, `Conflict. The container name "/` + s.name + `-a" is already in use by container "` + id + `". You have to remove (or rename) that container to be able to reuse that name.`},
			{"-i", with(func(c *spec) { c.Image = "et-nosuch:1" }), cerrdefs.IsNotFound, "No such image: et-nosuch:1"},
			{"-j", with(func(c *spec) { c.Image = "et-nosuch" }), cerrdefs.IsNotFound, "No such image: et-nosuch:latest"},
			{"-n", spec{}, cerrdefs.IsInvalidArgument, "no command specified"},
			{"-ipc", with(func(c *spec) { c.Host.IpcMode = "container:et-nosuch" }), cerrdefs.IsInvalidArgument, "No such container: et-nosuch"},
			{"-pid", with(func(c *spec) { c.Host.PidMode = "container:et-nosuch" }), cerrdefs.IsInvalidArgument, "No such container: et-nosuch"},
			{"-from", with(func(c *spec) { c.Host.VolumesFrom = []string{"et-nosuch"} }), cerrdefs.IsInvalidArgument, "No such container: et-nosuch"},
			{"-link", with(func(c *spec) { c.Host.Links = []string{"et-nosuch:x"} }), cerrdefs.IsInvalidArgument, "could not get container for et-nosuch: No such container: et-nosuch"},
			{"-restart", with(func(c *spec) { c.Host.RestartPolicy.Name = "foo" }), cerrdefs.IsInvalidArgument, "invalid restart policy: unknown policy 'foo'"},
			{"-signal", with(func(c *spec) { c.StopSignal = "KILLX" }), cerrdefs.IsInvalidArgument, "invalid signal: KILLX"},
			{" x", sh("true"), cerrdefs.IsInvalidArgument, "Invalid container name ("},
			{"-port", with(func(c *spec) {
				c.Host.NetworkMode = "container:" + containertypes.NetworkMode(id)
				c.Host.PortBindings = nat.PortMap{"80/tcp": {{HostPort: "1"}}}
			}), cerrdefs.IsInvalidArgument, "conflicting options: port publishing and the container type network mode"},
		} {
			_, err := s.tryCreate(c.name, c.spec)
			s.fails(err, c.is, c.want)
		}
	})
}

func TestStartIsRefused(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		start := func(id string) error { return s.ContainerStart(ctx, id, containertypes.StartOptions{}) }

		c := sh("true")
		c.Cmd = []string{"et-nosuch"}
		id := s.create("-cmd", c)
		s.fails(start(id), cerrdefs.IsInvalidArgument, "failed to create task for container", `exec: "et-nosuch": executable file not found in $PATH`)
		i := s.inspect(id)
		equal(t, "status", i.State.Status, "created")
		equal(t, "exit code", i.State.ExitCode, 127)
		if !strings.Contains(i.State.Error, "executable file not found") {
			t.Errorf("got the error %q in the state", i.State.Error)
		}

		c = sh("true")
		c.Host.NetworkMode = containertypes.NetworkMode(s.name + "-nosuch")
		id = s.create("-net", c)
		s.fails(start(id), cerrdefs.IsNotFound, "failed to set up container networking: network "+s.name+"-nosuch not found")

		other := s.create("-other", sh("sleep 100"))
		c = sh("true")
		c.Host.NetworkMode = containertypes.NetworkMode("container:" + other)
		id = s.create("-join", c)
		s.fails(start(id), cerrdefs.IsConflict, "cannot join network namespace of a non running container: container "+s.name+"-other is created")
		s.start(other)
		s.start(id)
		equal(t, "joined", s.wait(id), 0)

		s.fails(start("et-nosuch"), cerrdefs.IsNotFound, "No such container: et-nosuch")
	})
}

func TestPortsAreTakenAtTheStart(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		c := sh("exec sleep 100")
		c.ExposedPorts = nat.PortSet{"80/tcp": {}, "81/tcp": {}}
		c.Host.PortBindings = nat.PortMap{"80/tcp": {{HostIP: "0.0.0.0", HostPort: "28391"}}} // of two families the engine names either
		yes := true
		c.Host.Init = &yes
		a, b := s.create("-a", c), s.create("-b", c)
		s.start(a)
		err := s.ContainerStart(t.Context(), b, containertypes.StartOptions{})
		s.fails(err, cerrdefs.IsInternal, "failed to set up container networking: driver failed programming external connectivity on endpoint "+s.name+"-b (",
			"Bind for 0.0.0.0:28391 failed: port is already allocated")
		i := s.inspect(b)
		equal(t, "status", i.State.Status, "created")
		equal(t, "exit code", i.State.ExitCode, 128)

		ports := s.inspect(a).NetworkSettings.Ports
		if got := ports["80/tcp"]; len(got) == 0 || got[0] != (nat.PortBinding{HostIP: "0.0.0.0", HostPort: "28391"}) {
			t.Errorf("got the bindings %v", got)
		}
		if got, there := ports["81/tcp"]; !there || len(got) > 0 {
			t.Errorf("got the bindings %v of a port that is not published", got)
		}
		listed := false
		for _, p := range s.listing("-a").Ports {
			listed = listed || p == containertypes.Port{IP: "0.0.0.0", PrivatePort: 80, PublicPort: 28391, Type: "tcp"}
		}
		equal(t, "listed", listed, true)

		s.stop(a, 1)
		equal(t, "ports of a stopped one", len(s.listing("-a").Ports), 0)
		s.start(b)

		c.Host.PortBindings = nat.PortMap{"80/tcp": {{HostPort: ""}}}
		id := s.run("-any", c)
		if got := s.inspect(id).NetworkSettings.Ports["80/tcp"]; len(got) == 0 || got[0].HostPort == "" || got[0].HostPort == "0" {
			t.Errorf("got the bindings %v", got)
		}
	})
}

func TestConfigIsMergedWithTheImages(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		c := spec{}
		c.Image = "busybox"
		c.Env = []string{"A=1", "PATH=/bin"}
		c.WorkingDir = "/made/here"
		i := s.inspect(s.create("-a", c))
		equalList(t, "command", i.Config.Cmd, []string{"/bin/sh"})
		equalList(t, "environment", i.Config.Env, []string{"A=1", "PATH=/bin"})
		c.Entrypoint = []string{"echo", "x"}
		id := s.run("-b", c)
		i = s.inspect(id)
		equal(t, "the image's command with another entry point", len(i.Config.Cmd), 0)
		s.wait(id)
		out, _ := s.logs(id, containertypes.LogsOptions{})
		equal(t, "output", out, "x\n")
		c.Entrypoint, c.Cmd = nil, []string{"sh", "-c", "pwd; echo $A $HOSTNAME $HOME"}
		id = s.run("-c", c)
		s.wait(id)
		out, _ = s.logs(id, containertypes.LogsOptions{})
		equal(t, "output", out, "/made/here\n1 "+id[:12]+" /root\n")
	})
}

func TestEndpointsAtCreate(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		for _, n := range []string{"-n1", "-n2"} {
			_, err := s.NetworkCreate(ctx, s.name+n, network.CreateOptions{})
			s.check(err)
		}
		c := sh("exec sleep 100")
		c.Host.NetworkMode = containertypes.NetworkMode(s.name + "-n1")
		c.Net.EndpointsConfig = map[string]*network.EndpointSettings{
			s.name + "-n1": {Aliases: []string{"web"}}, s.name + "-n2": {},
		}
		id := s.create("-a", c)
		for name, ep := range s.inspect(id).NetworkSettings.Networks {
			equal(t, name+"'s id before the start", ep.NetworkID, "")
		}
		s.start(id)
		i := s.inspect(id)
		equal(t, "networks", len(i.NetworkSettings.Networks), 2)
		ep := i.NetworkSettings.Networks[s.name+"-n1"]
		equalList(t, "aliases", ep.Aliases, []string{"web"})
		equalList(t, "names", ep.DNSNames, []string{s.name + "-a", "web", id[:12]})
		if l := s.listing("-a").NetworkSettings.Networks[s.name+"-n1"]; l.NetworkID != ep.NetworkID || l.Aliases != nil {
			t.Errorf("the list has %+v", l)
		}
	})
}
