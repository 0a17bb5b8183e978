package do

import (
	"errors"
	"testing"

	"github.com/containerd/errdefs"
)

// TestOvertaken: what Docker says where somebody else changed the project meanwhile, and
// what it says for other reasons.
func TestOvertaken(t *testing.T) {
	for _, tt := range []struct {
		class error
		text  string
		want  bool
	}{
		{errdefs.ErrNotFound, "No such container: 0123456789ab", true},
		{errdefs.ErrNotFound, "network shop_default not found", true},
		{errdefs.ErrNotFound, "No such image: shop-web:latest", false},
		{errdefs.ErrConflict, "removal of container 0123456789ab is already in progress", true},
		{errdefs.ErrConflict, `cannot remove container "0123": container is running: stop the container before removing or force remove`, true},
		{errdefs.ErrConflict, "container is marked for removal and cannot be started", true},
		{errdefs.ErrConflict, "volume is in use - [0123]", false},
		{errdefs.ErrInternal, "No such container: 0123456789ab", false},
	} {
		if got := overtaken(errors.Join(tt.class, errors.New(tt.text))); got != tt.want {
			t.Errorf("%v, %s: got %t", tt.class, tt.text, got)
		}
	}
	if err := madeMeanwhile("shop-web-1", errors.New("taken")); !overtaken(err) || err.Error() != "container shop-web-1: another command made it meanwhile" {
		t.Errorf("got %v", err)
	}
}
