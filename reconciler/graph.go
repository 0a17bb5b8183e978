package reconciler

import (
	"fmt"
	"maps"
	"slices"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
)

// node is a step in the graph that Apply walks.
type node struct {
	step  plan.Step
	words plan.Words
	cut   plan.Interruption
	// when are the nodes that bring what the step's When names.
	when   []int
	next   []int // the nodes that wait for this one
	before []int // the nodes that this one waits for, in the plan's order
	waits  int   // how many of those before it have not ended yet
	state  state
	// produces and have are what plan.Producer says; changed: it brought something else
	// than there was when the plan was made.
	produces bool
	have     string
	changed  bool
	// cause is the node whose failure this one is skipped for, -1: none.
	cause int
	err   error // of a failed step that is not optional
}

// produces is Producer.Produces of an action; false where it is no plan.Producer.
func produces(a plan.Action) (have string, ok bool) {
	if a, may := a.(plan.Producer); may {
		return a.Produces()
	}
	return "", false
}

func (n *node) ref() event.Ref { return n.step.Action.Resource() }

// hidden tells whether a step is shown only if it fails.
func (n *node) hidden() bool {
	return n.words.Working == "" && n.words.Done == "" && n.words.Aim == ""
}

// state is how far a node is.
type state uint8

const (
	pending state = iota
	running
	done    // ended well, or counts as if
	failed  // and not optional
	skipped // for another's failure, and not optional
)

// graph turns a plan into nodes, in the plan's order. A step that brings what a
// When names is waited for like one in After. A plan whose steps can't all end is
// an error: it would be half done.
func graph(p *plan.Plan) ([]node, error) {
	nodes := make([]node, len(p.Steps))
	at := make(map[int]int, len(p.Steps)) // step id → node
	bringing := map[resource][]int{}      // what a When may name → the nodes that bring it
	for i, s := range p.Steps {
		if s.Action == nil {
			return nil, fmt.Errorf("step %d of the plan has no action", s.ID)
		}
		if _, twice := at[s.ID]; twice {
			return nil, fmt.Errorf("two steps of the plan have the id %d", s.ID)
		}
		at[s.ID] = i
		nodes[i] = node{step: s, words: s.Action.Words(), cut: plan.InterruptionOf(s.Action), cause: -1}
		if nodes[i].have, nodes[i].produces = produces(s.Action); nodes[i].produces {
			of := resourceOf(s.Action.Resource())
			bringing[of] = append(bringing[of], i)
		}
	}
	for i := range nodes {
		n := &nodes[i]
		before := map[int]bool{}
		for _, id := range n.step.After {
			j, ok := at[id]
			if !ok {
				return nil, fmt.Errorf("step %d of the plan comes after step %d, which is not in it", n.step.ID, id)
			}
			before[j] = true
		}
		for _, ref := range n.step.When {
			n.when = append(n.when, bringing[resourceOf(ref)]...)
		}
		for _, j := range n.when {
			before[j] = true
		}
		for j := range before {
			nodes[j].next = append(nodes[j].next, i)
		}
		n.before = slices.Sorted(maps.Keys(before))
		n.waits = len(before)
	}
	return nodes, acyclic(nodes)
}

// acyclic finds steps that wait for each other.
func acyclic(nodes []node) error {
	waits := make([]int, len(nodes))
	var free []int
	for i, n := range nodes {
		if waits[i] = n.waits; n.waits == 0 {
			free = append(free, i)
		}
	}
	ended := 0
	for ; len(free) > 0; ended++ {
		n := nodes[free[0]]
		free = free[1:]
		for _, j := range n.next {
			if waits[j]--; waits[j] == 0 {
				free = append(free, j)
			}
		}
	}
	if ended == len(nodes) {
		return nil
	}
	for i, n := range nodes {
		if waits[i] > 0 {
			return fmt.Errorf("step %d of the plan (%s %s) waits for itself", n.step.ID, n.step.Action.Verb(), n.step.Action.Resource())
		}
	}
	return nil
}

// resource is a kind and a name: a pull and a build of one image are about the
// same, whoever asks, and so are the containers of a replacement.
type resource struct {
	kind event.Kind
	name string
}

func resourceOf(ref event.Ref) resource { return resource{ref.Kind, ref.Name} }
