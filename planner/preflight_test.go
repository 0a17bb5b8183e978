package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/planner"
)

// aroundFile is around.yaml: what of the engine is not the project's, and its machine.
type aroundFile struct {
	Containers []struct {
		Name, Project, Service, Status string
		Ports, Volumes                 []string
	}
	Networks []planner.Network
	Machine  planner.Machine
	Programs map[string]string // by port, "8080/tcp"
	Host     []string          // names of the state's containers that have the machine's own network
	Images   map[string]string // the processors of the state's images
	Engine   planner.Engine
}

// readAround reads around.yaml, and adds what of the state the engine lists with it.
func readAround(t *testing.T, s *planner.State, text string) planner.Surroundings {
	t.Helper()
	var f aroundFile
	if err := yaml.Unmarshal([]byte(text), &f); err != nil {
		t.Fatalf("around.yaml: %v", err)
	}
	around := planner.Surroundings{Networks: append(slices.Clone(s.Networks), f.Networks...), Machine: f.Machine}
	for _, c := range s.Containers {
		n := planner.Neighbour{
			ID: c.ID, Name: c.Name, Project: "demo", Service: c.Service, Status: c.Status, Ports: c.Ports,
			HostNetwork: slices.Contains(f.Host, c.Name), Whose: whose("demo", c.Service),
		}
		for _, m := range c.Mounts {
			n.Volumes = append(n.Volumes, m.Name)
		}
		around.Containers = append(around.Containers, n)
	}
	for i, c := range f.Containers {
		n := planner.Neighbour{
			ID: fmt.Sprintf("around-%d", i), Name: c.Name, Project: c.Project, Service: c.Service,
			Status: planner.Running, Ports: readPorts(c.Ports), Volumes: c.Volumes, Whose: whose(c.Project, c.Service),
		}
		if c.Status != "" {
			n.Status = planner.Status(c.Status)
		}
		around.Containers = append(around.Containers, n)
	}
	for i := range around.Networks {
		if around.Networks[i].ID == "" {
			around.Networks[i].ID = fmt.Sprintf("around-network-%d", i)
		}
	}
	around.Machine.Programs = map[planner.Port]string{}
	for port, program := range f.Programs {
		around.Machine.Programs[readPorts([]string{port})[0]] = program
	}
	for ref, arch := range f.Images {
		image := s.Images[ref]
		image.Arch = arch
		s.Images[ref] = image
	}
	s.Engine = f.Engine
	return around
}

func whose(project, service string) string {
	if project == "" {
		return ""
	}
	return fmt.Sprintf(" of project %s (service %s)", project, strings.TrimSpace(service))
}
