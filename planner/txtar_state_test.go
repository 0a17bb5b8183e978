package planner_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// stateFile is state.yaml. What is left out of a container is as the project
// would have it: its hash, image, networks and volumes. Networks and volumes
// are given by key or, those that the file lacks, by name; "name!" has another
// hash, "name?" was made by others, "name~" has been made anew since a container
// joined it. "name subnet" has the subnet, "name br0" the interface.
type stateFile struct {
	Now               string
	Containers        []stateContainer
	Networks, Volumes []string
	// Records are the volumes of RecordStops: "ID NETWORK start", "NUMBER SERVICE TARGET=VOLUME".
	Records map[string][]string
	Images  map[string]string
	Pulled  map[string]string
}

type stateContainer struct {
	Service, Name, Status, Health, Hash, Image, ImageVolumes, Created string
	Number                                                            int
	OneOff                                                            bool `yaml:"oneoff"`
	Exit                                                              int
	Networks                                                          *[]string
	Volumes                                                           *[]string
	Anonymous                                                         []string // TARGET=NAME
	Ports                                                             []string // 8080/tcp, 127.0.0.1:8080/tcp
	Addresses                                                         []string // NETWORK=IP, NETWORK=IP=MAC
	Devices                                                           []string
	Shares                                                            string // the id whose network namespace it is in
	DependsOn                                                         string `yaml:"depends_on"`
	// Contents is the label of secrets and configs, KEYID:HMAC; "now": as the
	// project has it.
	Contents string
	Labels   map[string]string
	Drift    *struct {
		Changes  []string
		SameTool bool `yaml:"same_tool"`
	}
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
	for _, name := range slices.Sorted(maps.Keys(f.Records)) {
		v := planner.Volume{Name: name, Project: "demo"}
		for _, text := range f.Records[name] {
			fields := strings.Fields(text)
			if target, name, ok := strings.Cut(fields[2], "="); ok {
				number, _ := strconv.Atoi(fields[0])
				v.Stops = append(v.Stops, planner.Stopped{ID: fields[0], Service: fields[1], Number: number, Volumes: map[string]string{target: name}})
				continue
			}
			v.Stops = append(v.Stops, planner.Stopped{ID: fields[0], Network: readNetwork(t, p, fields[1]).Name, Start: fields[2] == "start"})
		}
		s.Volumes = append(s.Volumes, v)
	}
	for i, c := range f.Containers {
		s.Containers = append(s.Containers, readContainer(t, p, &s, i, c))
	}
	return s
}

// readContainer is the container that stands at index i of the file; s has what
// was read so far.
func readContainer(t *testing.T, p *project.Project, s *planner.State, i int, c stateContainer) planner.Container {
	t.Helper()
	svc, inFile := p.Services[c.Service]
	if c.Number == 0 && !c.OneOff {
		c.Number = 1
	}
	out := planner.Container{
		ID: fmt.Sprintf("id-%s-%d-%d", c.Service, c.Number, i), Name: c.Name, Service: c.Service, Number: c.Number, OneOff: c.OneOff,
		Status: cmp.Or(planner.Status(c.Status), planner.Running), Health: planner.Health(c.Health), ExitCode: c.Exit, Created: moment(t, c.Created),
		Hash: c.Hash, Image: c.Image, ImageVolumes: c.ImageVolumes, Networks: map[string]string{}, Ports: readPorts(c.Ports),
		Addresses: readAddresses(t, p, c.Addresses), Devices: c.Devices, SharesNetwork: c.Shares, DependsOn: readDependencies(c.DependsOn), Labels: readLabels(t, p, c.Service, c.Contents, c.Labels),
	}
	if out.Name == "" {
		out.Name = fmt.Sprintf("demo-%s-%d", c.Service, c.Number)
		if inFile {
			out.Name = p.ContainerName(c.Service, c.Number)
		}
	}
	if c.Drift != nil {
		out.Drift = &planner.Drift{SameTool: c.Drift.SameTool}
		for _, change := range c.Drift.Changes {
			field, values, _ := strings.Cut(change, ": ")
			old, now, _ := strings.Cut(values, " -> ")
			out.Drift.Changes = append(out.Drift.Changes, plan.FieldChange{Field: field, Old: old, New: now})
		}
	}
	if inFile && !c.OneOff {
		fillContainer(t, p, svc, s, &out)
	}
	for _, text := range c.Anonymous {
		target, name, _ := strings.Cut(text, "=")
		out.Mounts = append(out.Mounts, planner.Mount{Type: "volume", Name: name, Target: target})
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
	return out
}

// readPorts reads ports of the host: "127.0.0.1:8080/tcp"; without an address: every one.
func readPorts(texts []string) []planner.Port {
	var ports []planner.Port
	for _, text := range texts {
		host, protocol, _ := strings.Cut(text, "/")
		address, number := "", host
		if i := strings.LastIndexByte(host, ':'); i >= 0 {
			address, number = strings.Trim(host[:i], "[]"), host[i+1:]
		}
		n, _ := strconv.Atoi(number)
		ports = append(ports, planner.Port{Address: address, Number: n, Protocol: protocol})
	}
	return ports
}

// readAddresses reads what a container has on networks: "KEY=IP", "KEY=IP=MAC".
func readAddresses(t *testing.T, p *project.Project, texts []string) []planner.Address {
	t.Helper()
	var all []planner.Address
	for _, text := range texts {
		parts := append(strings.Split(text, "="), "")
		all = append(all, planner.Address{Network: readNetwork(t, p, parts[0]).Name, IP: parts[1], MAC: parts[2]})
	}
	return all
}

// readDependencies reads the label of dependencies: "db:service_healthy:true,...".
func readDependencies(label string) []planner.Dependency {
	var all []planner.Dependency
	for _, dep := range strings.FieldsFunc(label, func(r rune) bool { return r == ',' }) {
		parts := strings.Split(dep, ":")
		all = append(all, planner.Dependency{Service: parts[0], Condition: parts[1], Restart: parts[2] == "true"})
	}
	return all
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
	key, has, _ := strings.Cut(key, " ")
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
	for _, what := range strings.Fields(has) {
		if strings.Contains(what, "/") {
			n.Subnets = append(n.Subnets, what)
		} else {
			n.Interfaces = append(n.Interfaces, what)
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
