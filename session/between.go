package session

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Deployed is a deployment, and the project as it was kept of it.
type Deployed struct {
	*history.Deployment
	Loaded *project.Project
}

// shown is a path for people: relative to the project's folder, if it is below.
func (d Deployed) shown(path string) string {
	if rel, err := filepath.Rel(d.Dir, path); err == nil && filepath.IsLocal(rel) {
		return "." + string(filepath.Separator) + rel
	}
	return path
}

// Between lists how the second of two deployments differs from the first: what the
// services ask for, images, and what they were given. No engine is asked. The error is
// about a service that no container can be made of.
func (s *Session) Between(was, is Deployed) (*planner.Compared, error) {
	b := between{was: was, is: is, engine: s.Engine, found: &planner.Compared{}}
	b.resources(event.Network, was.networks(), is.networks())
	b.resources(event.Volume, was.volumes(), is.volumes())
	for _, name := range union(was.Loaded.Services, is.Loaded.Services) {
		if err := b.service(name); err != nil {
			return nil, err
		}
	}
	b.apart(was, is)
	b.apart(is, was)
	return b.found, nil
}

type between struct {
	was, is Deployed
	engine  planner.Engine
	found   *planner.Compared
}

func (b *between) add(ref event.Ref, r plan.Reason) {
	b.found.Differences = append(b.found.Differences, planner.Difference{Ref: ref, Reason: r})
}

// union are the keys of both, sorted.
func union[V any](a, b map[string]V) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}

// networks are the definitions by their names at the engine.
func (d Deployed) networks() map[string]any {
	defined := map[string]any{}
	for _, n := range d.Loaded.Networks {
		defined[n.Name] = n
	}
	return defined
}

// volumes are the definitions by their names at the engine.
func (d Deployed) volumes() map[string]any {
	defined := map[string]any{}
	for _, v := range d.Loaded.Volumes {
		defined[v.Name] = v
	}
	return defined
}

// resources compares networks or volumes.
func (b *between) resources(kind event.Kind, was, is map[string]any) {
	for _, name := range union(was, is) {
		ref := event.Ref{Kind: kind, Name: name}
		old, had := was[name]
		now, has := is[name]
		switch {
		case !had && len(leftOut(b.is, b.was)) == 0:
			b.add(ref, plan.Reason{Code: planner.BecauseAdded})
		case !has && len(leftOut(b.was, b.is)) == 0:
			b.add(ref, plan.Reason{Code: planner.BecauseTakenOut})
		case had && has:
			if changes := observe.Redefined(old, now); len(changes) > 0 {
				b.add(ref, plan.Reason{Code: planner.BecauseConfigChanged, Changes: changes})
			}
		}
	}
}

// service compares one that at least one of the deployments brought up.
func (b *between) service(name string) error {
	ref := event.Ref{Kind: event.Container, Name: name, Service: name}
	_, had := b.was.Loaded.Services[name]
	_, has := b.is.Loaded.Services[name]
	switch {
	case had && has:
	case !b.was.Loaded.Known(name):
		b.add(ref, plan.Reason{Code: planner.BecauseAdded})
		return nil
	case !b.is.Loaded.Known(name):
		b.add(ref, plan.Reason{Code: planner.BecauseTakenOut})
		return nil
	default:
		return nil // see apart
	}
	b.found.Services++
	b.found.Containers++
	changes, err := observe.Between(b.was.Loaded, b.is.Loaded, name, b.engine)
	if err != nil {
		return err
	}
	if len(changes) > 0 {
		b.add(ref, plan.Reason{Code: planner.BecauseConfigChanged, Changes: changes})
	}
	old, now := b.was.Images[name], b.is.Images[name]
	if old.ID != now.ID && old.ID != "" && now.ID != "" {
		b.add(ref, plan.Reason{Code: planner.BecauseImageChanged, Detail: spec.ShortID(old.ID) + " → " + spec.ShortID(now.ID)})
	}
	for _, what := range b.contents(name) {
		b.add(ref, plan.Reason{Code: planner.BecauseConfigChanged, Detail: what})
	}
	return nil
}

// contents are texts about what a service was given that has another content.
func (b *between) contents(name string) []string {
	var texts []string
	now := b.is.Loaded.Services[name]
	mounted := map[string]bool{}
	for _, v := range b.was.Loaded.Services[name].Volumes {
		mounted[v.Source] = true
	}
	for _, ref := range now.Configs {
		was, had := keptContent(b.was, ref.Source)
		is, has := keptContent(b.is, ref.Source)
		if had && has && !bytes.Equal(was, is) {
			texts = append(texts, "content of config "+ref.Source+" changed")
		}
	}
	for _, ref := range now.Secrets {
		if project.ContentChanged(b.was.Definition.Secrets[ref.Source], b.is.Definition.Secrets[ref.Source]) {
			texts = append(texts, "content of secret "+ref.Source+" changed")
		}
	}
	for _, v := range now.Volumes {
		if mounted[v.Source] && project.ContentChanged(b.was.Definition.Mounted[v.Source], b.is.Definition.Mounted[v.Source]) {
			texts = append(texts, "content of the mounted file "+b.is.shown(v.Source)+" changed")
		}
	}
	return texts
}

// keptContent is a config's content as it was kept; ok: it was.
func keptContent(d Deployed, key string) (content []byte, ok bool) {
	if kept, ok := d.Definition.Configs[key]; ok {
		return kept.Content, kept.Missing == ""
	}
	c, ok := d.Loaded.Configs[key]
	return []byte(c.Content), ok && !bool(c.External)
}

// leftOut are the services that one deployment was about, and that the other knew and was
// not about.
func leftOut(of, not Deployed) []string {
	return slices.DeleteFunc(of.Loaded.ServiceNames(), func(name string) bool {
		_, too := not.Loaded.Services[name]
		return too || !not.Loaded.Known(name)
	})
}

// apart notes the services that one deployment was about and the other was not.
func (b *between) apart(of, not Deployed) {
	if names := leftOut(of, not); len(names) > 0 {
		b.found.Notes = append(b.found.Notes, plan.Note{Text: fmt.Sprintf("@%d was not about %s", not.Number, strings.Join(names, ", "))})
	}
}
