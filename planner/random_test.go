package planner_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// refOf is what steps are about.
type refOf = event.Ref

var (
	randomRuns = flag.Int("runs", 100, "how many random projects TestRandomPlans plans for")
	randomSeed = flag.Uint64("seed", 0, "the only one that TestRandomPlans runs; 0: all")
)

// TestRandomPlans: whatever project an engine was brought to, killed at any step, and
// changed by hand since, a plan for another one can be carried out in any order that it
// allows; planning again then gives nothing to do; and no volume was lost that nobody
// agreed to lose. -seed N runs one again, which a failure names.
func TestRandomPlans(t *testing.T) {
	if *randomSeed != 0 {
		randomPlans(t, *randomSeed)
		return
	}
	steps := 0
	for seed := range uint64(*randomRuns) {
		steps += randomPlans(t, seed+1)
	}
	if steps < 5**randomRuns {
		t.Errorf("%d steps in %d plans: most of them were refused, or had nothing to do", steps, *randomRuns)
	}
}

// randomPlans is one case. It returns how many steps its last plan has; 0: the project asks
// for what there is not.
func randomPlans(t *testing.T, seed uint64) int {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	m := &model{registry: map[string]planner.Image{}, ports: map[string][]planner.Port{}}
	m.state.Images = map[string]planner.Image{}
	m.newImages(r)
	text := ""
	for range 1 + r.IntN(2) { // what was there before
		text = randomProject(r)
		p, o := loadRandom(t, text), planner.UpOptions{RemoveOrphans: r.IntN(2) == 0, NoStart: r.IntN(8) == 0}
		made, err := planner.Up(p, m.observed(), o)
		if err != nil {
			continue // it asks for what there is not
		}
		most := len(made.Steps)
		if r.IntN(2) == 0 {
			most = r.IntN(most + 1)
		}
		if err := m.apply(r, p, o, made, most); err != nil {
			refuses(t, seed, "before: %v\n%s", err, textOf(made))
		}
		m.disturb(r)
	}
	if r.IntN(3) == 0 {
		text = randomProject(r)
	} else {
		text = edited(r, text)
	}
	p := loadRandom(t, text)
	o := randomOptions(r)
	made, err := m.planAgreed(p, &o, r)
	if err != nil {
		return 0
	}
	before := m.observed()
	if err := m.apply(r, p, o, made, len(made.Steps)); err != nil {
		refuses(t, seed, "%v\n%s", err, textOf(made))
	}
	m.losesNothing(t, seed, before, o, made)
	o.Recreate, o.RecreateDeps, o.Pull = planner.RecreateDiverged, planner.RecreateDiverged, ""
	again, err := planner.Up(p, m.observed(), o)
	if err != nil {
		refuses(t, seed, "again: %v", err)
	}
	if left := remaining(p, again); len(left) > 0 {
		refuses(t, seed, "after\n%s\nthere is still to do\n%s", textOf(made), textOf(again))
	}
	return len(made.Steps)
}

// planAgreed plans, and once more with what somebody agreed to lose.
func (m *model) planAgreed(p *project.Project, o *planner.UpOptions, r *rand.Rand) (*plan.Plan, error) {
	made, err := planner.Up(p, m.observed(), *o)
	if err != nil || len(made.Asks) == 0 || r.IntN(2) == 0 {
		return made, err
	}
	for _, ask := range made.Asks {
		o.Discard = append(o.Discard, ask.Ref.Name)
	}
	return planner.Up(p, m.observed(), *o)
}

// remaining are the steps that there should not be: an ended job runs once more at each up,
// and what waits for it may wait.
func remaining(p *project.Project, made *plan.Plan) []plan.Step {
	return slices.DeleteFunc(slices.Clone(made.Steps), func(s plan.Step) bool {
		if len(s.When) > 0 {
			return true
		}
		switch a := s.Action.(type) {
		case planner.StartContainer:
			return isJob(p, a.Ref.Service)
		case planner.WaitContainer:
			return true // it changes nothing
		}
		return false
	})
}

// isJob tells whether others wait for the end of a service.
func isJob(p *project.Project, service string) bool {
	for _, svc := range p.Services {
		if svc.DependsOn[service].Condition == "service_completed_successfully" {
			return true
		}
	}
	return false
}

// losesNothing checks that every volume that was there is, but for those agreed to, and
// that anonymous ones went over to the successors of their containers.
func (m *model) losesNothing(t *testing.T, seed uint64, before planner.State, o planner.UpOptions, made *plan.Plan) {
	t.Helper()
	for _, v := range before.Volumes {
		if len(v.Stops) == 0 && !m.hasVolume(v.Name) && !slices.Contains(o.Discard, v.Name) {
			refuses(t, seed, "volume %s is lost\n%s", v.Name, textOf(made))
		}
	}
	if o.FreshVolumes {
		return
	}
	for _, s := range made.Steps {
		a, ok := s.Action.(planner.CreateContainer)
		old := slices.IndexFunc(before.Containers, func(c planner.Container) bool { return c.ID == a.Replaces })
		if !ok || old < 0 || len(s.When) > 0 {
			continue
		}
		now := m.container(m.created[fmt.Sprint(a.Ref.Service, a.Ref.Number)])
		had := anonymousOf(&before.Containers[old])
		for target, name := range anonymousOf(now) {
			if had[target] != "" && had[target] != name {
				refuses(t, seed, "%s has another anonymous volume at %s than before\n%s", now.Name, target, textOf(made))
			}
		}
	}
}

func textOf(p *plan.Plan) string {
	var b strings.Builder
	_ = p.WriteText(&b)
	return b.String()
}

func randomOptions(r *rand.Rand) planner.UpOptions {
	o := planner.UpOptions{RemoveOrphans: r.IntN(2) == 0, NoStart: r.IntN(6) == 0, Wait: r.IntN(4) == 0, FreshVolumes: r.IntN(6) == 0, Repair: r.IntN(2) == 0}
	o.Recreate = []planner.Recreate{"", "", "", planner.RecreateForce}[r.IntN(4)]
	o.Pull = []string{"", "", "always"}[r.IntN(3)]
	return o
}

// newImages is what the registry has, of which the engine has some.
func (m *model) newImages(r *rand.Rand) {
	for _, ref := range []string{"one", "two"} {
		digest := fmt.Sprintf("sha256:%s%d", ref, r.IntN(2))
		m.registry[ref] = planner.Image{ID: digest, Digest: digest}
		if r.IntN(2) == 0 {
			m.state.Images[ref] = m.registry[ref]
		}
	}
}

// randomProject is a file of up to five services that know each other.
func randomProject(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("name: demo\nservices:\n")
	names := []string{"a", "b", "c", "d", "e"}
	var before []string
	checked := map[string]bool{}
	for i, name := range names {
		if r.IntN(4) == 0 {
			continue
		}
		fmt.Fprintf(&b, "  %s:\n    image: %s\n    command: [run, \"%d\"]\n", name, []string{"one", "two"}[r.IntN(2)], r.IntN(3))
		published := r.IntN(5) == 0
		if published {
			fmt.Fprintf(&b, "    ports: [\"%d:80\"]\n", 8000+r.IntN(2)*10+i)
		} else if r.IntN(3) == 0 {
			fmt.Fprintf(&b, "    scale: %d\n", r.IntN(4))
		}
		if len(before) > 0 && before[0] < "c" && r.IntN(6) == 0 && !published {
			fmt.Fprintf(&b, "    network_mode: service:%s\n", before[0])
		} else if nets := pick(r, "n1", "n2", "n3"); len(nets) > 0 {
			fmt.Fprintf(&b, "    networks: [%s]\n", strings.Join(nets, ", "))
		}
		var volumes []string
		for _, v := range pick(r, "v1", "v2") {
			volumes = append(volumes, v+":/"+v)
		}
		if r.IntN(4) == 0 {
			volumes = append(volumes, "/anon")
		}
		if len(volumes) > 0 {
			fmt.Fprintf(&b, "    volumes: [%s]\n", strings.Join(volumes, ", "))
		}
		if checked[name] = r.IntN(3) == 0; checked[name] {
			b.WriteString("    healthcheck: {test: check}\n")
		}
		dependsOn(&b, r, before, checked)
		before = append(before, name)
	}
	if len(before) == 0 {
		b.WriteString("  a: {image: one}\n")
	}
	for _, section := range []string{"networks: {n1: %s, n2: %s, n3: %s}\n", "volumes: {v1: %s, v2: %s, v3: %s}\n"} {
		var options []any
		for range 3 {
			options = append(options, []string{"{}", "{}", "{driver_opts: {x: y}}"}[r.IntN(3)])
		}
		fmt.Fprintf(&b, section, options...)
	}
	return b.String()
}

// edited is a file with one line changed, or none.
func edited(r *rand.Rand, text string) string {
	const options = "{driver_opts: {x: y}}"
	switch r.IntN(4) {
	case 0:
		return strings.Replace(text, "n1: {}", "n1: "+options, 1)
	case 1:
		return strings.Replace(text, options, "{}", 1)
	case 2:
		return strings.Replace(text, `[run, "0"]`, `[run, "4"]`, 1)
	}
	return text
}

// dependsOn lets a service depend on some of those before it.
// Those of c and d may be waited for to end, and the others to be healthy.
func dependsOn(b *strings.Builder, r *rand.Rand, before []string, checked map[string]bool) {
	deps := pick(r, before...)
	if len(deps) == 0 {
		return
	}
	b.WriteString("    depends_on:\n")
	for _, dep := range deps {
		condition := "service_started"
		switch {
		case r.IntN(2) == 0:
		case dep == "c" || dep == "d":
			condition = "service_completed_successfully"
		case checked[dep]:
			condition = "service_healthy"
		}
		fmt.Fprintf(b, "      %s: {condition: %s, restart: %v}\n", dep, condition, r.IntN(3) == 0)
	}
}

// pick is each of some with a chance of one in three.
func pick(r *rand.Rand, all ...string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(string) bool { return r.IntN(3) > 0 })
}

func loadRandom(t testing.TB, text string) *project.Project {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := project.Load(t.Context(), project.Options{WorkDir: dir, Environ: []string{}}, event.Discard)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

// disturb is what somebody does by hand to what is there.
func (m *model) disturb(r *rand.Rand) {
	for range r.IntN(5) {
		if len(m.state.Containers) == 0 {
			return
		}
		c := &m.state.Containers[r.IntN(len(m.state.Containers))]
		switch r.IntN(9) {
		case 0:
			c.Status, c.ExitCode, c.Health, c.Ports = planner.Exited, 1, planner.NoHealth, nil
		case 1:
			if c.Status == planner.Running {
				c.Status = planner.Paused
			}
		case 2:
			m.state.Containers = slices.DeleteFunc(m.state.Containers, func(o planner.Container) bool { return o.ID == c.ID })
		case 3:
			c.Name = fmt.Sprint("renamed", m.next)
		case 4:
			if n := m.network("demo_n1"); n != nil && c.SharesNetwork == "" {
				c.Networks[n.Name] = n.ID
			}
		case 5:
			delete(c.Networks, "demo_n2")
			if r.IntN(2) == 0 {
				m.forceOff("demo_n2")
			}
		case 6:
			c.ByHand = &planner.ByHand{Limits: []plan.FieldChange{{Field: "mem_limit", Old: "1MiB"}}, Remake: r.IntN(2) == 0}
		case 7:
			c.Status, c.Ports = planner.Dead, nil
		default:
			m.newImages(r)
		}
	}
}

// forceOff takes all containers off a network, and removes it.
func (m *model) forceOff(network string) {
	for i := range m.state.Containers {
		delete(m.state.Containers[i].Networks, network)
	}
	m.state.Networks = slices.DeleteFunc(m.state.Networks, func(n planner.Network) bool { return n.Name == network })
}
