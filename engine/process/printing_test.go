package process

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/planner"
)

func TestKeepsLog(t *testing.T) {
	with := func(driver string, options types.Options) *types.LoggingConfig {
		return &types.LoggingConfig{Driver: driver, Options: options}
	}
	for _, c := range []struct {
		engine string
		l      *types.LoggingConfig
		want   bool
	}{
		{"docker", nil, true},
		{"docker", with("", types.Options{"max-size": "1m"}), true},
		{"docker", with("none", nil), false},
		{"docker", with("local", types.Options{"cache-disabled": "true"}), true},
		{"docker", with("syslog", nil), true},
		{"docker", with("syslog", types.Options{"cache-disabled": "true"}), false},
		{"podman", with("k8s-file", nil), true},
		{"podman", with("passthrough", nil), false},
	} {
		if got := KeepsLog(planner.Engine{Name: c.engine}, c.l); got != c.want {
			t.Errorf("%s %+v: %v, want %v", c.engine, c.l, got, c.want)
		}
	}
}
