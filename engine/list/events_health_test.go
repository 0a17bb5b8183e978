package list

import "testing"

func TestRuns(t *testing.T) {
	for _, tt := range []struct {
		test    []string
		command string
		want    bool
	}{
		{[]string{"CMD-SHELL", "test -e /ready"}, "/bin/sh -c test -e /ready", true},
		{[]string{"CMD-SHELL", "test -e /ready"}, "test -e /ready", false},
		{[]string{"CMD", "pg_isready", "-U", "app"}, "pg_isready -U app", true},
		{[]string{"CMD", "true"}, "true ", true}, // what has no arguments is followed by a space
		{[]string{"CMD", "true"}, "sh -c true", false},
		{[]string{"NONE"}, "", false},
		{nil, "sh", false},
	} {
		if got := runs(tt.test, tt.command); got != tt.want {
			t.Errorf("%q, %q: %v", tt.test, tt.command, got)
		}
	}
}
