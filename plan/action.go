package plan

import (
	"cmp"
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// Action is what a step does. It is data: names, ids of what exists, options;
// whoever carries it out looks the service up in the project. Any package may
// implement it: those that run and show plans know actions by their methods
// alone. An action may be Detailed, Interruptible and a Producer as well.
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
	// Doing is the participle that stands in front of the resource in an error:
	// "starting" of "starting container demo-web-1"; "": the verb does.
	Doing string
	// Completes: the action waits for a program to end that is to end.
	Completes bool
	// Becomes is what explain calls the change that comes to the resource: "recreate";
	// "" leaves the action out.
	Becomes string
	// Begins and Ends join steps of one resource to one change, which has a name:
	// the Done of the step that begins it shows when the last step of the plan that
	// ends it has ended. It shows at once where no step ends it.
	Begins, Ends string
	// Like joins resources of one kind that come of one thing: those of the same text; "":
	// the action's is by itself.
	Like string
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

// Doing is what an error says was being done: "starting container demo-web-1".
func Doing(a Action) string {
	ref := a.Resource()
	return cmp.Or(a.Words().Doing, verb(a)) + " " + strings.ToLower(string(ref.Kind)) + " " + ref.Name
}

// verb is the action's verb without the resource's kind.
func verb(a Action) string {
	verb, _, _ := strings.Cut(a.Verb(), "-")
	return verb
}

// Interruptible is an action that does not have to end once it has begun. All
// others write: a cancelled run lets them end, for as long as its options say.
type Interruptible interface {
	Action
	Interruption() Interruption
}

// Interruption is what becomes of an action under way when its run is cancelled.
type Interruption int

const (
	// Finishes: it goes on, and takes one of the steps that run at once.
	Finishes Interruption = iota
	// Stops: its context ends at once, with nothing left half done, and so does the
	// action, with the context's error. It takes none of the steps that run at once.
	Stops
	// Breaks: as Stops, and whatever error the action ends with then comes of that:
	// it reads a stream that is cut.
	Breaks
)

// InterruptionOf is what an action says, and Finishes where it says nothing.
func InterruptionOf(a Action) Interruption {
	if a, ok := a.(Interruptible); ok {
		return a.Interruption()
	}
	return Finishes
}

// Producer is an action that may bring what Step.When names: something that has a
// digest, under its resource's kind and name.
type Producer interface {
	Action
	// Produces returns the digest of what was there when the plan was made, "" for
	// nothing; it changed where Result.Digest is another one. ok is false where the
	// action, as its fields are, brings nothing.
	Produces() (have string, ok bool)
}
