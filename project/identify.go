package project

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// Identity is what commands need that change nothing of a project's shape (ps,
// logs, exec, ...): its name and, with NeedServices, the names of its services.
type Identity struct {
	Name     string
	Dir      string   // absolute; "" with -p NAME alone
	Files    []string // absolute or "-"; empty with -p NAME alone
	Services []string // all that the files name, sorted, whatever the profiles say; empty: not known
	// Guessed tells that the name is the folder's because that of the files could not
	// be read. See Confirm.
	Guessed bool
	// Unread is why something of this is not known; nil: nothing was in the way.
	Unread error

	absent bool // a file is not there, or not on this machine
}

// Identify finds out which project a command is about, by the same rules as
// Load but without loading: the files are parsed and not validated. Where
// include or !reset make the services uncertain, the project is loaded.
//
// -p NAME without -f needs no file at all, and looks at none. Files that are not
// there or cannot be read are no error: Identity.Unread. A *hint.Error is about a name
// that is invalid or empty; when ctx has ended, the error is its cause.
func Identify(ctx context.Context, o Options) (Identity, error) {
	if o.Name != "" && len(o.Files) == 0 {
		return Identity{Name: o.Name}, checkName(o.Name, "--project-name")
	}
	if o.Streams == nil {
		o.Streams = &Streams{} // it may be read twice
	}
	s, err := locate(ctx, o, nil)
	if s == nil {
		return Identity{}, err
	}
	absent := false
	if o.Offline = true; err == nil {
		absent, err = s.readHere(ctx, o)
	}
	if ctx.Err() != nil {
		return Identity{}, context.Cause(ctx)
	}
	id := Identity{Dir: s.dir, Files: s.names(), Unread: err, absent: absent}
	if err != nil {
		return id, s.guess(o, &id)
	}
	services, certain := map[string]bool{}, true
	for _, f := range s.files {
		ok, err := serviceNames(f.Content, services)
		if err != nil {
			id.Unread = s.diagnose(err)
			return id, s.guess(o, &id)
		}
		certain = certain && ok
	}
	if id.Name, err = s.projectName(o); err != nil {
		if _, mistaken := errors.AsType[*FileError](err); !mistaken {
			return Identity{}, err
		}
		id.Unread = err // a variable in it
		return id, s.guess(o, &id)
	}
	switch {
	case o.Need == NeedName:
	case certain:
		id.Services = slices.Sorted(maps.Keys(services))
	default:
		id.Services, id.Unread = loadedNames(ctx, o)
	}
	return id, nil
}

// readHere reads the files that are on this machine; absent: one is not.
func (s *source) readHere(ctx context.Context, o Options) (absent bool, err error) {
	if err := s.fetch(ctx, o); err != nil {
		return true, err
	}
	err = s.read(ctx)
	return errors.Is(err, fs.ErrNotExist), err
}

// guess gives the name that is most probably the project's where its files cannot
// be read. What the user says counts for certain.
func (s *source) guess(o Options, id *Identity) (err error) {
	id.Guessed = o.Name == "" && s.env["COMPOSE_PROJECT_NAME"] == ""
	if id.Name, err = s.projectName(o); err == nil || !id.Guessed {
		return err
	}
	s.files = nil // a variable in what they call it
	id.Name, err = s.projectName(o)
	return err
}

// loadedNames takes the services' names from the loaded project.
func loadedNames(ctx context.Context, o Options) ([]string, error) {
	o.Services, o.Need = nil, NeedRunning
	p, err := Load(ctx, o, nil)
	if err != nil {
		return nil, err
	}
	names := slices.Concat(p.ServiceNames(), p.DisabledServiceNames())
	slices.Sort(names)
	return names, nil
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
		services := document.Deref(&doc.Services)
		if !doc.Include.IsZero() || services.Tag == "!reset" || services.Tag == "!override" {
			return false, nil
		}
		for i := 0; i+1 < len(services.Content); i += 2 {
			key, value := services.Content[i], document.Deref(services.Content[i+1])
			if key.Tag == "!!merge" || value.Tag == "!reset" {
				return false, nil
			}
			into[key.Value] = true
		}
	}
}
