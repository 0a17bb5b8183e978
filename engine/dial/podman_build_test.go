//go:build unix

package dial

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/container"
)

// TestPodmanBuild: Podman has the hosts of a build as a list, and limits are refused in
// words.
func TestPodmanBuild(t *testing.T) {
	conn, asked := podmanHere(t)
	_, _ = conn.Client.ImageBuild(t.Context(), strings.NewReader(""), build.ImageBuildOptions{ExtraHosts: []string{"a:1.2.3.4", "b:1.2.3.5"}}) // answered by an error
	want := "extrahosts=" + url.QueryEscape(`["a:1.2.3.4","b:1.2.3.5"]`)
	if !slices.ContainsFunc(*asked, func(request string) bool { return strings.Contains(request, want) }) {
		t.Errorf("%s is not in %q", want, *asked)
	}
	_, err := conn.Client.ImageBuild(t.Context(), strings.NewReader(""), build.ImageBuildOptions{Ulimits: []*container.Ulimit{{Name: "nofile", Hard: 1, Soft: 1}}})
	if err == nil || !strings.Contains(err.Error(), "build.ulimits") {
		t.Errorf("got %v, want limits refused by name", err)
	}
}

// TestPodmanIsRestarted: which containers that have just ended start again.
func TestPodmanIsRestarted(t *testing.T) {
	for _, tt := range []struct {
		policy   container.RestartPolicy
		restarts int
		code     int
		want     bool
	}{
		{container.RestartPolicy{Name: "always"}, 1, 0, true},
		{container.RestartPolicy{Name: "unless-stopped"}, 3, 1, true},
		{container.RestartPolicy{Name: "always"}, 0, 1, false}, // perhaps it was stopped
		{container.RestartPolicy{Name: "on-failure"}, 1, 1, true},
		{container.RestartPolicy{Name: "on-failure"}, 1, 0, false},
		{container.RestartPolicy{Name: "on-failure", MaximumRetryCount: 2}, 2, 1, false},
		{container.RestartPolicy{Name: "no"}, 1, 1, false},
	} {
		c := container.InspectResponse{ContainerJSONBase: &container.ContainerJSONBase{
			RestartCount: tt.restarts, State: &container.State{Status: "stopped", ExitCode: tt.code},
			HostConfig: &container.HostConfig{RestartPolicy: tt.policy},
		}}
		if got := isRestarted(c); got != tt.want {
			t.Errorf("%+v, %d restarts, code %d: got %v, want %v", tt.policy, tt.restarts, tt.code, got, tt.want)
		}
	}
}
