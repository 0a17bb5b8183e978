package plan

import (
	"errors"
	"fmt"
	"testing"
)

func TestAllOvertaken(t *testing.T) {
	other := errors.New("no such image")
	overtaken := fmt.Errorf("starting: %w", &Overtaken{Err: errors.New("no such container")})
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{other, false},
		{overtaken, true},
		{errors.Join(overtaken, overtaken), true},
		{errors.Join(overtaken, other), false},
		{fmt.Errorf("up: %w", errors.Join(overtaken, fmt.Errorf("web: %w", errors.Join(overtaken, other)))), false},
		{&Overtaken{Err: other}, true},
	} {
		if got := AllOvertaken(tt.err); got != tt.want {
			t.Errorf("%v: got %t", tt.err, got)
		}
	}
}
