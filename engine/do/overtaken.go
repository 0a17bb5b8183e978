package do

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/containerd/errdefs"

	"github.com/compose-orchestrator/compose/hint"
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

// overtaken tells whether an action's error says that a container or a network which the
// plan works on is gone or not as it was observed, or that one is there which was not.
func overtaken(err error) bool {
	return errors.Is(err, errMeanwhile) ||
		errdefs.IsNotFound(err) && gone.MatchString(err.Error()) ||
		errdefs.IsConflict(err) && changed.MatchString(err.Error())
}

// madeMeanwhile is the error about the name of a container that another command makes, or
// has made.
func madeMeanwhile(name string, err error) error {
	return &hint.Error{
		Text: fmt.Sprintf("container %s: %v", name, errMeanwhile), Help: "run the command again",
		Err: fmt.Errorf("%w: %w", errMeanwhile, err),
	}
}
