package enginetest_test

import (
	"strings"
	"testing"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
)

func TestLifeOfAContainer(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		c := sh(`trap 'exit 7' TERM; echo up; while :; do sleep 0.05; done`)
		c.Labels = map[string]string{"a": "b"}
		id := s.create("-a", c)
		equal(t, "length of the id", len(id), 64)

		i := s.inspect(id)
		equal(t, "status", i.State.Status, "created")
		equal(t, "path", i.Path, "sh")
		equal(t, "started", i.State.StartedAt, "0001-01-01T00:00:00Z")
		equal(t, "network mode", string(i.HostConfig.NetworkMode), "bridge")
		equal(t, "status text", s.listing("-a").Status, "Created")
		equal(t, "host name", i.Config.Hostname, id[:12])
		if i.NetworkSettings.Networks["bridge"] == nil {
			t.Error("a created container is not in the bridge network")
		}

		s.start(id)
		s.start(id) // 304 is no error
		i = s.inspect(s.name + "-a")
		equal(t, "status", i.State.Status, "running")
		equal(t, "running", i.State.Running, true)
		ep := i.NetworkSettings.Networks["bridge"]
		if ep.IPAddress == "" || ep.Gateway == "" || ep.NetworkID == "" || ep.EndpointID == "" || ep.MacAddress == "" {
			t.Errorf("the endpoint has gaps: %+v", ep)
		}
		l := s.listing("-a")
		if !strings.HasPrefix(l.Status, "Up ") {
			t.Errorf("got the status text %q", l.Status)
		}
		equal(t, "command", l.Command, `sh -c 'trap 'exit 7' TERM; echo up; while :; do sleep 0.05; done'`)

		err := s.ContainerRemove(ctx, id, containertypes.RemoveOptions{})
		s.fails(err, cerrdefs.IsConflict, "cannot remove container", "container is running: stop the container before removing or force remove")

		s.waitLog(id, "up")
		s.stop(id, 10)
		s.stop(id, 10)
		i = s.inspect(id)
		equal(t, "status", i.State.Status, "exited")
		equal(t, "exit code", i.State.ExitCode, 7)
		if l := s.listing("-a"); !strings.HasPrefix(l.Status, "Exited (7) ") || !strings.HasSuffix(l.Status, " ago") {
			t.Errorf("got the status text %q", l.Status)
		}
		ep = i.NetworkSettings.Networks["bridge"]
		equal(t, "address after the end", ep.IPAddress, "")
		if ep.NetworkID == "" {
			t.Error("the network's id is forgotten at the end")
		}

		s.check(s.ContainerRemove(ctx, id, containertypes.RemoveOptions{}))
		_, err = s.ContainerInspect(ctx, id)
		s.fails(err, cerrdefs.IsNotFound, "No such container: "+id)
	})
}

// waitLog waits until a line is in the container's log.
func (s *subject) waitLog(id, line string) {
	s.t.Helper()
	for range 500 {
		if out, errs := s.logs(id, containertypes.LogsOptions{}); strings.Contains(out+errs, line) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("%q did not come", line)
}

func TestExitCodes(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		for script, want := range map[string]int{
			"exit 3": 3, "true": 0, "false": 1, "nosuchcommand": 127, "kill -9 $$; sleep 1": 0,
			"sleep 0.1 & wait $!; exit 4": 4, "(exit 5)": 5, "set -e; false; exit 9": 1,
			"trap 'echo bye' EXIT; exit 6": 6, "[ -d /etc ] && [ ! -e /nosuch ]": 0,
		} {
			c := sh(script)
			id := s.run("-"+sanitized(script), c)
			equal(t, script, s.wait(id), want)
			s.check(s.ContainerRemove(t.Context(), id, containertypes.RemoveOptions{}))
		}
	})
}

func sanitized(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, s)
}

func TestSignals(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		yes := true
		initialized := sh("echo up; exec sleep 100")
		initialized.Host.Init = &yes
		trapped := sh("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done")
		for _, c := range []struct {
			name string
			spec
			want int
		}{
			// Process 1 has no default handlers: it is killed after the grace.
			{"-plain", sh("echo up; exec sleep 100"), 137},
			{"-init", initialized, 143},
			{"-trap", trapped, 0},
		} {
			id := s.run(c.name, c.spec)
			s.waitLog(id, "up")
			s.stop(id, 1)
			equal(t, c.name, s.inspect(id).State.ExitCode, c.want)
		}
		usr := sh("trap 'echo got it' USR1; echo up; while :; do sleep 0.05; done")
		id := s.run("-usr1", usr)
		s.waitLog(id, "up")
		s.check(s.ContainerKill(t.Context(), id, "USR1"))
		s.waitLog(id, "got it")
		equal(t, "still running", s.inspect(id).State.Running, true)
		err := s.ContainerKill(t.Context(), id, "FOO")
		s.fails(err, cerrdefs.IsInvalidArgument, "cannot kill container: "+id+": invalid signal: FOO")
		s.check(s.ContainerKill(t.Context(), id, ""))
		equal(t, "killed", s.wait(id), 137)
		err = s.ContainerKill(t.Context(), id, "KILL")
		s.fails(err, cerrdefs.IsConflict, "cannot kill container: ", "container "+id+" is not running")
	})
}

func TestPause(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		id := s.run("-a", sh("sleep 100"))
		s.fails(s.ContainerUnpause(ctx, id), nil, "Container "+id+" is not paused")
		s.check(s.ContainerPause(ctx, id))
		equal(t, "status", s.inspect(id).State.Status, "paused")
		if l := s.listing("-a"); !strings.HasSuffix(l.Status, " (Paused)") {
			t.Errorf("got the status text %q", l.Status)
		}
		s.fails(s.ContainerPause(ctx, id), cerrdefs.IsConflict, "Container "+id+" is already paused")
		_, err := s.ContainerExecCreate(ctx, id, containertypes.ExecOptions{Cmd: []string{"true"}})
		s.fails(err, cerrdefs.IsConflict, "is paused, unpause the container before exec")
		err = s.ContainerRemove(ctx, id, containertypes.RemoveOptions{})
		s.fails(err, cerrdefs.IsConflict, "container is paused and must be unpaused first")
		s.check(s.ContainerUnpause(ctx, id))
		equal(t, "status", s.inspect(id).State.Status, "running")
		s.check(s.ContainerKill(ctx, id, "KILL"))
		s.fails(s.ContainerPause(ctx, id), cerrdefs.IsConflict, "container "+id+" is not running")
	})
}

func TestRename(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		id := s.create("-a", sh("true"))
		other := s.create("-b", sh("true"))
		err := s.ContainerRename(ctx, id, s.name+"-b")
		s.fails(err, cerrdefs.IsConflict, `Error when allocating new name: Conflict. The container name "/`+s.name+`-b" is already in use by container "`+other+`"`)
		err = s.ContainerRename(ctx, id, s.name+"-a")
		s.fails(err, cerrdefs.IsInvalidArgument, "Renaming a container with the same name as its current name")
		s.check(s.ContainerRename(ctx, id, s.name+"-c"))
		equal(t, "name", s.inspect(id).Name, "/"+s.name+"-c")
		s.create("-a", sh("true")) // the old name is free
	})
}

func TestRestartPolicies(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		begin := time.Now()
		c := sh("echo run; exit 3")
		c.Host.RestartPolicy = containertypes.RestartPolicy{Name: "on-failure", MaximumRetryCount: 2}
		id := s.run("-fail", c)
		for s.inspect(id).RestartCount < 2 || s.inspect(id).State.Running {
			time.Sleep(20 * time.Millisecond)
		}
		i := s.inspect(id)
		equal(t, "status", i.State.Status, "exited")
		equal(t, "exit code", i.State.ExitCode, 3)
		out, _ := s.logs(id, containertypes.LogsOptions{})
		equal(t, "log", out, "run\nrun\nrun\n")
		equalList(t, "events", s.happened(begin, filters.Arg("container", id), filters.Arg("type", "container")), []string{
			"container create", "container start", "container die", "container start", "container die", "container start", "container die",
		})

		c = sh("trap 'exit 1' TERM; echo up; while :; do sleep 0.05; done")
		c.Host.RestartPolicy.Name = "always"
		id = s.run("-always", c)
		s.waitLog(id, "up")
		s.stop(id, 5)
		equal(t, "stopped by hand", s.inspect(id).State.Status, "exited")
		s.start(id)
		s.check(s.ContainerKill(ctx, id, "KILL"))
		equal(t, "killed by hand", s.inspect(id).State.Status, "exited")

		// Any signal counts as the wish for its end, where it names none for that.
		for name, stopSignal := range map[string]string{"-any": "", "-named": "INT"} {
			c := sh("trap 'sleep 0.2; exit 1' USR1; echo up; while :; do sleep 0.05; done")
			c.Host.RestartPolicy.Name = "always"
			c.StopSignal = stopSignal
			id := s.run(name, c)
			s.waitLog(id, "up")
			exited, errs := s.ContainerWait(ctx, id, containertypes.WaitConditionNextExit)
			s.check(s.ContainerKill(ctx, id, "USR1"))
			select {
			case <-exited:
			case err := <-errs:
				t.Fatal(err)
			}
			equal(t, "comes back"+name, s.inspect(id).State.Running, stopSignal != "")
		}
	})
}

func TestWait(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		id := s.create("-a", sh("exit 4"))
		equal(t, "not running, created", s.wait(id), 0)
		exited, errs := s.ContainerWait(ctx, id, containertypes.WaitConditionNextExit)
		removed, errs2 := s.ContainerWait(ctx, id, containertypes.WaitConditionRemoved)
		s.start(id)
		for what, c := range map[string]<-chan containertypes.WaitResponse{"next exit": exited, "removed": removed} {
			if what == "removed" {
				s.wait(id)
				s.check(s.ContainerRemove(ctx, id, containertypes.RemoveOptions{}))
			}
			select {
			case r := <-c:
				equal(t, what, r.StatusCode, 4)
			case err := <-errs:
				t.Fatal(err)
			case err := <-errs2:
				t.Fatal(err)
			}
			if what == "removed" {
				return // the map's order: the other one was answered as well
			}
		}
	})
}

func TestAutoRemove(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		c := sh("sleep 0.1")
		c.Host.AutoRemove = true
		c.Volumes = map[string]struct{}{"/v": {}}
		id := s.create("-a", c)
		name := s.inspect(id).Mounts[0].Name
		gone, errs := s.ContainerWait(t.Context(), id, containertypes.WaitConditionRemoved)
		s.start(id)
		select {
		case <-gone:
		case err := <-errs:
			t.Fatal(err)
		}
		_, err := s.VolumeInspect(t.Context(), name)
		s.fails(err, cerrdefs.IsNotFound, "get "+name+": no such volume")
	})
}

func TestListFilters(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		c := sh("exec sleep 100")
		c.Labels = map[string]string{"et.case": s.name, "et.n": "1"}
		running := s.run("-a", c)
		c = sh("exit 2")
		c.Labels = map[string]string{"et.case": s.name, "et.n": "2"}
		exited := s.run("-b", c)
		s.waitListed(exited, "exited")
		names := func(all bool, args ...filters.KeyValuePair) []string {
			list, err := s.ContainerList(t.Context(), containertypes.ListOptions{
				All: all, Filters: filters.NewArgs(append(args, filters.Arg("label", "et.case="+s.name))...),
			})
			s.check(err)
			names := []string{}
			for _, c := range list {
				names = append(names, strings.TrimPrefix(c.Names[0], "/"+s.name))
			}
			return names
		}
		equalList(t, "all, newest first", names(true), []string{"-b", "-a"})
		equalList(t, "running", names(false), []string{"-a"})
		equalList(t, "label", names(true, filters.Arg("label", "et.n=2")), []string{"-b"})
		equalList(t, "label that is there", names(true, filters.Arg("label", "et.n")), []string{"-b", "-a"})
		equalList(t, "name", names(true, filters.Arg("name", s.name+"-a")), []string{"-a"})
		equalList(t, "status", names(false, filters.Arg("status", "exited")), []string{"-b"})
		equalList(t, "exit code", names(true, filters.Arg("exited", "2")), []string{"-b"})
		equalList(t, "id", names(true, filters.Arg("id", running[:12])), []string{"-a"})
		equalList(t, "network", names(true, filters.Arg("network", "bridge")), []string{"-b", "-a"})
		equalList(t, "ancestor", names(true, filters.Arg("ancestor", "busybox")), []string{"-b", "-a"})
		_, err := s.ContainerList(t.Context(), containertypes.ListOptions{Filters: filters.NewArgs(filters.Arg("foo", "x"))})
		s.fails(err, cerrdefs.IsInvalidArgument, "invalid filter 'foo'")
	})
}
