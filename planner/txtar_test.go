package planner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

var update = flag.Bool("update", false, "write the plans of testdata anew")

// TestPlans runs testdata/*.txtar. A file holds
//
//	args          the command: up --force-recreate web
//	compose.yaml  the file (others may stand beside it)
//	state.yaml    what the engine reports, see stateFile
//	plan          the plan as text, or "error: " and its message and hint
func TestPlans(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := runCase(t, archive)
			for i := range archive.Files {
				f := &archive.Files[i]
				if f.Name != "plan" {
					continue
				}
				if want := string(f.Data); got != want && !*update {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
				f.Data = []byte(got)
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// runCase plans what a case asks for, twice: same input, same bytes. It also
// sends the plan through JSON and back.
func runCase(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".env"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	content := map[string]string{}
	for _, f := range a.Files {
		content[f.Name] = string(f.Data)
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var first string
	for range 2 {
		plan, err := planCase(t, dir, content)
		text := planText(t, plan, err)
		if first != "" && first != text {
			t.Fatalf("a second run gives another plan:\n%s\nfirst:\n%s", text, first)
		}
		first = text
	}
	return first
}

func planText(t *testing.T, plan *planner.Plan, err error) string {
	t.Helper()
	if err != nil {
		text := "error: " + err.Error() + "\n"
		if help := hint.Of(err); help != "" {
			text += "hint: " + help + "\n"
		}
		return text
	}
	for i, s := range plan.Steps {
		if s.ID != i+1 {
			t.Fatalf("step %d has id %d", i+1, s.ID)
		}
		for _, id := range s.After {
			if id < 1 || id >= s.ID {
				t.Fatalf("step %d comes after %d, which does not stand before it", s.ID, id)
			}
		}
	}
	var before, after bytes.Buffer
	if err := plan.WriteText(&before); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	var back planner.Plan
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if err := back.WriteText(&after); err != nil {
		t.Fatal(err)
	}
	if before.String() != after.String() {
		t.Fatalf("JSON and back changes the plan:\n%s\nto:\n%s", &before, &after)
	}
	return before.String()
}

// planCase loads the project and the state and calls the planner.
func planCase(t *testing.T, dir string, content map[string]string) (*planner.Plan, error) {
	t.Helper()
	args := strings.Fields(content["args"])
	fs := flag.NewFlagSet(args[0], flag.PanicOnError)
	var (
		force, never, always, noDeps     = fs.Bool("force-recreate", false, ""), fs.Bool("no-recreate", false, ""), fs.Bool("always-recreate-deps", false, ""), fs.Bool("no-deps", false, "")
		build, noBuild, noStart, wait    = fs.Bool("build", false, ""), fs.Bool("no-build", false, ""), fs.Bool("no-start", false, ""), fs.Bool("wait", false, "")
		orphans, ignore, fresh, volumes  = fs.Bool("remove-orphans", false, ""), fs.Bool("ignore-orphans", false, ""), fs.Bool("V", false, ""), fs.Bool("volumes", false, "")
		yes, ignoreFailures, ignoreBuilt = fs.Bool("yes", false, ""), fs.Bool("ignore-pull-failures", false, ""), fs.Bool("ignore-buildable", false, "")
		pull, policy, rmi, profile       = fs.String("pull", "", ""), fs.String("policy", "", ""), fs.String("rmi", "", ""), fs.String("profile", "", "")
		timeout                          = fs.Int("t", -1, "")
		noFile                           = fs.Bool("no-file", false, "")
		signal                           = fs.String("s", "", "")
		remove, servicePorts             = fs.Bool("rm", false, ""), fs.Bool("service-ports", false, "")
		stop                             = fs.Bool("stop", false, "")
		prune, push                      = fs.Bool("prune", false, ""), fs.Bool("push", false, "")
	)
	_ = fs.Parse(args[1:])
	services := fs.Args()
	var grace *time.Duration
	if *timeout >= 0 {
		d := time.Duration(*timeout) * time.Second
		grace = &d
	}
	o := project.Options{Name: "demo", Dir: dir, WorkDir: dir, Contents: true, Files: []string{filepath.Join(dir, "compose.yaml")}}
	if *profile != "" {
		o.Profiles = strings.Split(*profile, ",")
	}
	all, err := project.Load(context.Background(), o, func(event.Event) {})
	if err != nil {
		return nil, err
	}
	replicas := map[string]int{}
	if args[0] == "scale" {
		for i, s := range services {
			name, n, _ := strings.Cut(s, "=")
			replicas[name], _ = strconv.Atoi(n)
			services[i] = name
		}
	}
	p := all
	if args[0] == "run" || args[0] == "up" || args[0] == "scale" || args[0] == "pull" || args[0] == "push" || args[0] == "build" {
		p, err = all.Select(project.Selection{Services: services, NoDeps: *noDeps})
		if err != nil {
			return nil, err
		}
	}
	s := readState(t, all, content["state.yaml"])
	up := planner.UpOptions{
		NoStart: *noStart, Wait: *wait, RemoveOrphans: *orphans, IgnoreOrphans: *ignore, FreshVolumes: *fresh,
		Pull: *pull, Timeout: grace, PruneImages: *prune,
	}
	switch {
	case *force:
		up.Recreate = planner.RecreateForce
	case *never:
		up.Recreate, up.RecreateDeps = planner.RecreateNever, planner.RecreateNever
	}
	if *always {
		up.RecreateDeps = planner.RecreateForce
	}
	if *build {
		up.Build = planner.BuildAlways
	} else if *noBuild {
		up.Build = planner.BuildNever
	}
	lifecycle := planner.LifecycleOptions{Services: services, Timeout: grace, NoDeps: *noDeps, Wait: *wait}
	if *noFile {
		p = nil
	}
	switch args[0] {
	case "up":
		plan, err := planner.Up(p, s, up)
		if err == nil && *yes && len(plan.Asks) > 0 {
			for _, ask := range plan.Asks {
				up.Discard = append(up.Discard, ask.Ref.Name)
			}
			return planner.Up(p, s, up)
		}
		return plan, err
	case "run":
		p, err = p.WithOneOff(project.OneOff{Service: services[0], Slug: "0123456789abcdef", ServicePorts: *servicePorts, AutoRemove: *remove})
		if err != nil {
			return nil, err
		}
		return planner.Run(p, s, up)
	case "scale":
		return planner.Scale(p, s, replicas, up)
	case "pull":
		return planner.Pull(p, s, planner.PullOptions{Policy: *policy, IgnoreFailures: *ignoreFailures, IgnoreBuildable: *ignoreBuilt, Prune: *prune})
	case "push":
		return planner.Push(p, planner.PushOptions{IgnoreFailures: *ignoreFailures}), nil
	case "build":
		return planner.Build(p, s, planner.BuildOptions{Services: services, Prune: *prune, Push: *push})
	case "down":
		return planner.Down(p, s, "demo", planner.DownOptions{Services: services, RemoveOrphans: *orphans, Volumes: *volumes, Images: *rmi, Timeout: grace})
	case "stop":
		return planner.Stop(p, s, lifecycle)
	case "start":
		return planner.Start(p, s, lifecycle)
	case "restart":
		return planner.Restart(p, s, lifecycle)
	case "kill":
		return planner.Kill(p, s, planner.KillOptions{Services: services, Signal: *signal, RemoveOrphans: *orphans})
	case "pause":
		return planner.Pause(p, s, services)
	case "unpause":
		return planner.Unpause(p, s, services)
	case "rm":
		return planner.Rm(p, s, planner.RmOptions{Services: services, Stop: *stop, Force: *force, Volumes: *volumes})
	}
	t.Fatalf("unknown command %q", args[0])
	return nil, nil
}

// stateFile is state.yaml. What is left out of a container is as the project
// would have it: its hash, image, networks and volumes. Networks and volumes
// are given by key or, those that the file lacks, by name; "name!" has another
// hash, "name?" was made by others, "name~" has been made anew since a container
// joined it.
type stateFile struct {
	Now        string
	Containers []struct {
		Service, Name, Status, Health, Hash, Image, ImageVolumes, Created string
		Number                                                            int
		OneOff                                                            bool `yaml:"oneoff"`
		Exit                                                              int
		Networks                                                          *[]string
		Volumes                                                           *[]string
		Ports                                                             []string
		DependsOn                                                         string `yaml:"depends_on"`
		// Contents is the label of secrets and configs; "now": as the project has it.
		Contents string
		Labels   map[string]string
		Drift    *struct {
			Changes  []string
			SameTool bool `yaml:"same_tool"`
		}
	}
	Networks, Volumes []string
	Images            map[string]string
	Pulled            map[string]string
}

func readState(t *testing.T, p *project.Project, text string) planner.State {
	t.Helper()
	var f stateFile
	if err := yaml.Unmarshal([]byte(text), &f); err != nil {
		t.Fatalf("state.yaml: %v", err)
	}
	s := planner.State{Now: moment(t, f.Now), Images: map[string]planner.Image{}}
	for ref, digest := range f.Images {
		s.Images[ref] = planner.Image{ID: digest, Digest: digest, Pulled: moment(t, f.Pulled[ref])}
	}
	for _, name := range f.Networks {
		s.Networks = append(s.Networks, readNetwork(t, p, name))
	}
	for _, name := range f.Volumes {
		s.Volumes = append(s.Volumes, readVolume(t, p, name))
	}
	for i, c := range f.Containers {
		svc, inFile := p.Services[c.Service]
		if c.Number == 0 && !c.OneOff {
			c.Number = 1
		}
		out := planner.Container{
			ID: fmt.Sprintf("id-%s-%d-%d", c.Service, c.Number, i), Name: c.Name, Service: c.Service, Number: c.Number, OneOff: c.OneOff,
			Status: planner.Status(c.Status), Health: planner.Health(c.Health), ExitCode: c.Exit, Created: moment(t, c.Created),
			Hash: c.Hash, Image: c.Image, ImageVolumes: c.ImageVolumes, Networks: map[string]string{}, Ports: c.Ports,
		}
		if out.Name == "" {
			out.Name = fmt.Sprintf("demo-%s-%d", c.Service, c.Number)
			if inFile {
				out.Name = p.ContainerName(c.Service, c.Number)
			}
		}
		if out.Status == "" {
			out.Status = planner.Running
		}
		for _, dep := range strings.FieldsFunc(c.DependsOn, func(r rune) bool { return r == ',' }) {
			parts := strings.Split(dep, ":")
			out.DependsOn = append(out.DependsOn, planner.Dependency{Service: parts[0], Condition: parts[1], Restart: parts[2] == "true"})
		}
		if c.Drift != nil {
			out.Drift = &planner.Drift{SameTool: c.Drift.SameTool}
			for _, change := range c.Drift.Changes {
				field, values, _ := strings.Cut(change, ": ")
				old, now, _ := strings.Cut(values, " -> ")
				out.Drift.Changes = append(out.Drift.Changes, planner.FieldChange{Field: field, Old: old, New: now})
			}
		}
		out.Labels = readLabels(t, p, c.Service, c.Contents, c.Labels)
		if inFile && !c.OneOff {
			fillContainer(t, p, svc, &s, &out)
		}
		if c.Networks != nil {
			out.Networks = map[string]string{}
			for _, key := range *c.Networks {
				out.Networks[readNetwork(t, p, key).Name] = readNetwork(t, p, key).ID
			}
		}
		if c.Volumes != nil {
			out.Mounts = nil
			for _, key := range *c.Volumes {
				out.Mounts = append(out.Mounts, planner.Mount{Type: "volume", Name: readVolume(t, p, key).Name})
			}
		}
		s.Containers = append(s.Containers, out)
	}
	return s
}

// readLabels are the labels that plans read.
func readLabels(t *testing.T, p *project.Project, service, contents string, more map[string]string) map[string]string {
	t.Helper()
	labels := maps.Clone(more)
	if labels == nil {
		labels = map[string]string{}
	}
	if contents == "now" {
		var err error
		if contents, err = project.ContentHash(p, service); err != nil {
			t.Fatal(err)
		}
	}
	if contents != "" {
		labels[project.LabelContentHash] = contents
	}
	return labels
}

// fillContainer gives a container what the project would have made of it.
func fillContainer(t *testing.T, p *project.Project, svc types.ServiceConfig, s *planner.State, c *planner.Container) {
	t.Helper()
	if c.Hash == "" {
		parent := func(service string) string {
			for _, other := range s.Containers {
				if other.Service == service {
					return other.ID
				}
			}
			return ""
		}
		given := project.ReadProvided(c.Labels[project.LabelProvided])
		hash, err := p.WithProvided(svc.Name, given).Hash(svc.Name, parent)
		if err != nil {
			t.Fatal(err)
		}
		c.Hash = hash
	}
	if c.Image == "" {
		c.Image = s.Images[p.ImageName(svc.Name)].Digest
	}
	for key := range svc.Networks {
		for _, n := range s.Networks {
			if n.Name == p.Networks[key].Name {
				c.Networks[n.Name] = n.ID
			}
		}
	}
	for _, v := range svc.Volumes {
		if v.Type == types.VolumeTypeVolume && v.Source != "" {
			c.Mounts = append(c.Mounts, planner.Mount{Type: "volume", Name: p.Volumes[v.Source].Name, Target: v.Target})
		}
	}
}

func readNetwork(t *testing.T, p *project.Project, key string) planner.Network {
	t.Helper()
	name := strings.TrimRight(key, "!?~")
	n := planner.Network{ID: "net-" + name, Name: name, Key: name, Project: "demo"}
	if conf, ok := p.Networks[name]; ok {
		n.Name = conf.Name
		if hash, err := p.NetworkHash(name); err == nil {
			n.Hash = hash
		}
		if bool(conf.External) {
			n.Project, n.Hash = "", ""
		}
	}
	switch key[len(key)-1] {
	case '!':
		n.Hash = "another"
	case '?':
		n.Project, n.Hash = "", ""
	case '~':
		n.ID += "-before"
	}
	return n
}

func readVolume(t *testing.T, p *project.Project, key string) planner.Volume {
	t.Helper()
	name := strings.TrimRight(key, "!?")
	v := planner.Volume{Name: name, Key: name, Project: "demo"}
	if conf, ok := p.Volumes[name]; ok {
		v.Name = conf.Name
		if hash, err := p.VolumeHash(name); err == nil {
			v.Hash = hash
		}
		if bool(conf.External) {
			v.Project, v.Hash = "", ""
		}
	}
	switch key[len(key)-1] {
	case '!':
		v.Hash = "another"
	case '?':
		v.Project, v.Hash = "", ""
	}
	return v
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
