package project

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

func TestNamesFile(t *testing.T) {
	for _, c := range []struct {
		source, target string
		want           bool
	}{
		{"/p/config.yml", "/etc/app/config.yml", true},
		{"/p/nginx.conf", "/etc/nginx/nginx.conf", true},
		{"/p/.env", "/app/.env", false},
		{"/p/.eslintrc.json", "/app/x.json", true},
		{"/p/conf.d", "/etc/nginx/conf.d", false},
		{"/p/v1.2", "/srv/v1.2", false},
		{"/p/my.app", "/srv", false},
		{"/p/data", "/data", false},
	} {
		if got := namesFile(types.ServiceVolumeConfig{Source: c.source, Target: c.target}); got != c.want {
			t.Errorf("%s:%s: got %t, want %t", c.source, c.target, got, c.want)
		}
	}
}
