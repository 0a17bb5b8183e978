package planner

import "github.com/compose-orchestrator/compose/plan"

// conflicts knows, for what only one container or network can have at a time, which
// steps of a plan free it. A nil *conflicts knows of none.
type conflicts struct {
	d     *upDraft
	freed map[exclusive][]freedBy // by index
}

// freedBy is something that a step frees.
type freedBy struct {
	what exclusive
	step int
}

func newConflicts(d *upDraft) *conflicts {
	return &conflicts{d: d, freed: map[exclusive][]freedBy{}}
}

// index is what two that conflict have in common: of a port the number, of subnets and
// devices the kind alone.
func (x exclusive) index() exclusive {
	switch x.kind {
	case hostPort:
		return exclusive{kind: hostPort, in: x.in, first: x.first}
	case subnet, device:
		return exclusive{kind: x.kind}
	}
	return x
}

// add notes what a step frees.
func (c *conflicts) add(s plan.Step) {
	if c == nil {
		return
	}
	for _, x := range c.d.frees(s.Action) {
		c.freed[x.index()] = append(c.freed[x.index()], freedBy{x, s.ID})
	}
}

// freeing are the steps so far that free what an action takes.
func (c *conflicts) freeing(a plan.Action) []int {
	if c == nil {
		return nil
	}
	var steps []int
	for _, x := range c.d.takes(a) {
		steps = append(steps, c.steps(x)...)
	}
	return steps
}

// steps are those so far that free something which conflicts with x.
func (c *conflicts) steps(x exclusive) []int {
	var steps []int
	for n := x.first; n <= x.last; n++ {
		at := x
		at.first = n
		for _, f := range c.freed[at.index()] {
			if f.what.conflictsWith(x) {
				steps = append(steps, f.step)
			}
		}
	}
	return steps
}

// takes is what an action takes.
func (d *upDraft) takes(a plan.Action) []exclusive {
	switch a := a.(type) {
	case CreateContainer:
		return []exclusive{{kind: containerName, name: createdName(a)}}
	case RenameContainer:
		return []exclusive{{kind: containerName, name: a.Ref.Name}}
	case StartContainer:
		if u := d.units[a.Ref.Service]; u != nil {
			return d.takenByReplica(u)
		}
		if c := d.containers[a.ID]; c != nil {
			return c.whileRunning()
		}
	case CreateNetwork:
		return takenByNetwork(d.p.Networks[a.Key])
	}
	return nil
}

// frees is what an action frees.
func (d *upDraft) frees(a plan.Action) []exclusive {
	switch a := a.(type) {
	case StopContainer:
		return d.has(d.containers[a.ID])
	case RemoveContainer:
		if c := d.containers[a.ID]; c != nil {
			return []exclusive{{kind: containerName, name: c.Name}}
		}
	case RemoveNetwork:
		if n := d.findNetwork(a.Ref.Name); n != nil {
			return n.has()
		}
	}
	return nil
}

// has is what a container of the state has while it runs: what the engine reports and,
// of one that is as the file says, what the file says.
func (d *upDraft) has(c *Container) []exclusive {
	has := c.whileRunning()
	if d.asFile[c.ID] {
		for _, x := range d.takenByStart(d.p.Services[c.Service]) {
			if x.first == x.last { // of a range it has one
				has = append(has, x)
			}
		}
	} else if c.Devices == nil {
		has = append(has, unknownDevice)
	}
	return has
}

// takenByReplica is what a container of a service takes when it starts. A range of ports
// is left out where it has enough for all replicas: those that have one and those that
// want one.
func (d *upDraft) takenByReplica(u *unit) []exclusive {
	var takes []exclusive
	for _, x := range d.takenByStart(d.p.Services[u.name]) {
		if x.first == x.last || d.inUse(x)+u.withoutPort(x) > x.last-x.first+1 {
			takes = append(takes, x)
		}
	}
	return takes
}

// inUse counts the ports of a range that containers have.
func (d *upDraft) inUse(x exclusive) int {
	used := map[int]bool{}
	for i := range d.s.Containers {
		for _, p := range d.s.Containers[i].portsIn(x) {
			used[p] = true
		}
	}
	return len(used)
}

// withoutPort counts the replicas that have no port of a range: one that is made anew
// can have its predecessor's.
func (u *unit) withoutPort(x exclusive) int {
	n := 0
	for _, r := range u.replicas {
		if r.old == nil || len(r.old.portsIn(x)) == 0 {
			n++
		}
	}
	return n
}

// portsIn are the ports of a range that a container has.
func (c *Container) portsIn(x exclusive) []int {
	var ports []int
	for _, p := range c.Ports {
		if x.conflictsWith(exclusive{kind: hostPort, in: p.Protocol, name: p.Address, first: p.Number, last: p.Number}) {
			ports = append(ports, p.Number)
		}
	}
	return ports
}

// createdName is the name that a container is created under: its own, or the
// temporary one of a replacement.
func createdName(a CreateContainer) string {
	if a.Replaces != "" {
		return shortID(a.Replaces) + "_" + a.Ref.Name
	}
	return a.Ref.Name
}

// freeName adds the removals, which the plan would come to later, of those that
// have the name which a create or rename of r takes: a leftover, an orphan, or a
// container of another service that gets another name itself.
func (d *upDraft) freeName(name string, r *replica) {
	if holder := d.holders[name]; holder != nil && holder != r {
		d.create(holder) // what is replaced stays until its replacement is there
		d.removeOld(holder)
	}
	for _, gone := range d.leaving[name] {
		d.remove(gone)
	}
}
