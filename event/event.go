// Package event is the closed set of things that happen while a plan is
// carried out or a project is followed. It imports the standard library only, so
// that every package can emit and every front end can listen.
package event

import "time"

// Kind is the sort of resource an event or a plan's step is about. Its text is
// what people read in front of the resource's name: "Container web-1 Started".
type Kind string

// The kinds of resources.
const (
	Container Kind = "Container"
	Network   Kind = "Network"
	Volume    Kind = "Volume"
	Image     Kind = "Image"
	Service   Kind = "Service"
	Artifact  Kind = "Artifact" // a project in a registry
	Model     Kind = "Model"
)

// Ref names a resource. It is comparable: results are looked up by it.
type Ref struct {
	Kind Kind `json:"kind"`
	// Name is what people call the resource: a container's final name, a
	// network's or volume's name at the engine, an image's reference.
	Name string `json:"name"`
	// Service is the service a container or built image belongs to.
	Service string `json:"service,omitempty"`
	// Number is a container's replica index, from 1; 0 for other resources and one-offs.
	Number int `json:"number,omitempty"`
	// Old is the engine's present name of a container that is being replaced or
	// removed as superfluous while another takes Name; "" for the one that stays.
	Old string `json:"old,omitempty"`
}

// String is the ref as people read it: "Container demo-web-1".
func (r Ref) String() string {
	if r.Old != "" && r.Old != r.Name {
		return string(r.Kind) + " " + r.Old
	}
	return string(r.Kind) + " " + r.Name
}

// Event is one thing that happened. The set is closed: the types of this
// package and no others.
type Event interface{ isEvent() }

// Sink takes events. It is safe for concurrent use and does not block for
// longer than a write to a terminal.
type Sink func(Event)

// Discard is a Sink that drops all events.
func Discard(Event) {}

// State is the state of a resource; front ends colour and sort by it.
type State string

// The states of a resource.
const (
	Working State = "working"
	Done    State = "done"
	Warning State = "warning" // ended otherwise than hoped, and the run goes on
	Failed  State = "failed"
	Skipped State = "skipped" // not tried: what it needs did not come
)

// Status is a resource's change: "Container demo-web-1 Created".
type Status struct {
	Time  time.Time
	Ref   Ref
	State State
	// Text is the word of the change ("Creating", "Healthy"): an interface that
	// scripts grep for.
	Text string
	// Is, with Failed and Warning, is the state that the failure is: "unhealthy", "exited (1)"; "":
	// it is none, what was done failed.
	Is string
	// Detail goes after the word: the cause of a failure in short, what is waited for.
	Detail string
	// Why is, in short, for what the resource was made anew: "image: nginx:1 → nginx:2".
	// It also stands in Detail.
	Why string
	Err error // with Failed and Warning
}

// Held says what a resource's next step comes after: steps of others that have
// not ended. It takes the place of the last one about Ref, and any Status does;
// without For nothing holds the resource any more.
type Held struct {
	Ref  Ref
	For  []Need // the first few, in the plan's order
	More int    // how many there are in addition to For
}

// Need is a change of another resource that is waited for.
type Need struct {
	Ref Ref
	// Text is what it is to do: "to be healthy", "to start".
	Text string
}

// Part is the progress of a piece of a resource: a layer of a pull.
type Part struct {
	Ref            Ref
	ID, Text       string
	Current, Total int64 // bytes; Total 0: not known
	Done           bool
}

// Output is a line that a build or a hook printed, without its line end.
type Output struct {
	Ref  Ref
	Text string
}

// Stream tells a container's outputs apart.
type Stream uint8

// The streams of a container.
const (
	Stdout Stream = 1
	Stderr Stream = 2
)

// Source is the container that a line or an exit comes from.
type Source struct {
	ID, Name, Service string
	Number            int // 0: a one-off
}

// Log is a line of a container's log, without its line end.
type Log struct {
	Source Source
	Stream Stream
	Time   time.Time // as the engine stamped it; zero where it was not asked for
	Text   []byte    // the receiver of a Log may keep it
}

// Logs are lines that came together, in their order: a million of them one by
// one would cost more than what is done with them. The slice and the texts are
// the receiver's until it returns; what it keeps it clones.
type Logs []Log

// Exit says that a followed container ended.
type Exit struct {
	Source     Source
	Code       int
	Restarting bool // the engine starts it again
	Replaced   bool // another container was made to take its place
}

// Level is the weight of a Message.
type Level string

// The levels of messages.
const (
	Debug Level = "debug" // shown with --debug alone
	Info  Level = "info"
	Warn  Level = "warn"
	// Plain is Info for front ends that print lines. Those that draw show the same
	// otherwise.
	Plain Level = "plain"
)

// Message is a sentence for the user that belongs to no single resource.
type Message struct {
	Level Level
	Text  string
	Hint  string // what to do about it, or ""
}

// Planned announces a plan before its first step; front ends count by it.
type Planned struct {
	Title string // "Running", "Stopping"
	Refs  []Ref  // the resources it will touch, each once, in the plan's order
	// Alike are those of Refs that come of one thing, such as the images of services with
	// the same build section: what is done to one is done to all.
	Alike [][]Ref
	// Brief: once it has succeeded an event says so in a line, and front ends that draw
	// need to leave nothing else behind.
	Brief bool
}

// Finished ends what Planned announced.
type Finished struct {
	Err error
}

// Synced says that a service has followed a change of its files.
type Synced struct {
	Service string
	// Action is the rule's: "sync", "rebuild", "restart", "sync+restart", "sync+exec".
	Action          string
	Writes, Deletes int      // files, folders and links
	Paths           []string // the first of them, as the user calls them
	Containers      int      // that took it
	// Detected is when the change was noticed, Took the time from then to its
	// effect in the last container.
	Detected time.Time
	Took     time.Duration
	Err      error // why it came to nothing; nil: it did not
}

func (Status) isEvent()   {}
func (Held) isEvent()     {}
func (Part) isEvent()     {}
func (Output) isEvent()   {}
func (Log) isEvent()      {}
func (Logs) isEvent()     {}
func (Exit) isEvent()     {}
func (Message) isEvent()  {}
func (Planned) isEvent()  {}
func (Finished) isEvent() {}
func (Synced) isEvent()   {}
