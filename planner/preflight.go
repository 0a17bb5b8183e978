package planner

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// Preflight finds what the engine would refuse of a plan for the project, and what may go
// wrong, by what was observed: the state that the plan was made of, and what Look asks of
// the surroundings. What is not known refuses nothing. Neither does what another command
// of the same project may have made meanwhile: the engine's own answer tells then.
type Preflight struct {
	d      *upDraft // without a plan: what services take
	p      *project.Project
	s      State
	around Surroundings
	found  []plan.Finding

	services []string            // that get new containers, sorted
	created  []event.Ref         // containers that are to get their names
	starts   []started           // the first start of each service
	networks []string            // keys of those that are made
	brought  map[string]bool     // canonical references of the images that are pulled or built
	stopped  map[string]bool     // by container id
	renamed  map[string]bool     // by container id: removed, too
	unlinked map[string]bool     // by network id: removed
	known    map[string]struct{} // the ids of the state's containers and networks
}

// started is a service of which the plan starts a container.
type started struct {
	svc      types.ServiceConfig
	ports    []exclusive // of the host
	id       string      // of one that exists
	optional bool
}

// NewPreflight is the preflight of a plan that was made of the state.
func NewPreflight(p *project.Project, of *plan.Plan, state State) *Preflight {
	f := &Preflight{
		d: &upDraft{draft: draft{p: p, s: state}}, p: p, s: state,
		brought: map[string]bool{}, stopped: map[string]bool{},
		renamed: map[string]bool{}, unlinked: map[string]bool{}, known: map[string]struct{}{},
	}
	as := map[string]*Container{}
	for i := range state.Containers {
		c := &state.Containers[i]
		as[c.ID], f.known[c.ID] = c, struct{}{}
	}
	for _, n := range state.Networks {
		f.known[n.ID] = struct{}{}
	}
	for _, step := range of.Steps {
		f.read(step)
	}
	slices.Sort(f.services)
	f.services = slices.Compact(f.services)
	seen := map[string]bool{}
	for _, step := range of.Steps {
		a, starts := step.Action.(StartContainer)
		if !starts || len(step.When) > 0 || seen[a.Ref.Service] {
			continue
		}
		svc, ok := f.d.service(a.Ref.Service)
		// What is not as the file says may have other ports.
		if c := as[a.ID]; ok && (c == nil || c.Drift == nil) {
			seen[svc.Name] = true
			f.starts = append(f.starts, started{svc, f.portsOf(svc), a.ID, step.Optional})
		}
	}
	return f
}

// Look is what has to be known of the surroundings; zero where the plan makes and starts
// nothing.
func (f *Preflight) Look() Look {
	l := Look{Containers: len(f.created)+len(f.starts) > 0, Images: len(f.brought) > 0}
	for _, key := range f.networks {
		l.Networks = l.Networks || len(f.takenBy(key)) > 0
	}
	for _, s := range f.starts {
		for _, x := range s.ports {
			if x.first == x.last {
				l.Ports = append(l.Ports, x.port())
			}
		}
		l.Devices = append(l.Devices, devicePaths(s.svc)...)
		l.GPUs = l.GPUs || len(gpusOf(s.svc)) > 0
	}
	for _, name := range f.services {
		l.Images = l.Images || f.s.Images[f.p.ImageName(name)].Arch != ""
	}
	return l
}

// Findings are what comes of it.
func (f *Preflight) Findings(around Surroundings) []plan.Finding {
	f.around, f.found = around, nil
	f.names()
	f.ports()
	f.subnets()
	f.devices()
	f.images()
	f.volumes()
	f.unseen()
	return f.found
}

// read takes note of what a step makes and frees.
func (f *Preflight) read(step plan.Step) {
	switch a := step.Action.(type) {
	case CreateContainer:
		f.services = append(f.services, a.Ref.Service)
		if len(step.When) == 0 {
			f.created = append(f.created, a.Ref)
		}
	case RenameContainer:
		f.renamed[a.ID] = true
		f.created = append(f.created, a.Ref)
	case StopContainer:
		f.stopped[a.ID] = true
	case RestartContainer:
		f.stopped[a.ID] = true
	case RemoveContainer:
		f.stopped[a.ID], f.renamed[a.ID] = true, true
	case CreateNetwork:
		f.networks = append(f.networks, a.Key)
	case RemoveNetwork:
		f.unlinked[a.ID] = true
	case PullImage:
		f.brought[project.CanonicalImage(a.Ref.Name)] = true
	case BuildImage:
		f.brought[project.CanonicalImage(a.Ref.Name)] = true
	}
}

func (f *Preflight) add(level plan.Level, service, attribute, text, help string) {
	found := plan.Finding{Level: level, Service: service, Text: text, Hint: help}
	if service != "" {
		found.Text = fmt.Sprintf("service %q: %s", service, text)
		found.Attribute = "services." + service + "." + attribute
	}
	f.found = append(f.found, found)
}

// meanwhile tells whether a container is of this project and was not there when it was
// observed, or is none that Docker Compose would take for one of the project's.
func (f *Preflight) meanwhile(n Neighbour) bool {
	_, known := f.known[n.ID]
	return n.Project == f.p.Name && !known
}

// help is the advice about what a container has; other is that where it is no orphan.
func (f *Preflight) help(n Neighbour, other string) string {
	if n.Project == f.p.Name && !f.p.Known(n.Service) {
		return HelpOrphan
	}
	return other
}

// names finds containers that have names which new ones get.
func (f *Preflight) names() {
	by := make(map[string]Neighbour, len(f.around.Containers))
	for _, n := range f.around.Containers {
		by[n.Name] = n
	}
	seen := map[string]bool{}
	for _, ref := range f.created {
		n, taken := by[ref.Name]
		// A replica of the service is what an interrupted run left: its successor takes it.
		own := n.Project == f.p.Name && n.Service == ref.Service
		goes := f.renamed[n.ID] || n.Status == Removing || n.Status == Dead
		if !taken || own || goes || seen[ref.Name] || f.meanwhile(n) {
			continue
		}
		seen[ref.Name] = true
		whose := n.Whose
		if whose == "" {
			whose = " that no Compose project made"
		}
		f.add(plan.Refused, ref.Service, "container_name",
			fmt.Sprintf("Conflict. The container name \"/%s\" is already in use by container %s%s", ref.Name, shortID(n.ID), whose),
			f.help(n, "remove it with docker rm -f "+ref.Name+", or give this one another container_name"))
	}
}

// subnets finds networks that have addresses or a bridge which new ones get: of the
// engine's, and of those that the plan makes before.
func (f *Preflight) subnets() {
	all := slices.DeleteFunc(slices.Clone(f.around.Networks), func(n Network) bool {
		_, known := f.known[n.ID]
		return n.OwnAddresses || f.unlinked[n.ID] || n.Project == f.p.Name && !known
	})
	for _, key := range f.networks {
		conf := f.p.Networks[key]
		takes := f.takenBy(key)
		for _, n := range all {
			for _, has := range n.has() {
				if i := slices.IndexFunc(takes, has.conflictsWith); i >= 0 {
					f.overlap(key, takes[i], n)
					break
				}
			}
		}
		made := Network{Name: conf.Name, Project: f.p.Name}
		for _, x := range takes {
			if x.kind == subnet {
				made.Subnets = append(made.Subnets, x.subnet.String())
			} else {
				made.Interfaces = append(made.Interfaces, x.name)
			}
		}
		all = append(all, made)
	}
}

// takenBy is what a network of the file takes that engines let only one network have.
func (f *Preflight) takenBy(key string) []exclusive {
	conf := f.p.Networks[key]
	bridge := conf.Driver == "" || conf.Driver == "bridge"
	if d := conf.Ipam.Driver; d != "" && d != "default" || !bridge && conf.Driver != "macvlan" && conf.Driver != "ipvlan" {
		return nil // addresses that others give out
	}
	// Several networks of such a driver may share a subnet, each with a range of its own.
	ranges := slices.ContainsFunc(conf.Ipam.Config, func(pool *types.IPAMPool) bool { return pool != nil && pool.IPRange != "" })
	return slices.DeleteFunc(takenByNetwork(conf), func(x exclusive) bool {
		return !bridge && (x.kind == hostInterface || ranges)
	})
}

func (f *Preflight) overlap(key string, x exclusive, n Network) {
	text := "interface " + x.name + " is taken: it is that"
	if x.kind == subnet {
		text = "Pool overlaps with other one on this address space: subnet " + x.subnet.String() + " overlaps with that"
	}
	text += " of network " + n.Name
	help := "choose another one"
	if n.ID == "" {
		text += ", which the file has as well"
	} else if n.Project != "" {
		text += " of project " + n.Project
	}
	switch {
	case n.ID == "":
	case n.Project == f.p.Name:
		help = "if the file does not have it any more, up --remove-orphans removes it once nothing is on it"
	default:
		help += ", or remove that network: docker network rm " + n.Name
	}
	f.found = append(f.found, plan.Finding{
		Level: plan.Refused, Attribute: "networks." + key, Text: "network " + key + ": " + text, Hint: help,
	})
}

// volumes warns of volumes that another project's containers use, which run.
func (f *Preflight) volumes() {
	users := map[string]Neighbour{}
	for _, n := range f.around.Containers {
		if n.Status.Active() && n.Project != "" && n.Project != f.p.Name {
			for _, name := range n.Volumes {
				users[name] = n
			}
		}
	}
	seen := map[string]bool{}
	for _, service := range f.services {
		svc, _ := f.d.service(service)
		for _, v := range svc.Volumes {
			conf := f.p.Volumes[v.Source]
			n, used := users[conf.Name]
			if v.Type != types.VolumeTypeVolume || v.ReadOnly || !used || seen[conf.Name] {
				continue
			}
			seen[conf.Name] = true
			f.add(plan.Warned, service, "volumes", fmt.Sprintf("volume %s is used by %s, which runs", conf.Name, n),
				"what two projects write to one volume may not fit together: give this one another name")
		}
	}
}

// HelpPort is the advice about a port of the host that is taken.
func HelpPort(port int) string {
	return "stop what holds it, or publish another one: " + another(port)
}

// another is how the port behind one is published.
func another(port int) string { return "\"" + strconv.Itoa(port+1) + ":…\"" }
