package enginetest_test

import (
	"slices"
	"strings"
	"testing"

	cerrdefs "github.com/containerd/errdefs"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
)

func TestNetworks(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		made, err := s.NetworkCreate(ctx, s.name+"-n", network.CreateOptions{Labels: map[string]string{"et.case": s.name}})
		s.check(err)
		_, err = s.NetworkCreate(ctx, s.name+"-n", network.CreateOptions{})
		s.fails(err, cerrdefs.IsConflict, "network with name "+s.name+"-n already exists")
		_, err = s.NetworkCreate(ctx, s.name+"-m", network.CreateOptions{Driver: "et-nosuch"})
		s.fails(err, cerrdefs.IsNotFound, `plugin "et-nosuch" not found`)

		c := sh("exec sleep 100")
		yes := true
		c.Host.Init = &yes
		c.Host.NetworkMode = containertypes.NetworkMode(s.name + "-n")
		id := s.run("-a", c)
		n, err := s.NetworkInspect(ctx, s.name+"-n", network.InspectOptions{})
		s.check(err)
		equal(t, "driver", n.Driver, "bridge")
		equal(t, "scope", n.Scope, "local")
		equal(t, "endpoint's name", n.Containers[id].Name, s.name+"-a")
		if a := n.Containers[id].IPv4Address; !strings.Contains(a, "/") {
			t.Errorf("got the address %q", a)
		}
		err = s.NetworkRemove(ctx, made.ID)
		s.fails(err, cerrdefs.IsPermissionDenied, "error while removing network: network "+s.name+"-n has active endpoints (name:\""+s.name+"-a\" id:\"")

		plain := s.run("-b", sh("sleep 100"))
		s.check(s.NetworkConnect(ctx, made.ID, plain, &network.EndpointSettings{Aliases: []string{"x"}}))
		err = s.NetworkConnect(ctx, made.ID, plain, nil)
		s.fails(err, cerrdefs.IsPermissionDenied, "endpoint with name "+s.name+"-b already exists in network "+s.name+"-n")
		ep := s.inspect(plain).NetworkSettings.Networks[s.name+"-n"]
		equalList(t, "names", ep.DNSNames, []string{s.name + "-b", "x", plain[:12]})
		s.check(s.NetworkDisconnect(ctx, made.ID, plain, false))
		err = s.NetworkDisconnect(ctx, made.ID, plain, false)
		s.fails(err, nil, "container "+plain+" is not connected to network "+s.name+"-n")
		s.fails(s.NetworkConnect(ctx, made.ID, "et-nosuch", nil), cerrdefs.IsNotFound, "No such container: et-nosuch")

		list, err := s.NetworkList(ctx, network.ListOptions{Filters: filters.NewArgs(filters.Arg("label", "et.case="+s.name))})
		s.check(err)
		equal(t, "networks with the label", len(list), 1)
		list, err = s.NetworkList(ctx, network.ListOptions{Filters: filters.NewArgs(filters.Arg("name", s.name))})
		s.check(err)
		equal(t, "networks of the name", len(list), 1)

		// A stopped container does not keep its network.
		s.stop(id, 1)
		s.check(s.NetworkRemove(ctx, s.name+"-n"))
		err = s.ContainerStart(ctx, id, containertypes.StartOptions{})
		s.fails(err, cerrdefs.IsNotFound, "failed to set up container networking: network "+made.ID+" not found")
		s.fails(s.NetworkRemove(ctx, s.name+"-n"), cerrdefs.IsNotFound, "network "+s.name+"-n not found")
		s.fails(s.NetworkRemove(ctx, "bridge"), cerrdefs.IsPermissionDenied, "bridge is a pre-defined network and cannot be removed")
	})
}

func TestSubnets(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		o := network.CreateOptions{IPAM: &network.IPAM{Config: []network.IPAMConfig{{Subnet: "172.31.97.0/24"}}}}
		_, err := s.NetworkCreate(ctx, s.name+"-n", o)
		s.check(err)
		_, err = s.NetworkCreate(ctx, s.name+"-m", o)
		s.fails(err, cerrdefs.IsPermissionDenied, "Pool overlaps with other one on this address space")
		c := sh("sleep 100")
		c.Host.NetworkMode = containertypes.NetworkMode(s.name + "-n")
		c.Net.EndpointsConfig = map[string]*network.EndpointSettings{
			s.name + "-n": {IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: "172.31.97.20"}},
		}
		id := s.run("-a", c)
		equal(t, "address", s.inspect(id).NetworkSettings.Networks[s.name+"-n"].IPAddress, "172.31.97.20")
	})
}

func TestVolumes(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		v, err := s.VolumeCreate(ctx, volume.CreateOptions{Name: s.name + "-v", Labels: map[string]string{"a": "b"}})
		s.check(err)
		again, err := s.VolumeCreate(ctx, volume.CreateOptions{Name: s.name + "-v", Labels: map[string]string{"a": "c"}})
		s.check(err)
		equal(t, "labels of the second create", again.Labels["a"], "b")
		equal(t, "driver", v.Driver, "local")
		_, err = s.VolumeCreate(ctx, volume.CreateOptions{Name: s.name + "-w", Driver: "et-nosuch"})
		s.fails(err, cerrdefs.IsNotFound, `error looking up volume plugin et-nosuch: plugin "et-nosuch" not found`)

		c := sh("echo kept >/v/f; touch /anon/f; echo no >/ro/f")
		c.Host.Binds = []string{s.name + "-v:/v", s.name + "-ro:/ro:ro"}
		c.Volumes = map[string]struct{}{"/anon": {}}
		id := s.run("-a", c)
		equal(t, "writing to a read-only volume", s.wait(id), 1)
		var anonymous string
		var targets []string
		for _, m := range s.inspect(id).Mounts {
			targets = append(targets, m.Destination)
			if m.Destination == "/anon" {
				anonymous = m.Name
			}
			equal(t, m.Destination+" is writable", m.RW, m.Destination != "/ro")
		}
		slices.Sort(targets)
		equalList(t, "mounts", targets, []string{"/anon", "/ro", "/v"})
		err = s.VolumeRemove(ctx, s.name+"-v", false)
		s.fails(err, cerrdefs.IsConflict, "remove "+s.name+"-v: volume is in use - ["+id+"]")

		list, err := s.VolumeList(ctx, volume.ListOptions{Filters: filters.NewArgs(filters.Arg("name", s.name), filters.Arg("dangling", "true"))})
		s.check(err)
		equal(t, "dangling ones in use", len(list.Volumes), 0)

		s.check(s.ContainerRemove(ctx, id, containertypes.RemoveOptions{RemoveVolumes: true}))
		_, err = s.VolumeInspect(ctx, anonymous)
		s.fails(err, cerrdefs.IsNotFound, "no such volume")
		c = sh("cat /v/f")
		c.Host.Binds = []string{s.name + "-v:/v"}
		id = s.run("-b", c)
		s.wait(id)
		out, _ := s.logs(id, containertypes.LogsOptions{})
		equal(t, "another container's file", out, "kept\n")
		s.check(s.ContainerRemove(ctx, id, containertypes.RemoveOptions{RemoveVolumes: true}))
		s.check(s.VolumeRemove(ctx, s.name+"-v", false)) // named ones stay until now
		s.fails(s.VolumeRemove(ctx, s.name+"-v", false), cerrdefs.IsNotFound, "get "+s.name+"-v: no such volume")
		s.check(s.VolumeRemove(ctx, s.name+"-v", true))
	})
}

func TestMounts(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		c := sh("true")
		c.Host.Mounts = []mount.Mount{{Type: mount.TypeBind, Source: "/et-nosuch", Target: "/x"}}
		_, err := s.tryCreate("-bind", c)
		s.fails(err, cerrdefs.IsInvalidArgument, `invalid mount config for type "bind": bind source path does not exist: /et-nosuch`)
		c.Host.Mounts = []mount.Mount{{Type: mount.TypeVolume, Target: "x"}}
		_, err = s.tryCreate("-rel", c)
		s.fails(err, cerrdefs.IsInvalidArgument, "mount path must be absolute")
		c.Host.Mounts = []mount.Mount{{Type: mount.TypeTmpfs, Target: "/x"}, {Type: mount.TypeTmpfs, Target: "/x"}}
		_, err = s.tryCreate("-twice", c)
		s.fails(err, cerrdefs.IsInvalidArgument, "Duplicate mount point: /x")
		c.Host.Mounts = nil
		c.Host.Binds = []string{"a"}
		_, err = s.tryCreate("-spec", c)
		s.fails(err, nil, "invalid volume specification: 'a'")

		c = sh("echo hi >/shared/f")
		c.Host.Mounts = []mount.Mount{{Type: mount.TypeVolume, Source: s.name + "-v", Target: "/shared", VolumeOptions: &mount.VolumeOptions{Labels: map[string]string{"x": "y"}}}}
		first := s.run("-a", c)
		s.wait(first)
		v, err := s.VolumeInspect(t.Context(), s.name+"-v")
		s.check(err)
		equal(t, "label", v.Labels["x"], "y")
		c = sh("cat /shared/f")
		c.Host.VolumesFrom = []string{first}
		id := s.run("-b", c)
		s.wait(id)
		out, _ := s.logs(id, containertypes.LogsOptions{})
		equal(t, "volumes of another container", out, "hi\n")
	})
}

// TestVolumesAreSeeded uses /etc of the image, which has files on both engines.
func TestVolumesAreSeeded(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		seeded := func(name string, m mount.Mount) int {
			c := sh("[ -e /etc/passwd ]")
			c.Host.Mounts = []mount.Mount{m}
			id := s.create(name, c) // it is the create that fills the volume
			s.start(id)
			return s.wait(id)
		}
		v := mount.Mount{Type: mount.TypeVolume, Source: s.name + "-v", Target: "/etc"}
		equal(t, "empty volume", seeded("-a", v), 0)
		v = mount.Mount{Type: mount.TypeVolume, Source: s.name + "-w", Target: "/etc", VolumeOptions: &mount.VolumeOptions{NoCopy: true}}
		equal(t, "nocopy", seeded("-b", v), 1)
		c := sh("echo x >/v/mine")
		c.Host.Binds = []string{s.name + "-x:/v"}
		s.wait(s.run("-c", c))
		v = mount.Mount{Type: mount.TypeVolume, Source: s.name + "-x", Target: "/etc"}
		equal(t, "volume with a file", seeded("-d", v), 1)
	})
}

func TestImages(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		base, err := s.ImageInspect(ctx, "busybox")
		s.check(err)
		if !strings.HasPrefix(base.ID, "sha256:") || len(base.ID) != 71 {
			t.Errorf("got the id %q", base.ID)
		}
		equalList(t, "command", base.Config.Cmd, []string{"/bin/sh"})
		_, err = s.ImageInspect(ctx, "et-nosuch")
		s.fails(err, cerrdefs.IsNotFound, "No such image: et-nosuch:latest")
		for _, name := range []string{base.ID, base.ID[7:19]} {
			i, err := s.ImageInspect(ctx, name)
			s.check(err)
			equal(t, "found by "+name, i.ID, base.ID)
		}
		ref := s.name + ":1"
		s.check(s.ImageTag(ctx, "busybox", ref))
		i, err := s.ImageInspect(ctx, ref)
		s.check(err)
		equal(t, "tagged", i.ID, base.ID)
		list, err := s.ImageList(ctx, image.ListOptions{Filters: filters.NewArgs(filters.Arg("reference", s.name))})
		s.check(err)
		if len(list) != 1 || !slices.Equal(list[0].RepoTags, []string{ref}) {
			t.Errorf("got the list %+v", list)
		}
		c := sh("true")
		c.Image = ref
		s.create("-a", c)
		equal(t, "listed image", s.listing("-a").Image, ref)
		removed, err := s.ImageRemove(ctx, ref, image.RemoveOptions{})
		s.check(err) // there are other references
		if len(removed) != 1 || removed[0].Untagged != ref {
			t.Errorf("got %v", removed)
		}
		equal(t, "listed image without its reference", s.listing("-a").Image, base.ID)
		_, err = s.ImageRemove(ctx, ref, image.RemoveOptions{})
		s.fails(err, cerrdefs.IsNotFound, "No such image: "+ref)
	})
}
