package statedir

import (
	"strings"
	"testing"
)

func TestDir(t *testing.T) {
	for _, test := range []struct{ env, want string }{
		{"HOME=/home/me", "/home/me/.local/state/compose-orchestrator"},
		{"HOME=/home/me XDG_STATE_HOME=/var/state", "/var/state/compose-orchestrator"},
		{"HOME=/home/me XDG_STATE_HOME=state", "/home/me/.local/state/compose-orchestrator"},
		{"", ""},
	} {
		getenv := func(name string) string {
			for _, pair := range strings.Fields(test.env) {
				if value, ok := strings.CutPrefix(pair, name+"="); ok {
					return value
				}
			}
			return ""
		}
		got, err := Dir(getenv)
		if got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%q: got %q, %v, want %q", test.env, got, err, test.want)
		}
	}
}
