package plan

import "github.com/compose-orchestrator/compose/event"

// Action is what a step does. It is data: names, ids of what exists, options;
// whoever carries it out looks the service up in the project. Any package may
// implement it: those that run and show plans know actions by their methods
// alone. An action may be Detailed as well.
type Action interface {
	// Verb is the action's name: "create", "pull". It is the same whatever the
	// fields say, and no other action of the same target has it. What it says of
	// the resource's kind goes behind a "-": "create-network".
	Verb() string
	// Resource is what the action is about.
	Resource() event.Ref
	// Words are what people read of it.
	Words() Words
}

// Words are what people read of an action. The zero value is an action that shows
// only if it fails.
type Words struct {
	// Working and Done are the resource's status before the action and after it:
	// "Creating", "Created". "" is not shown. Scripts grep for them.
	Working, Done string
	// Detail goes after Working.
	Detail string
	// Reason: the step's reason goes after Done.
	Reason bool
	// Kept is the status in place of both where Step.When kept the action from
	// being carried out; "": none.
	Kept string
	// Aim is what others wait for the resource to do: "to start". "" is "to be
	// ready" of an action that shows.
	Aim string
	// Begins and Ends join steps of one resource to one change, which has a name:
	// the Done of the step that begins it shows when the last step of the plan that
	// ends it has ended. It shows at once where no step ends it.
	Begins, Ends string
	// Replaces: what the plan does to the predecessor, the resource of the same
	// kind and name whose Ref has Old, belongs to this action's change, and shows
	// only if it fails.
	Replaces bool
}

// Detailed is an action with options that the text of a plan shows behind its
// resource: "replacing", "timeout 10s".
type Detailed interface {
	Action
	Details() []string
}
