package planner_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// model is an engine of which nothing but planner.State is kept. It refuses what an engine
// refuses, and what would come before what it needs.
type model struct {
	state    planner.State
	registry map[string]planner.Image  // what pulls bring
	next     int                       // the number of the next id
	ports    map[string][]planner.Port // that containers publish while they run, by id

	p       *project.Project // of the plan that is carried out
	o       planner.UpOptions
	created map[string]string // by service and number: the container that the plan made
	fresh   map[string]bool   // images that the plan's pulls brought anew, by name
	going   map[string]bool   // ids of containers that the plan removes in any case
}

func (m *model) id() string {
	m.next++
	return fmt.Sprintf("%012x%052x", m.next, m.next)
}

// observed is the state as a list of the engine would have it.
func (m *model) observed() planner.State {
	s := m.state
	s.Containers = slices.Clone(s.Containers)
	for i := range s.Containers {
		c := &s.Containers[i]
		c.Networks, c.Labels, c.Mounts = maps.Clone(c.Networks), maps.Clone(c.Labels), slices.Clone(c.Mounts)
	}
	slices.SortFunc(s.Containers, func(a, b planner.Container) int {
		return strings.Compare(fmt.Sprintf("%s %03d %s", a.Service, a.Number, a.Created.Format(time.RFC3339Nano)), fmt.Sprintf("%s %03d %s", b.Service, b.Number, b.Created.Format(time.RFC3339Nano)))
	})
	s.Networks, s.Volumes, s.Images = slices.Clone(s.Networks), slices.Clone(s.Volumes), maps.Clone(s.Images)
	return s
}

func (m *model) container(id string) *planner.Container {
	for i := range m.state.Containers {
		if m.state.Containers[i].ID == id {
			return &m.state.Containers[i]
		}
	}
	return nil
}

func (m *model) network(name string) *planner.Network {
	for i := range m.state.Networks {
		if m.state.Networks[i].Name == name {
			return &m.state.Networks[i]
		}
	}
	return nil
}

func (m *model) hasVolume(name string) bool {
	return slices.ContainsFunc(m.state.Volumes, func(v planner.Volume) bool { return v.Name == name })
}

// apply carries a plan out for a project: its steps in an order that chance picks among
// those that After allows, up to so many. The error names the step that could not be.
func (m *model) apply(r *rand.Rand, p *project.Project, o planner.UpOptions, made *plan.Plan, most int) error {
	m.p, m.o, m.created, m.fresh, m.going = p, o, map[string]string{}, map[string]bool{}, map[string]bool{}
	for _, s := range made.Steps {
		if a, ok := s.Action.(planner.RemoveContainer); ok && len(s.When) == 0 {
			m.going[a.ID] = true
		}
	}
	done := map[int]bool{}
	for len(done) < min(most, len(made.Steps)) {
		var ready []plan.Step
		for _, s := range made.Steps {
			if !done[s.ID] && !slices.ContainsFunc(s.After, func(id int) bool { return !done[id] }) {
				ready = append(ready, s)
			}
		}
		if len(ready) == 0 {
			return fmt.Errorf("steps wait for each other")
		}
		s := ready[r.IntN(len(ready))]
		done[s.ID] = true
		if len(s.When) > 0 && !slices.ContainsFunc(s.When, func(ref refOf) bool { return m.fresh[ref.Name] }) {
			continue
		}
		if err := m.do(s); err != nil {
			return fmt.Errorf("step %d %s %s: %w", s.ID, s.Action.Verb(), s.Action.Resource(), err)
		}
	}
	return nil
}

// bound is the container that an action is about, as engine/do finds it.
func (m *model) bound(ref refOf, planned string) (*planner.Container, error) {
	if ref.Old == "" {
		if id := m.created[fmt.Sprint(ref.Service, ref.Number)]; id != "" {
			planned = id
		}
	}
	if c := m.container(planned); c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("there is no container %q", planned)
}

func (m *model) do(s plan.Step) error {
	switch a := s.Action.(type) {
	case planner.PullImage:
		image, ok := m.registry[a.Ref.Name]
		if !ok {
			return fmt.Errorf("not in the registry")
		}
		m.fresh[a.Ref.Name] = m.state.Images[a.Ref.Name].Digest != image.Digest
		m.state.Images[a.Ref.Name] = image
		return nil
	case planner.CreateNetwork:
		return m.createNetwork(a)
	case planner.CheckNetwork:
		for i := range m.state.Containers {
			c := &m.state.Containers[i]
			if c.Networks[a.Ref.Name] == a.ID && c.Status.Active() && !slices.Contains(a.Containers, c.ID) && !slices.Contains(a.Stopped, c.ID) {
				return fmt.Errorf("in use by %s", c.Name)
			}
		}
		return nil
	case planner.RemoveNetwork:
		return m.removeNetwork(a)
	case planner.CreateVolume:
		hash, err := m.p.VolumeHash(a.Key)
		m.state.Volumes = append(m.state.Volumes, planner.Volume{Name: a.Ref.Name, Key: a.Key, Project: m.p.Name, Hash: hash})
		return err
	case planner.RemoveVolume:
		return m.removeVolume(a, s.LosesData)
	case planner.RecordStops:
		m.state.Volumes = append(m.state.Volumes, planner.Volume{Name: a.Ref.Name, Project: m.p.Name, Stops: a.Stops})
		return nil
	case planner.ForgetStops:
		m.state.Volumes = slices.DeleteFunc(m.state.Volumes, func(v planner.Volume) bool { return v.Name == a.Ref.Name })
		return nil
	case planner.CreateContainer:
		return m.create(a)
	}
	return m.change(s.Action)
}

// change is do for a container that exists.
func (m *model) change(action plan.Action) error {
	switch a := action.(type) {
	case planner.StartContainer:
		c, err := m.bound(a.Ref, a.ID)
		if err != nil {
			return err
		}
		return m.start(c)
	case planner.UnpauseContainer:
		c := m.container(a.ID)
		if c == nil || c.Status != planner.Paused {
			return fmt.Errorf("it is not paused")
		}
		c.Status = planner.Running
	case planner.PauseContainer:
		c := m.container(a.ID)
		if c == nil || c.Status != planner.Running {
			return fmt.Errorf("it does not run")
		}
		c.Status = planner.Paused
	case planner.StopContainer:
		if c := m.container(a.ID); c != nil && c.Status.Active() {
			c.Status, c.ExitCode, c.Health, c.Ports = planner.Exited, 137, planner.NoHealth, nil
		}
	case planner.RenameContainer:
		c, err := m.bound(a.Ref, a.ID)
		if err != nil {
			return err
		}
		return m.rename(c, a.Ref.Name)
	case planner.RemoveContainer:
		c := m.container(a.ID)
		if c == nil {
			return nil
		}
		if c.Status.Active() {
			return fmt.Errorf("it runs")
		}
		m.state.Containers = slices.DeleteFunc(m.state.Containers, func(c planner.Container) bool { return c.ID == a.ID })
	case planner.ConnectContainer:
		return m.connect(m.container(a.ID), a.Network)
	case planner.RepairContainer:
		return m.repair(a)
	case planner.WaitContainer:
		return m.wait(a)
	case planner.PruneImage: // no container has it
	default:
		return fmt.Errorf("unknown")
	}
	return nil
}

func (m *model) createNetwork(a planner.CreateNetwork) error {
	if m.network(a.Ref.Name) != nil {
		return fmt.Errorf("it is there")
	}
	hash, err := m.p.NetworkHash(a.Key)
	m.state.Networks = append(m.state.Networks, planner.Network{ID: m.id(), Name: a.Ref.Name, Key: a.Key, Project: m.p.Name, Hash: hash})
	return err
}

func (m *model) removeNetwork(a planner.RemoveNetwork) error {
	for _, c := range m.state.Containers {
		if c.Networks[a.Ref.Name] == a.ID && c.Status.Active() {
			return fmt.Errorf("%s runs on it", c.Name)
		}
	}
	m.state.Networks = slices.DeleteFunc(m.state.Networks, func(n planner.Network) bool { return n.ID == a.ID })
	return nil
}

func (m *model) removeVolume(a planner.RemoveVolume, losesData bool) error {
	if !slices.Contains(m.o.Discard, a.Ref.Name) || !losesData {
		return fmt.Errorf("nobody agreed to lose its data")
	}
	for _, c := range m.state.Containers {
		if slices.ContainsFunc(c.Mounts, func(mount planner.Mount) bool { return mount.Name == a.Ref.Name }) {
			return fmt.Errorf("%s mounts it", c.Name)
		}
	}
	m.state.Volumes = slices.DeleteFunc(m.state.Volumes, func(v planner.Volume) bool { return v.Name == a.Ref.Name })
	return nil
}

func (m *model) nameFree(name string) error {
	for _, c := range m.state.Containers {
		if c.Name == name {
			return fmt.Errorf("the name %s is taken", name)
		}
	}
	return nil
}

func (m *model) rename(c *planner.Container, name string) error {
	if c.Name == name {
		return nil
	}
	if err := m.nameFree(name); err != nil {
		return err
	}
	c.Name = name
	return nil
}

// start starts a container whose dependencies are as its service asks for.
func (m *model) start(c *planner.Container) error {
	if c.Status.Active() {
		return nil
	}
	for name, id := range c.Networks {
		if n := m.network(name); n == nil || n.ID != id {
			return fmt.Errorf("network %s is gone or another one", name)
		}
	}
	if parent := m.container(c.SharesNetwork); c.SharesNetwork != "" && (parent == nil || !parent.Status.Active()) {
		return fmt.Errorf("whose network it shares does not run")
	}
	svc := m.p.Services[c.Service]
	for _, other := range m.state.Containers {
		if other.ID != c.ID && slices.ContainsFunc(other.Ports, func(p planner.Port) bool { return slices.Contains(m.ports[c.ID], p) }) {
			return fmt.Errorf("port taken by %s", other.Name)
		}
	}
	for dep, on := range svc.DependsOn {
		if m.o.NoStart { // what ran before a network was made anew runs again, as it did
			break
		}
		if err := m.ready(dep, on.Condition); err != nil {
			return err
		}
	}
	c.Status, c.Ports = planner.Running, m.ports[c.ID]
	if svc.HealthCheck != nil {
		c.Health = planner.Starting
	}
	return nil
}

// ready tells whether a service is as those that depend on it ask for.
func (m *model) ready(service, condition string) error {
	if _, selected := m.p.Services[service]; !selected {
		return nil
	}
	for _, c := range m.state.Containers {
		made := m.created[fmt.Sprint(service, c.Number)]
		if c.Service != service || c.OneOff || m.going[c.ID] || made != "" && made != c.ID {
			continue
		}
		ok := c.Status == planner.Running
		switch condition {
		case types.ServiceConditionHealthy:
			ok = ok && c.Health == planner.Healthy
		case types.ServiceConditionCompletedSuccessfully:
			ok = c.Status == planner.Exited && c.ExitCode == 0
		default:
			ok = ok || c.Status == planner.Exited && c.ExitCode == 0
		}
		if !ok {
			return fmt.Errorf("%s is %s %s, and %s is needed", c.Name, c.Status, c.Health, condition)
		}
	}
	return nil
}

func (m *model) wait(a planner.WaitContainer) error {
	c, err := m.bound(a.Ref, a.ID)
	if err != nil {
		return err
	}
	switch {
	case a.Condition == planner.ConditionCompleted:
		if c.Status == planner.Created {
			return fmt.Errorf("it never ran")
		}
		c.Status, c.ExitCode, c.Health, c.Ports = planner.Exited, 0, planner.NoHealth, nil
	case c.Status != planner.Running:
		return fmt.Errorf("it is %s", c.Status)
	case m.p.Services[c.Service].HealthCheck != nil:
		c.Health = planner.Healthy
	}
	return nil
}

func (m *model) connect(c *planner.Container, network string) error {
	n := m.network(network)
	if c == nil || n == nil {
		return fmt.Errorf("container or network %s is gone", network)
	}
	c.Networks[network] = n.ID
	return nil
}

func (m *model) repair(a planner.RepairContainer) error {
	c := m.container(a.ID)
	if c == nil {
		return fmt.Errorf("it is gone")
	}
	for _, name := range a.Leave {
		delete(c.Networks, name)
	}
	for _, name := range a.Join {
		if err := m.connect(c, name); err != nil {
			return err
		}
	}
	c.ByHand = nil
	if a.Renamed {
		return m.rename(c, a.Ref.Name)
	}
	return nil
}

// refuses is a t that tells of a failure by the case's seed.
func refuses(t *testing.T, seed uint64, format string, args ...any) {
	t.Helper()
	t.Fatalf("seed %d: "+format, append([]any{seed}, args...)...)
}
