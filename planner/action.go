package planner

import (
	"encoding/json"
	"fmt"

	"github.com/compose-orchestrator/compose/event"
)

// Action is what a step does. It is data: names, ids of what exists, options;
// whoever carries it out looks the service up in the project.
type Action interface {
	// Verb is the action's name, unique among actions: "create", "pull".
	Verb() string
	// Resource is what the action is about.
	Resource() event.Ref
}

// Detailed is an action with options that the text of a plan shows behind its
// resource: "replacing", "timeout 10s".
type Detailed interface {
	Action
	Details() []string
}

// MarshalJSON puts the verb beside the action's fields.
func (s Step) MarshalJSON() ([]byte, error) {
	type plain Step // without this method
	return json.Marshal(struct {
		Verb string `json:"verb"`
		plain
	}{s.Action.Verb(), plain(s)})
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (s *Step) UnmarshalJSON(b []byte) error {
	type plain Step
	var head struct {
		Verb   string          `json:"verb"`
		Action json.RawMessage `json:"action"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return err
	}
	decode, ok := decoders[head.Verb]
	if !ok {
		return fmt.Errorf("unknown action %q in a plan", head.Verb)
	}
	action, err := decode(head.Action)
	if err != nil {
		return fmt.Errorf("action %q: %w", head.Verb, err)
	}
	fields := struct {
		Action json.RawMessage `json:"action"` // shadows the interface field
		*plain
	}{plain: (*plain)(s)}
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	s.Action = action
	return nil
}

// decoders read an action by its verb.
var decoders = map[string]func([]byte) (Action, error){}

func register[A Action]() {
	var zero A
	decoders[zero.Verb()] = func(b []byte) (Action, error) {
		var a A
		err := json.Unmarshal(b, &a)
		return a, err
	}
}

func init() {
	register[PullImage]()
	register[PushImage]()
	register[BuildImage]()
	register[CreateNetwork]()
	register[CheckNetwork]()
	register[RemoveNetwork]()
	register[CreateVolume]()
	register[ConnectContainer]()
	register[RecordStops]()
	register[ForgetStops]()
	register[RemoveVolume]()
	register[RemoveImage]()
	register[PruneImage]()
	register[CreateContainer]()
	register[RenameContainer]()
	register[StartContainer]()
	register[PauseContainer]()
	register[UnpauseContainer]()
	register[StopContainer]()
	register[RestartContainer]()
	register[KillContainer]()
	register[RemoveContainer]()
	register[WaitContainer]()
	register[RunHook]()
	register[RunProvider]()
	register[BringModel]()
}
