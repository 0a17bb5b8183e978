package logs

import (
	"context"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// Change is what the session tells a follower of a container: that it runs, or
// that it ended.
type Change struct {
	Target
	// At is, for a container that runs, the time from which its lines are
	// shown, by the engine's clock and inclusive. It must not be later than the
	// container's first output: a start event's own time is, by milliseconds.
	// State.StartedAt is not, nor is the time at which the session subscribed to
	// events. Zero stands for a container whose past is asked for: Options.Since
	// and Tail apply, and the past of containers named within 10 ms of each other
	// is merged exactly. At counts only the first time a container is named; then
	// it is read on from where it was.
	//
	// For one that ended it is the time of the engine's event, or zero.
	At time.Time
	// Exit is set for a container that ended. It goes to the sink after the last
	// line of the run.
	Exit *event.Exit
}

// Follow reads the logs of the containers that changes names for as long as
// they run, and hands the lines to sink: merged by the engine's timestamps as
// far as lines of different containers arrive within 10 ms of each other, in
// the log's order within a container. No line is held back for longer.
//
// Whoever calls sends a Change for every container that runs (or whose log is
// to be shown) at the beginning and for each start after: restart, recreation,
// scaling. A container may be named again at any time, while it is being read
// too; no line is lost or comes twice. A change with Exit follows the start that
// it ends. Follow always takes from changes soon, unless the sink blocks.
//
// Follow returns when changes is closed and all readings have ended, or with
// ctx's error when that ends first. Sink is called from one goroutine at a time.
// A container that cannot be read (its logging driver) is reported once by an
// event.Message. One whose stream broke, and that was not named again with
// success, is in the error returned in the end. It is an error if Options.Tail is neither
// a number nor "all".
func Follow(ctx context.Context, c Client, changes <-chan Change, o Options, sink event.Sink) error {
	if err := o.check(); err != nil {
		return err
	}
	m := newMerger(c, o, sink)
	return m.run(ctx, func(ctx context.Context) error { return m.loop(ctx, changes) })
}
