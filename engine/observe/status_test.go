package observe

import (
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"

	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

func TestParseStatus(t *testing.T) {
	for _, tt := range []struct {
		state  container.ContainerState
		text   string
		status planner.Status
		health planner.Health
		code   int
	}{
		{"running", "Up 3 minutes (healthy)", planner.Running, planner.Healthy, 0},
		{"running", "Up Less than a second (health: starting)", planner.Running, planner.Starting, 0},
		{"running", "Up 3 minutes (starting)", planner.Running, planner.Starting, 0},
		{"running", "Up 2 weeks (unhealthy)", planner.Running, planner.Unhealthy, 0},
		{"running", "Up About an hour", planner.Running, planner.NoHealth, 0},
		{"paused", "Up 2 hours (Paused)", planner.Paused, planner.NoHealth, 0},
		{"exited", "Exited (0) 2 hours ago", planner.Exited, planner.NoHealth, 0},
		{"exited", "Exited (137) Less than a second ago", planner.Exited, planner.NoHealth, 137},
		{"restarting", "Restarting (1) 5 seconds ago", planner.Restarting, planner.NoHealth, 1},
		{"created", "Created", planner.Created, planner.NoHealth, 0},
		{"dead", "Dead", planner.Dead, planner.NoHealth, 0},
		{"removing", "Removal In Progress", planner.Removing, planner.NoHealth, 0},
		{"initialized", "Initialized", planner.Created, planner.NoHealth, 0},
		{"stopped", "Exited (2) 4 seconds ago", planner.Exited, planner.NoHealth, 2},
	} {
		status, health, code := ParseStatus(tt.state, tt.text)
		if status != tt.status || health != tt.health || code != tt.code {
			t.Errorf("%s, %q: got %s, %q, %d, want %s, %q, %d", tt.state, tt.text, status, health, code, tt.status, tt.health, tt.code)
		}
	}
}

func TestContainerOf(t *testing.T) {
	labels := map[string]string{
		project.LabelService: "web", project.LabelNumber: "2", project.LabelOneOff: "False",
		project.LabelConfigHash: "h", project.LabelDependsOn: "db:service_healthy:true,cache,queue:service_started:false",
		project.LabelReplace: "web-2",
	}
	networks := &container.NetworkSettingsSummary{Networks: map[string]*network.EndpointSettings{
		"docker": {NetworkID: "123"}, "podman": {NetworkID: "podman"}, "never-ran": {}, "none": nil,
	}}
	s := container.Summary{NetworkSettings: networks, ID: "abc", Names: []string{"/other/alias", "/demo-web-2"}, Labels: labels, State: "exited", Status: "Exited (3) now"}
	if !belongs(&s) {
		t.Error("it does not belong")
	}
	c := containerOf(&s)
	if c.Name != "demo-web-2" || c.Number != 2 || c.OneOff || c.ExitCode != 3 || c.ReplaceOf != "web-2" {
		t.Errorf("got %+v", c)
	}
	for name, id := range map[string]string{"docker": "123", "podman": "", "never-ran": "", "none": ""} {
		if got, ok := c.Networks[name]; !ok || got != id {
			t.Errorf("network %s: got %q, %v, want %q", name, got, ok, id)
		}
	}
	want := []planner.Dependency{
		{Service: "cache", Condition: "service_started"},
		{Service: "db", Condition: "service_healthy", Restart: true},
		{Service: "queue", Condition: "service_started"},
	}
	if len(c.DependsOn) != len(want) {
		t.Fatalf("depends_on: got %+v, want %+v", c.DependsOn, want)
	}
	for i := range want {
		if c.DependsOn[i] != want[i] {
			t.Errorf("depends_on: got %+v, want %+v", c.DependsOn[i], want[i])
		}
	}
	for _, missing := range []string{project.LabelConfigHash, project.LabelOneOff} {
		kept := labels[missing]
		delete(labels, missing)
		if belongs(&s) {
			t.Errorf("without %s it belongs to the project", missing)
		}
		labels[missing] = kept
	}
}
