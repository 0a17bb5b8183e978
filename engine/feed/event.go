package feed

import (
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"

	"github.com/compose-orchestrator/compose/project"
)

// Kind is what happened to a container.
type Kind uint8

// The kinds of events. The engine's names are those of its API reference, "Monitor
// events".
const (
	Other         Kind = iota // something that may have changed the container's state
	Created                   // create
	Started                   // start, also where the engine starts it again
	Died                      // die: its process ended, or was killed
	Signalled                 // kill: a signal was sent, a stop's too
	Paused                    // pause
	Unpaused                  // unpause
	HealthChecked             // health_status: healthy or unhealthy
	Renamed                   // rename
	Removed                   // destroy
	ExecEnded                 // exec_die: a command in it, health checks included

	looked // somebody looked at the container: such events are not passed on
)

var kinds = map[events.Action]Kind{
	events.ActionCreate: Created, events.ActionStart: Started, events.ActionDie: Died, events.ActionKill: Signalled,
	events.ActionPause: Paused, events.ActionUnPause: Unpaused, events.ActionRename: Renamed, events.ActionDestroy: Removed,
	events.ActionExecDie: ExecEnded, events.ActionTop: looked, events.ActionResize: looked,
}

// kindOf is an action's kind. The beginning of an exec, of which health checks make
// plenty, is told to nobody.
func kindOf(action events.Action) Kind {
	name := string(action) // some have what they are about behind a colon
	switch kind, known := kinds[action]; {
	case known:
		return kind
	case strings.HasPrefix(name, "exec_"):
		return looked
	case strings.HasPrefix(name, string(events.ActionHealthStatus)):
		return HealthChecked
	}
	return Other
}

// Event is something that happened to a container of a project. It is a hint to
// look, not the truth: events may come twice, and from shortly before the
// subscription.
type Event struct {
	Kind Kind
	ID   string // the container's
	Name string // without a slash
	// Service and Number are those of its labels; Number is 0 for a one-off.
	Service string
	Number  int
	// Replaces tells that it was made in place of another container, whose name it
	// gets when that is gone.
	Replaces bool
	ExitCode int       // of Died
	Time     time.Time // the engine's
	// Resync: events may have been lost. Nothing else is set; look at everything
	// again.
	Resync bool
}

// Lists tells whether the event may have changed which containers there are, or
// which of them run.
func (e Event) Lists() bool {
	switch e.Kind {
	case Created, Started, Died, Removed, Renamed:
		return true
	}
	return e.Resync
}

func eventOf(m events.Message) Event {
	labels := m.Actor.Attributes // and the name, and of an end the exit code
	code, _ := strconv.Atoi(labels["exitCode"])
	return Event{
		Kind: kindOf(m.Action), ID: m.Actor.ID, Name: labels["name"],
		Service: labels[project.LabelService], Number: project.ReplicaNumber(labels),
		Replaces: labels[project.LabelReplace] != "", ExitCode: code, Time: time.Unix(0, m.TimeNano),
	}
}
