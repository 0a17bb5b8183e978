package session

import (
	"sync"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

// missingImages are the images that could not be pulled.
type missingImages struct {
	mu   sync.Mutex // guards below
	refs map[string]bool
}

func newMissingImages() *missingImages { return &missingImages{refs: map[string]bool{}} }

// watch is a sink that notes pulls that failed, and passes all events on.
func (m *missingImages) watch(sink event.Sink) event.Sink {
	return func(e event.Event) {
		if s, ok := e.(event.Status); ok && s.Ref.Kind == event.Image && s.Err != nil {
			m.mu.Lock()
			m.refs[s.Ref.Name] = true
			m.mu.Unlock()
		}
		sink(e)
	}
}

// builtBy are the services that build one of the images, sorted.
func (m *missingImages) builtBy(p *project.Project) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for _, name := range p.ServiceNames() {
		if p.Services[name].Build != nil && m.refs[p.ImageName(name)] {
			names = append(names, name)
		}
	}
	return names
}
