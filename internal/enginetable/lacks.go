package main

import (
	"context"
	_ "embed"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

//go:embed lacks.yaml
var lacksFile []byte

// lack is an attribute that some of the engines do not have.
type lack struct {
	Attribute string
	Needs     string // "API 1.44, Docker 25"
	// Refused and LeftOut are the engines that refuse it, and that do without it.
	Refused, LeftOut []string
}

// needs is in what is said of an attribute that an engine does not have.
var needs = regexp.MustCompile(`^(?:service "[^"]*": )?(?:mounting /x: )?(?:(\S.*?)(?: \([^)]*\))? needs|it needs) (API \S+), that is (Docker [0-9.]*[0-9])`)

// lacking asks the mapping to the API for each attribute of the file and each engine's
// version. No engine is asked.
func lacking(ctx context.Context, engines []*engine) ([]*lack, error) {
	p, err := loadLacks(ctx)
	if err != nil {
		return nil, err
	}
	var all []*lack
	of := func(attribute string, m []string) *lack {
		for _, l := range all {
			if l.Attribute == attribute {
				return l
			}
		}
		all = append(all, &lack{Attribute: attribute, Needs: m[2] + ", " + m[3]})
		return all[len(all)-1]
	}
	for _, service := range slices.Sorted(maps.Keys(p.Services)) {
		for _, e := range engines {
			dropped, err := spec.Lacks(p, service, spec.Binding{APIVersion: e.API, Engine: map[string]string{"Podman": "podman"}[e.Name]})
			if err != nil {
				m := needs.FindStringSubmatch(err.Error())
				if m == nil {
					return nil, err
				}
				l := of(m[1], m)
				l.Refused = append(l.Refused, e.String())
			}
			for _, d := range dropped {
				if m := needs.FindStringSubmatch(d.Why); m != nil {
					l := of(d.Attribute, m)
					l.LeftOut = append(l.LeftOut, e.String())
				}
			}
		}
	}
	return all, nil
}

func loadLacks(ctx context.Context) (*project.Project, error) {
	dir, err := os.MkdirTemp("", "enginetable-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), lacksFile, 0o600); err != nil {
		return nil, err
	}
	return project.Load(ctx, project.Options{WorkDir: dir, Environ: os.Environ()}, func(event.Event) {})
}
