package project

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/event"
)

// Identity is what commands need that change nothing of a project's shape (ps,
// logs, stop, kill, ...): its name and the names of its services.
type Identity struct {
	Name     string
	Dir      string   // absolute; "" with -p NAME alone
	Files    []string // absolute or "-"; empty with -p NAME alone
	Services []string // all that the files name, sorted, whatever the profiles say
}

// Identify finds out which project a command is about, by the same rules as
// Load but without loading: the files are parsed and not validated. Where
// include or !reset make the services uncertain, the project is loaded.
//
// -p NAME without -f needs no file at all, and looks at none. Where the file is
// missing or broken and COMPOSE_PROJECT_NAME is set, that is enough.
func Identify(ctx context.Context, o Options) (Identity, error) {
	return abandonable(ctx, nil, func(event.Sink) (Identity, error) { return identify(ctx, o) })
}

func identify(ctx context.Context, o Options) (Identity, error) {
	if o.Name != "" && len(o.Files) == 0 {
		return Identity{Name: o.Name}, checkName(o.Name, "--project-name")
	}
	s, err := locate(o, nil)
	if err != nil {
		return Identity{}, err
	}
	id, err := s.identify(ctx, o)
	if name := s.env["COMPOSE_PROJECT_NAME"]; err != nil && name != "" && o.Name == "" {
		return Identity{Name: name}, checkName(name, "COMPOSE_PROJECT_NAME")
	}
	return id, err
}

func (s *source) identify(ctx context.Context, o Options) (Identity, error) {
	o.Offline = true
	if err := s.fetch(ctx, o); err != nil {
		return Identity{}, err
	}
	if err := s.read(o); err != nil {
		return Identity{}, err
	}
	name, err := s.projectName(o)
	if err != nil {
		return Identity{}, err
	}
	id := Identity{Name: name, Dir: s.dir, Files: s.names()}
	services, certain := map[string]bool{}, true
	for _, f := range s.files {
		ok, err := serviceNames(f.Content, services)
		if err != nil {
			return Identity{}, s.diagnose(err)
		}
		certain = certain && ok
	}
	if certain {
		id.Services = slices.Sorted(maps.Keys(services))
		return id, nil
	}
	return id, s.loadNames(ctx, o, &id)
}

// loadNames takes the services' names from the loaded project.
func (s *source) loadNames(ctx context.Context, o Options, id *Identity) error {
	if slices.Contains(id.Files, stdin) {
		// Standard input has been read.
		for _, f := range s.files {
			if f.Filename == stdin {
				o.Stdin = bytes.NewReader(f.Content)
			}
		}
	}
	o.Services, o.NoEnvResolution, o.NoConsistency = nil, true, true
	p, err := Load(ctx, o, nil)
	if err != nil {
		return err
	}
	id.Services = slices.Concat(p.ServiceNames(), p.DisabledServiceNames())
	slices.Sort(id.Services)
	return nil
}

// serviceNames adds the services of a file to the set. It is not certain of
// them where the file includes others, or takes something back.
func serviceNames(content []byte, into map[string]bool) (certain bool, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	for {
		var doc struct {
			Include  yaml.Node `yaml:"include"`
			Services yaml.Node `yaml:"services"`
		}
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		services := resolved(&doc.Services)
		if !doc.Include.IsZero() || services.Tag == "!reset" || services.Tag == "!override" {
			return false, nil
		}
		for i := 0; i+1 < len(services.Content); i += 2 {
			key, value := services.Content[i], resolved(services.Content[i+1])
			if key.Tag == "!!merge" || value.Tag == "!reset" {
				return false, nil
			}
			into[key.Value] = true
		}
	}
}

// resolved follows an alias to what it stands for.
func resolved(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
