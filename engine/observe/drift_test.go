package observe

import (
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/image"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"

	"github.com/compose-orchestrator/compose/project"
)

var inheritCases = []struct {
	name string
	want container.Config
	has  []string // fields of the completed configuration, as shown
	not  []string
}{
	{
		"all the image's", container.Config{},
		[]string{"command=serve", "entrypoint=/start", "user=app", "working_dir=/app", "stop_signal=SIGQUIT", "expose=80", "volumes./data=volume", "healthcheck.retries=3", "environment.PATH=/bin", "labels.image=1"},
		nil,
	},
	{
		"an entrypoint drops the command", container.Config{Entrypoint: []string{"sh"}},
		[]string{"entrypoint=sh"},
		[]string{"command"},
	},
	{
		"an empty entrypoint clears it", container.Config{Entrypoint: []string{}, Cmd: []string{"ls"}},
		[]string{"command=ls"},
		[]string{"entrypoint"},
	},
	{
		"a variable without a value", container.Config{Env: []string{"LANG", "A=1"}},
		[]string{"environment.A=1", "environment.PATH=/bin"},
		[]string{"environment.LANG"},
	},
	{
		"a part of a check", container.Config{Healthcheck: &container.HealthConfig{Interval: time.Minute}},
		[]string{"healthcheck.test=CMD check", "healthcheck.interval=1m0s", "healthcheck.retries=3"},
		nil,
	},
}

// The image's own settings are no difference, and what the file takes back of
// them is one.
func TestInherit(t *testing.T) {
	base := image.InspectResponse{Config: &dockerspec.DockerOCIImageConfig{}}
	base.Config.Env = []string{"PATH=/bin", "LANG=C"}
	base.Config.User, base.Config.WorkingDir, base.Config.StopSignal = "app", "/app", "SIGQUIT"
	base.Config.Entrypoint, base.Config.Cmd = []string{"/start"}, []string{"serve"}
	base.Config.Labels = map[string]string{"image": "1", "both": "image"}
	base.Config.ExposedPorts = map[string]struct{}{"80/tcp": {}}
	base.Config.Volumes = map[string]struct{}{"/data": {}}
	base.Config.Healthcheck = &dockerspec.HealthcheckConfig{Test: []string{"CMD", "check"}, Interval: time.Second, Retries: 3}
	for _, tt := range inheritCases {
		t.Run(tt.name, func(t *testing.T) {
			c := configuration{config: inherit(&tt.want, &base), host: &container.HostConfig{}}
			got := c.fields()
			for _, want := range tt.has {
				name, shown, _ := strings.Cut(want, "=")
				if value, ok := got[name]; !ok || value.shown != shown {
					t.Errorf("%s: got %+v, %v, want %q", name, value, ok, shown)
				}
			}
			for _, name := range tt.not {
				if value, ok := got[name]; ok {
					t.Errorf("%s: got %+v, want none", name, value)
				}
			}
		})
	}
	if base.Config.Labels["both"] != "image" || len(base.Config.Volumes) != 1 {
		t.Error("the image's configuration was changed")
	}
}

// TestNamedValues: values of variables and labels are shown, unless their name or form
// is that of a credential, or private says so.
func TestNamedValues(t *testing.T) {
	p := &project.Project{}
	for _, c := range []struct{ name, old, new, want string }{
		{"MODE", "dev", "prod", "environment.MODE: dev → prod"},
		{"MODE", "", "prod", `environment.MODE: "" → prod`},
		{"DB_PASSWORD", "one", "two", "environment.DB_PASSWORD changed"},
		{"FROM", "ghp_" + strings.Repeat("a", 36), "plain", "environment.FROM changed"},
		{"URL", "postgres://u:p@db/x", "postgres://u:q@db/x", "environment.URL changed"},
	} {
		was, is := fieldSet{}, fieldSet{}
		was.named("environment", c.name, c.old)
		is.named("environment", c.name, c.new)
		changes := is.changesFrom(was, p.Private)
		if len(changes) != 1 || changes[0].String() != c.want {
			t.Errorf("got %v, want %s", changes, c.want)
		}
	}
}
