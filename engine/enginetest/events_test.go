package enginetest_test

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/network"
)

func TestEvents(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		begin := time.Now()
		_, err := s.NetworkCreate(ctx, s.name+"-n", network.CreateOptions{})
		s.check(err)
		c := sh("trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done")
		c.Host.NetworkMode = containertypes.NetworkMode(s.name + "-n")
		c.Labels = map[string]string{"et.case": s.name}
		id := s.run("-a", c)
		s.waitLog(id, "up")
		s.exec(id, "", "true")
		s.check(s.ContainerPause(ctx, id))
		s.check(s.ContainerUnpause(ctx, id))
		s.check(s.ContainerRename(ctx, id, s.name+"-b"))
		s.check(s.ContainerKill(ctx, id, "WINCH"))
		s.check(s.ContainerKill(ctx, id, "TERM"))
		s.wait(id)
		s.check(s.ContainerRemove(ctx, id, containertypes.RemoveOptions{}))
		s.check(s.NetworkRemove(ctx, s.name+"-n"))

		equalList(t, "events of the container", pausedOnce(s.happened(begin, filters.Arg("container", id))), []string{
			"container create", "container start", "container exec_create: true ", "container exec_start: true ", "container exec_die",
			"container pause", "container unpause", "container rename", "container kill", "container kill", "container die", "container destroy",
		})
		equalList(t, "events of the network", s.happened(begin, filters.Arg("network", s.name+"-n")), []string{
			"network create", "network connect", "network disconnect", "network destroy",
		})
		equalList(t, "by label and kind of event", s.happened(begin, filters.Arg("label", "et.case="+s.name), filters.Arg("event", "die"), filters.Arg("event", "exec_create")), []string{
			"container exec_create: true ", "container die",
		})

		checkEvents(t, s, id, begin)
	})
}

// checkEvents looks at what the events of TestEvents's container say, from begin to now.
func checkEvents(t *testing.T, s *subject, id string, begin time.Time) {
	t.Helper()
	messages, errs := s.Events(t.Context(), events.ListOptions{
		Since: begin.Format(time.RFC3339Nano), Until: time.Now().Format(time.RFC3339Nano),
		Filters: filters.NewArgs(filters.Arg("container", id)),
	})
	last := int64(0)
	for {
		select {
		case m := <-messages:
			if m.TimeNano <= last {
				t.Errorf("%s is not later than the event before", m.Action)
			}
			last = m.TimeNano
			equal(t, "id of "+string(m.Action), m.Actor.ID, id)
			equal(t, "image of "+string(m.Action), m.Actor.Attributes["image"], "busybox")
			switch m.Action {
			case "die":
				equal(t, "exit code", m.Actor.Attributes["exitCode"], "5")
			case "rename":
				equal(t, "old name", m.Actor.Attributes["oldName"], "/"+s.name+"-a")
			case "exec_die":
				equal(t, "exit code of the exec", m.Actor.Attributes["exitCode"], "0")
			}
			continue
		case err := <-errs:
			if err != io.EOF {
				t.Error(err)
			}
		}
		return
	}
}

// pausedOnce leaves out further pauses and their ends: where containerd tells Docker
// of a pause after its end, as on a busy machine, Docker tells of both once more.
func pausedOnce(list []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(e string) bool {
		again := seen[e] && strings.HasSuffix(e, "pause") // unpause, too
		seen[e] = true
		return again
	})
}

// TestEventsAreSubscribedTo starts to listen and then acts.
func TestEventsAreSubscribedTo(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		id := s.create("-a", sh("exit 3"))
		messages, errs := s.Events(t.Context(), events.ListOptions{Filters: filters.NewArgs(filters.Arg("container", id), filters.Arg("event", "die"))})
		// The client has the stream when it got the answer's head, which it does
		// not tell: the first start may come before. A second one may not.
		s.start(id)
		s.wait(id)
		s.start(id)
		select {
		case m := <-messages:
			equal(t, "exit code", m.Actor.Attributes["exitCode"], "3")
		case err := <-errs:
			t.Fatal(err)
		}
	})
}

func TestHealth(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		begin := time.Now()
		c := sh("while [ ! -e /go ]; do sleep 0.05; done; touch /ok; while :; do sleep 0.05; done")
		c.Healthcheck = &containertypes.HealthConfig{
			Test: []string{"CMD-SHELL", "cat /ok && echo fine"}, Interval: 100 * time.Millisecond, Timeout: 5 * time.Second, Retries: 2,
		}
		id := s.run("-a", c)
		equal(t, "at the start", s.inspect(id).State.Health.Status, containertypes.Starting)
		if l := s.listing("-a"); !strings.HasSuffix(l.Status, " (health: starting)") {
			t.Errorf("got the status text %q", l.Status)
		}
		s.waitHealth(id, containertypes.Unhealthy)
		h := s.inspect(id).State.Health
		if h.FailingStreak < 2 || len(h.Log) == 0 || h.Log[0].ExitCode != 1 || !strings.Contains(h.Log[0].Output, "/ok") {
			t.Errorf("got the health %+v", h)
		}
		s.exec(id, "", "touch", "/go")
		s.waitHealth(id, containertypes.Healthy)
		if l := s.listing("-a"); !strings.HasSuffix(l.Status, " (healthy)") {
			t.Errorf("got the status text %q", l.Status)
		}
		equal(t, "failing streak", s.inspect(id).State.Health.FailingStreak, 0)
		healthy := 0
		for _, e := range s.happened(begin, filters.Arg("container", id), filters.Arg("event", "health_status")) {
			if e == "container health_status: healthy" {
				healthy++
			}
		}
		equal(t, "events of becoming healthy", healthy, 1)
		s.check(s.ContainerKill(t.Context(), id, "KILL"))
		s.wait(id)
		equal(t, "after the end", s.inspect(id).State.Health.Status, containertypes.Unhealthy)

		c.Healthcheck = &containertypes.HealthConfig{Test: []string{"NONE"}}
		if h := s.inspect(s.run("-none", c)).State.Health; h != nil {
			t.Errorf("got the health %+v of a container without a check", h)
		}
	})
}

func (s *subject) waitHealth(id, want string) {
	s.t.Helper()
	for range 1000 {
		if s.inspect(id).State.Health.Status == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("the container does not become %s: %+v", want, s.inspect(id).State.Health)
}

func TestStartPeriod(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		c := sh("sleep 0.5; touch /ok; while :; do sleep 0.05; done")
		c.Healthcheck = &containertypes.HealthConfig{
			Test: []string{"CMD", "test", "-e", "/ok"}, Interval: time.Minute, Retries: 1,
			StartPeriod: time.Minute, StartInterval: 50 * time.Millisecond,
		}
		id := s.run("-a", c)
		s.waitHealth(id, containertypes.Healthy) // failures before do not count
	})
}
