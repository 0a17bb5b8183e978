package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
)

// assessment is how one service fares. Its predicate goes behind the service's
// name: "is unhealthy", "does not run: exit code 3".
type assessment struct {
	verdict   Verdict
	predicate string
	brief     string // the predicate for those that wait for it
	causes    []Cause
	found     []finding
	waits     []Wait
	root      string // the service at the end of a chain of waits; "": it waits for none
}

// assess looks at a service and at what it depends on, once.
func (q *inquiry) assess(service string) *assessment {
	a := &assessment{verdict: VerdictRunning, predicate: "runs", causes: []Cause{}}
	q.known[service] = nil
	a.waits = q.waits(service)
	for _, c := range q.containers(service) {
		a.found = append(a.found, q.examine(c))
	}
	if len(a.found) == 0 {
		q.assessAbsent(service, a)
	} else {
		q.assessFound(a)
		if q.Refused != nil && service == q.Service {
			q.addRefusal(a)
		}
	}
	if len(a.found) == 0 || a.verdict == VerdictStopped {
		q.assessWaits(a)
	}
	q.addHost(service, a)
	q.known[service] = a
	return a
}

// containers are the service's, less those of run.
func (q *inquiry) containers(service string) []Container {
	var all []Container
	for _, c := range q.State.Containers {
		if c.Service == service && !c.OneOff {
			all = append(all, c)
		}
	}
	return all
}

// assessFound takes the verdict of the container that fares worst.
func (q *inquiry) assessFound(a *assessment) {
	worst := a.found[0]
	up := 0
	for _, f := range a.found {
		if rank(f.verdict) < rank(worst.verdict) {
			worst = f
		}
		if f.verdict == VerdictRunning {
			up++
		}
	}
	a.verdict, a.predicate, a.brief = worst.verdict, worst.predicate, worst.brief
	if n := len(a.found); n > 1 && up < n && up > 0 {
		a.brief = ""
		a.predicate = fmt.Sprintf("runs in %d of %d containers; %s %s", up, n, worst.c.Name, worst.predicate)
	}
	for _, f := range a.found {
		if f.cause.Code != "" {
			f.cause.Container = f.c.Name
			a.causes = append(a.causes, f.cause)
		}
	}
	slices.SortStableFunc(a.causes, func(x, y Cause) int { return rank(a.of(x)) - rank(a.of(y)) })
	if svc, ok := q.config(a.found[0].c.Service); q.Project != nil && !ok {
		a.causes = append(a.causes, Cause{
			Code: CauseOrphan, Text: "its service is not in the file: up leaves it alone",
			Hint: "compose up --remove-orphans or compose down --remove-orphans removes it",
		})
	} else if off := profilesOff(q, svc); off != "" {
		a.causes = append(a.causes, Cause{Code: CauseProfile, Text: off})
	}
}

// of is the verdict of the container that a cause is about.
func (a *assessment) of(c Cause) Verdict {
	for _, f := range a.found {
		if f.c.Name == c.Container {
			return f.verdict
		}
	}
	return VerdictRunning
}

func rank(v Verdict) int { return slices.Index(verdicts, v) }

// assessAbsent says why there is no container.
func (q *inquiry) assessAbsent(service string, a *assessment) {
	svc, _ := q.config(service)
	switch off := profilesOff(q, svc); {
	case svc.Provider != nil:
		a.predicate = "is the business of " + svc.Provider.Type
		a.causes = append(a.causes, Cause{
			Code: CauseProvider, Text: "the program " + svc.Provider.Type + " provides it, without a container",
		})
		return
	case off != "":
		a.verdict, a.predicate = VerdictOff, "does not run: "+off
		a.causes = append(a.causes, Cause{
			Code: CauseProfile, Text: off,
			Hint: fmt.Sprintf("compose --profile %s up -d, or compose up -d %s", svc.Profiles[0], service),
		})
	case q.Project != nil && svc.GetScale() == 0:
		a.verdict, a.predicate = VerdictOff, "does not run: the file asks for 0 containers of it"
		a.causes = append(a.causes, Cause{
			Code: CauseScale, Text: "scale or deploy.replicas is 0", Hint: "compose scale " + service + "=1",
		})
		return
	default:
		a.verdict, a.predicate = VerdictAbsent, "does not run: it has no container"
		a.causes = append(a.causes, Cause{
			Code: CauseNoContainer, Text: "nobody has created it, or it was removed", Hint: "compose up -d " + service,
		})
	}
	if q.Refused != nil && service == q.Service {
		q.addRefusal(a)
	}
	q.addImage(service, a)
}

// addRefusal adds why `up` cannot even be planned.
func (q *inquiry) addRefusal(a *assessment) {
	refused := Cause{Code: CauseRefused, Text: q.Refused.Error(), Hint: hint.Of(q.Refused)}
	if a.verdict == VerdictAbsent {
		a.verdict, a.predicate, a.causes = VerdictRefused, "does not run: "+refused.Text, nil
	} else {
		refused.Text = "up would fail: " + refused.Text
	}
	a.causes = append(a.causes, refused)
}

// config is the service as the file has it, selected or not.
func (q *inquiry) config(service string) (types.ServiceConfig, bool) {
	if q.Project == nil {
		return types.ServiceConfig{}, false
	}
	if svc, ok := q.Project.Services[service]; ok {
		return svc, true
	}
	svc, ok := q.Project.DisabledServices[service]
	return svc, ok
}

// profilesOff says that a plain up would leave the service out; "": it would not.
func profilesOff(q *inquiry, svc types.ServiceConfig) string {
	if q.Project == nil || len(svc.Profiles) == 0 || svc.HasProfile(q.Project.Profiles) {
		return ""
	}
	return "none of its profiles is on (" + strings.Join(svc.Profiles, ", ") + ")"
}

// addImage says that the image has to come first.
func (q *inquiry) addImage(service string, a *assessment) {
	if service != q.Service || q.Plan == nil {
		return
	}
	for _, s := range q.Plan.Steps {
		ref := s.Action.Resource()
		if ref.Name != q.Project.ImageName(service) {
			continue
		}
		switch action := s.Action.(type) {
		case PullImage:
			if action.Have == "" {
				a.explainPull(ref.Name, q.Unpullable)
			}
		case BuildImage:
			if action.Have == "" {
				a.causes = append(a.causes, Cause{
					Code: CauseImageMissing, Text: "the image " + ref.Name + " is not built yet; up builds it first",
					Hint: "compose build " + service + " shows whether it can be built",
				})
			}
		}
	}
}

// explainPull says that an image has to be pulled, and whether it can be.
func (a *assessment) explainPull(image string, refused Unpullable) {
	if refused.Why == "" {
		a.causes = append(a.causes, Cause{Code: CauseImageMissing, Text: "the engine does not have the image " + image + "; up pulls it first"})
		return
	}
	c := Cause{Code: CauseUnpullable, Text: "its image " + image + " cannot be pulled: " + refused.Why, Hint: refused.Hint}
	if a.verdict == VerdictAbsent {
		a.verdict, a.predicate = VerdictRefused, "does not run: "+c.Text
	}
	a.first(c)
}

// addHost adds what the host denies a service that is not up in full.
func (q *inquiry) addHost(service string, a *assessment) {
	if service != q.Service || q.Host == nil {
		return
	}
	for _, p := range q.Host.Taken {
		a.explainPort(p)
	}
	for _, path := range q.Host.Missing {
		c := Cause{
			Code: CauseMountMissing, Text: "the source of a bind mount does not exist: " + path,
			Hint: "create it, or correct the path in the file",
		}
		if a.verdict == VerdictAbsent {
			a.verdict, a.predicate = VerdictRefused, "does not run: "+c.Text
		}
		a.first(c)
	}
}

// explainPort adds who holds a port. It is the cause where the container could
// not start, or is not there.
func (a *assessment) explainPort(p TakenPort) {
	port, _, _ := strings.Cut(p.Port, "/")
	c := Cause{
		Code: CausePortTaken, Text: fmt.Sprintf("port %s: %s has it", port, p.Holder),
		Hint: "stop what holds it, or publish another port",
	}
	a.causes = slices.DeleteFunc(a.causes, func(other Cause) bool { // the same, less well known
		return other.Code == CausePortTaken && other.Container != "" && aboutPort(other.Text, port)
	})
	if a.verdict != VerdictAbsent && !aboutPort(a.predicate, port) {
		a.causes = append(a.causes, c) // in the way next
		return
	}
	a.verdict, a.predicate = VerdictFailed, "does not run: "+c.Text
	a.first(c)
}

// first puts a cause in front. Without it the service would have a container.
func (a *assessment) first(c Cause) {
	a.causes = slices.DeleteFunc(a.causes, func(other Cause) bool { return other.Code == CauseNoContainer })
	a.causes = slices.Insert(a.causes, 0, c)
}

// aboutPort tells whether a sentence is about a port: "port 80 was taken", "port 80: ...".
func aboutPort(text, port string) bool {
	return strings.Contains(text, "port "+port+" ") || strings.Contains(text, "port "+port+":")
}
