package planner

import (
	"cmp"
	"slices"
	"time"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// Question is what an explanation is made of. All of it was observed before:
// Explain itself looks at nothing.
type Question struct {
	// Project holds the service and what it depends on; nil: only labels tell.
	Project *project.Project
	Name    string // the project's name
	Service string
	State   State
	// Plan is what `up SERVICE` would do; nil without a project, and where
	// planning failed with Refused.
	Plan    *plan.Plan
	Refused error
	// Facts are by container id. A container without them is explained by its
	// state alone.
	Facts map[string]Facts
	Host  *Host // nil: not observed
	// Unpullable says why the image of the service cannot be pulled; zero: it can, or
	// need not, or nobody knows.
	Unpullable Unpullable
	// Changed is which command changed the service last; nil: nobody knows.
	Changed *LastChange
}

// LastChange is what a command did to a service, by the history of deployments or by the
// labels of its newest container.
type LastChange struct {
	Deployment int    `json:"deployment"` // its number
	By         string `json:"by"`         // "alice@laptop"
	// Elsewhere: only the labels tell of the deployment. It is in the history of another
	// machine or user, or was forgotten, and Command, Reasons and Outcome are not known.
	Elsewhere bool          `json:"elsewhere,omitempty"`
	Command   []string      `json:"command,omitempty"`
	At        time.Time     `json:"at"`
	Becomes   string        `json:"becomes"` // plan.Words.Becomes: "recreate", "stop"
	Reasons   []plan.Reason `json:"reasons,omitempty"`
	// Outcome is how the whole command ended: "begun", "done", "failed", "interrupted".
	Outcome string `json:"outcome,omitempty"`
}

// Unpullable is why a registry does not give an image: "its registry has no such image",
// and what helps.
type Unpullable struct{ Why, Hint string }

// Facts are what an explanation needs of a container beyond State.
type Facts struct {
	Created           time.Time // more exact than Container.Created; zero: not known
	Started, Finished time.Time // zero: never
	OutOfMemory       bool      // the engine says so
	MemoryLimit       int64     // bytes; 0: none
	// Error is why the engine could not start it, in its words, and Hint what
	// helps; TakenPort is the host's port that was in the way.
	Error, Hint string
	TakenPort   int
	// Signals are those that the engine was asked to send before the end, and
	// Stopped tells that it was asked to stop the container. Engines forget.
	Signals []int
	Stopped bool
	// Restarts counts those by the engine; Policy is its restart policy.
	Restarts int
	Policy   string
	Probe    *Probe // nil: no health check, or none has run
	// Logs are its last lines, as it printed them.
	Logs []string
}

// Probe is a health check and what its last run said.
type Probe struct {
	Test     string        `json:"test"` // the command
	Failures int           `json:"failures"`
	Retries  int           `json:"retries"` // failures that make it unhealthy
	Timeout  time.Duration `json:"-"`
	ExitCode int           `json:"exit_code"` // -1: it took too long
	Output   string        `json:"output,omitempty"`
	Ended    time.Time     `json:"ended,omitzero"`
}

// Host is what the service needs of the engine's machine and does not get.
type Host struct {
	Taken   []TakenPort
	Missing []string // sources of bind mounts that are not there and are not made
}

// TakenPort is a port that somebody else holds, in words: "container x-web-1 of
// project x (service web)", "a program outside the engine".
type TakenPort struct{ Port, Holder string }

// Verdict is how a service or a container fares, in a word.
type Verdict string

// The verdicts, worst first.
const (
	VerdictFailed     Verdict = "failed"     // ended with an error, or could not start
	VerdictRestarting Verdict = "restarting" // over and over
	VerdictUnhealthy  Verdict = "unhealthy"
	VerdictRefused    Verdict = "refused" // what the file asks for cannot be had
	VerdictWaiting    Verdict = "waiting" // for a dependency
	VerdictAbsent     Verdict = "absent"  // no container
	VerdictStopped    Verdict = "stopped" // by somebody, or never started
	VerdictPaused     Verdict = "paused"
	VerdictOff        Verdict = "off"   // not wanted: profiles, scale 0
	VerdictEnded      Verdict = "ended" // by itself and well
	VerdictStarting   Verdict = "starting"
	VerdictRunning    Verdict = "running"
)

var verdicts = []Verdict{
	VerdictFailed, VerdictRestarting, VerdictUnhealthy, VerdictRefused, VerdictWaiting, VerdictAbsent,
	VerdictStopped, VerdictPaused, VerdictOff, VerdictEnded, VerdictStarting, VerdictRunning,
}

// Explanation says how a service fares and why. Its JSON is a contract.
type Explanation struct {
	Project string  `json:"project"`
	Service string  `json:"service"`
	Verdict Verdict `json:"verdict"`
	// Summary is a sentence: "web does not run: it ran out of memory".
	Summary string `json:"summary"`
	// Root is the service that it waits for in the end, which itself waits for none; "":
	// it waits for none.
	Root       string     `json:"root,omitempty"`
	Causes     []Cause    `json:"causes"` // the most telling first
	Containers []Examined `json:"containers"`
	WaitsFor   []Wait     `json:"waits_for"`
	// Next is what `up` would do with it: nothing where none of its profiles is on.
	// NextKnown is false where nothing can be said of that.
	Next      []Change `json:"next_up"`
	NextKnown bool     `json:"next_up_known"`
	// Changed is which command changed it last; nil: nobody knows.
	Changed *LastChange `json:"last_change,omitempty"`
}

// Well tells whether the service is as it should be.
func (e *Explanation) Well() bool {
	refused := slices.ContainsFunc(e.Causes, func(c Cause) bool { return c.Code == CauseRefused })
	return (e.Verdict == VerdictRunning || e.Verdict == VerdictEnded || e.Verdict == VerdictOff) && !refused
}

// RootsFirst sorts explanations: those that are not well for a cause of their own, the
// worst first, then those that wait for others, then those that are well.
func RootsFirst(all []*Explanation) []*Explanation {
	waited := map[string]int{}
	for _, e := range all {
		waited[e.Root]++
	}
	class := func(e *Explanation) int {
		switch {
		case e.Well():
			return 2
		case e.Root != "":
			return 1
		}
		return 0
	}
	return slices.SortedStableFunc(slices.Values(all), func(a, b *Explanation) int {
		return cmp.Or(class(a)-class(b), waited[b.Service]-waited[a.Service], rank(a.Verdict)-rank(b.Verdict))
	})
}

// Cause is one thing that stands in the service's way, and what helps.
type Cause struct {
	Code CauseCode `json:"code"`
	// Container is its name; "": the whole service.
	Container string `json:"container,omitempty"`
	Text      string `json:"text"`
	Hint      string `json:"hint,omitempty"`
}

// CauseCode is a machine-readable cause.
type CauseCode string

// The causes.
const (
	CauseOutOfMemory  CauseCode = "out-of-memory"
	CauseExited       CauseCode = "exited" // with an error; the container has the code
	CauseStopped      CauseCode = "stopped"
	CauseEnded        CauseCode = "ended"
	CauseCannotStart  CauseCode = "cannot-start"
	CausePortTaken    CauseCode = "port-taken"
	CauseMountMissing CauseCode = "mount-missing"
	CauseNeverStarted CauseCode = "never-started"
	CauseNoContainer  CauseCode = "no-container"
	CauseDependency   CauseCode = "dependency"
	CauseUnhealthy    CauseCode = "unhealthy"
	CauseStarting     CauseCode = "starting"
	CausePaused       CauseCode = "paused"
	CauseRestarts     CauseCode = "restarts"
	CauseUnremoved    CauseCode = "unremoved"
	CauseImageMissing CauseCode = "image-missing"
	CauseUnpullable   CauseCode = "image-unpullable"
	CauseProfile      CauseCode = "profile-off"
	CauseScale        CauseCode = "scale-zero"
	CauseOrphan       CauseCode = "orphan"
	CauseProvider     CauseCode = "provider"
	CauseRefused      CauseCode = "refused"
)

// Examined is a container of the service.
type Examined struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
	Status  Status  `json:"status"`
	Health  Health  `json:"health,omitempty"`
	// ExitCode and its Meaning are set where the container has ended.
	ExitCode    int       `json:"exit_code"`
	Meaning     string    `json:"meaning,omitempty"`
	OutOfMemory bool      `json:"out_of_memory"`
	Error       string    `json:"error,omitempty"`
	Started     time.Time `json:"started,omitzero"`
	Finished    time.Time `json:"finished,omitzero"`
	Restarts    int       `json:"restarts"`
	Probe       *Probe    `json:"health_check,omitempty"`
	Logs        []string  `json:"logs,omitempty"`
}

// Wait is a dependency. Text is how it fares: "runs", "is unhealthy".
type Wait struct {
	Service   string `json:"service"`
	Condition string `json:"condition"`
	Met       bool   `json:"met"`
	Required  bool   `json:"required"`
	Text      string `json:"text"`
	// Probe is the last health check where it is what is waited for.
	Probe *Probe `json:"health_check,omitempty"`
}

// Change is what `up` would do with a container or an image: "recreate",
// "create", "start", "restart", "unpause", "remove", "pull", "build".
type Change struct {
	Verb   string      `json:"verb"`
	Name   string      `json:"name"`
	Reason plan.Reason `json:"reason"`
	// When: only if one of these images turns out to be another one.
	When []string `json:"when,omitempty"`
}

// inquiry is a question while it is being answered.
type inquiry struct {
	Question
	known map[string]*assessment // by service; nil: being looked at
}

// Explain answers the question. The only error is about an unknown service, and wraps
// project.ErrNoSuchService.
func Explain(question Question) (*Explanation, error) {
	q := &inquiry{Question: question, known: map[string]*assessment{}}
	if err := checkServices(q.Project, q.State, []string{q.Service}); err != nil {
		return nil, err
	}
	a := q.assess(q.Service)
	e := &Explanation{
		Project: q.Name, Service: q.Service,
		Verdict: a.verdict, Summary: q.Service + " " + a.predicate, Root: a.root, Causes: a.causes, Changed: q.Changed,
		Containers: []Examined{}, WaitsFor: a.waits, Next: []Change{}, NextKnown: q.Plan != nil,
	}
	for _, f := range a.found {
		e.Containers = append(e.Containers, f.examined())
	}
	if svc, _ := q.config(q.Service); q.Plan != nil && profilesOff(q, svc) == "" {
		e.Next = append(e.Next, q.next()...)
	}
	return e, nil
}

// Involved are the services whose containers' facts an explanation may need: the
// service itself, and what it depends on, directly or through others.
func (question *Question) Involved() []string {
	q := &inquiry{Question: *question}
	seen := map[string]bool{}
	var names []string
	var visit func(string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		names = append(names, name)
		for _, d := range q.dependencies(name) {
			visit(d.Service)
		}
	}
	visit(q.Service)
	return names
}
