package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// Difference is where the engine is not as the file says.
type Difference struct {
	// Ref is the resource; one that the file does not have has its name at the engine.
	Ref event.Ref
	// Reason says what differs, in the words of plans.
	Reason plan.Reason
	// ByHand: up leaves it as it is, and up --repair does not.
	ByHand bool
}

// Compared is what a comparison of a project with its file comes to.
type Compared struct {
	// Differences are those of networks and volumes, then of containers, by service.
	Differences []Difference
	// Services is how many were compared, Containers how many of theirs there are.
	Services, Containers int
	Notes                []plan.Note
}

// Diff compares what was observed with the project: what up would change, and what was
// changed by hand. What would only follow from a change is none: a dependent that is
// restarted, a pull that may bring a new image. The error is as that of Up.
func Diff(p *project.Project, s State, o UpOptions) (*Compared, error) {
	d := newUpDraft(p, s, o)
	if err := d.checkScale(); err != nil {
		return nil, err
	}
	if err := d.decideAll(); err != nil {
		return nil, err
	}
	c := &Compared{Services: len(d.order), Notes: d.plan.Notes}
	c.Differences = append(d.missingResources(), d.redefined...)
	for _, name := range slices.Sorted(slices.Values(d.order)) {
		c.Differences = append(c.Differences, d.differencesOf(name)...)
		c.Notes = append(c.Notes, d.unread(name)...)
		for _, group := range d.numbered(name) {
			c.Containers += len(group)
		}
	}
	c.Differences = append(c.Differences, d.superfluous()...)
	return c, nil
}

// missingResources are the networks and volumes that the services need and that are not
// there.
func (d *upDraft) missingResources() []Difference {
	var all []Difference
	add := func(kind event.Kind, name string) {
		all = append(all, Difference{Ref: event.Ref{Kind: kind, Name: name}, Reason: plan.Reason{Code: BecauseMissing}})
	}
	for _, key := range d.p.NetworkNames() {
		if name := d.p.Networks[key].Name; d.networkUsed(key) && d.findNetwork(name) == nil {
			add(event.Network, name)
		}
	}
	for _, key := range d.p.VolumeNames() {
		if name := d.p.Volumes[key].Name; d.volumeUsed(key) && d.findVolume(name) == nil {
			add(event.Volume, name)
		}
	}
	return all
}

// differencesOf are those of a service's containers.
func (d *upDraft) differencesOf(service string) []Difference {
	var all []Difference
	svc, u := d.p.Services[service], d.units[service]
	for _, r := range u.replicas {
		switch {
		case r.decision == replace && len(r.when) == 0 && r.reason.Code == BecauseParentRecreated:
		case r.decision == create:
			all = append(all, Difference{Ref: r.ref, Reason: r.reason})
		case r.decision == replace && len(r.when) == 0:
			all = append(all, Difference{Ref: r.old.ref(), Reason: r.reason})
		default:
			if why := d.notRunning(svc, r.old); why != nil {
				all = append(all, Difference{Ref: r.old.ref(), Reason: *why})
			}
		}
		if r.old == nil {
			continue
		}
		if changes := d.alterations(svc, r.old); len(changes) > 0 {
			all = append(all, Difference{Ref: r.old.ref(), Reason: plan.Reason{Code: BecauseByHand, Changes: changes}, ByHand: true})
		}
	}
	for _, extra := range u.surplus {
		all = append(all, Difference{Ref: extra.c.ref(), Reason: extra.reason})
	}
	return all
}

// notRunning says how a container does not run that is to; nil: it runs, or came to the
// end that it was made for.
func (d *upDraft) notRunning(svc types.ServiceConfig, c *Container) *plan.Reason {
	switch {
	case c.Status == Paused:
		return &plan.Reason{Code: BecausePausedByHand}
	case c.running():
		return nil
	case c.Status == Exited && c.ExitCode == 0 && !d.isServer(svc, c):
		return nil
	case c.Status == Exited:
		return &plan.Reason{Code: BecauseNotRunning, Detail: fmt.Sprintf("exited (%d)", c.ExitCode)}
	}
	return &plan.Reason{Code: BecauseNotRunning, Detail: string(c.Status)}
}

// isServer tells whether a service is not meant to end by itself: the engine starts it
// again, it exposes ports, or has a health check. One whose end others wait for is not.
func (d *upDraft) isServer(svc types.ServiceConfig, c *Container) bool {
	for _, other := range d.dependents[svc.Name] {
		if d.p.Services[other].DependsOn[svc.Name].Condition == types.ServiceConditionCompletedSuccessfully {
			return false
		}
	}
	switch policy := svc.Restart; {
	case policy == types.RestartPolicyAlways, policy == types.RestartPolicyUnlessStopped:
		return true
	case policy == types.RestartPolicyNo, strings.HasPrefix(policy, types.RestartPolicyOnFailure):
		return len(svc.Ports) > 0
	case svc.Deploy != nil && svc.Deploy.RestartPolicy != nil:
		return svc.Deploy.RestartPolicy.Condition == "any" || svc.Deploy.RestartPolicy.Condition == ""
	}
	return len(svc.Ports) > 0 || c.ByHand != nil && c.ByHand.Serves
}

// unread tells of what could not be compared.
func (d *upDraft) unread(service string) []plan.Note {
	var notes []plan.Note
	for _, r := range d.units[service].replicas {
		if r.old != nil && r.old.ByHand != nil {
			for _, text := range r.old.ByHand.Unread {
				notes = append(notes, plan.Note{Text: r.old.Name + ": " + text})
			}
		}
	}
	return notes
}

// superfluous are the containers of services that the file does not have.
func (d *upDraft) superfluous() []Difference {
	var all []Difference
	for i := range d.s.Containers {
		if c := &d.s.Containers[i]; !d.o.IgnoreOrphans && d.orphan(c) == BecauseOrphan {
			all = append(all, Difference{Ref: c.ref(), Reason: plan.Reason{Code: BecauseOrphan}})
		}
	}
	return all
}
