package do

import (
	"errors"
	"regexp"

	"github.com/containerd/errdefs"

	"github.com/compose-orchestrator/compose/plan"
)

// errMeanwhile is about a container that somebody else creates, or has created, since the
// project was observed.
var errMeanwhile = errors.New("another command made it meanwhile")

var (
	// gone is how engines say that a container or a network which an action is about is
	// not there.
	gone = regexp.MustCompile(`[Nn]o such container|no container with|network .* not found|unable to find network`)
	// changed is how they say that a container is not as it was: it is being removed, or
	// was started again before it could be removed.
	changed = regexp.MustCompile(`marked for removal|removal .* already in progress|remove .*running|running .*remov`)
)

// markOvertaken makes an error a plan.Overtaken where it says that a container or a
// network which the plan works on is gone or not as it was observed, or that one is there
// which was not.
func markOvertaken(err error) error {
	text := err.Error()
	switch {
	case errors.Is(err, errMeanwhile):
	case errdefs.IsNotFound(err) && gone.MatchString(text):
	case errdefs.IsConflict(err) && changed.MatchString(text):
	default:
		return err
	}
	return &plan.Overtaken{Err: err}
}
