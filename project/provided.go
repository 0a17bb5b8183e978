package project

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// Provided are the variables that services with a provider and models give to a
// service's environment, by the String of the provider's or model's Ref. The variables
// of a model are ModelURL and ModelName.
type Provided map[string]map[string]string

// The variables of a model, before WithProvided gives them the names that the
// service wants.
const (
	ModelURL  = "URL"
	ModelName = "MODEL"
)

// Providers are the services with a provider and the models that a service
// takes variables from, sorted by name, services first.
func (p *Project) Providers(service string) []event.Ref {
	s, ok := p.Services[service]
	if !ok {
		return nil
	}
	var refs []event.Ref
	for _, name := range slices.Sorted(maps.Keys(s.DependsOn)) {
		if p.Services[name].Provider != nil {
			refs = append(refs, ProviderRef(name))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.Models)) {
		refs = append(refs, event.Ref{Kind: event.Model, Name: key})
	}
	return refs
}

// ProviderRef names a service that has a provider.
func ProviderRef(service string) event.Ref {
	return event.Ref{Kind: event.Service, Name: service, Service: service}
}

// WithProvided returns the project with variables in the service's environment,
// where they go before those of the file, as with Docker Compose. The config
// hash is taken with them.
func (p *Project) WithProvided(service string, given Provided) *Project {
	s, ok := p.Services[service]
	if !ok || len(given) == 0 {
		return p
	}
	s.Environment = maps.Clone(s.Environment)
	if s.Environment == nil {
		s.Environment = map[string]*string{}
	}
	for _, ref := range p.Providers(service) {
		for name, value := range given[ref.String()] {
			if ref.Kind == event.Model {
				name = p.modelVariable(service, ref.Name, name)
			}
			s.Environment[name] = &value
		}
	}
	c := p.copy()
	c.Services = maps.Clone(p.Services)
	c.Services[service] = s
	return c
}

// modelVariable is the name that a service has for a variable of a model.
func (p *Project) modelVariable(service, model, variable string) string {
	if m := p.Services[service].Models[model]; m != nil {
		switch {
		case variable == ModelURL && m.EndpointVariable != "":
			return m.EndpointVariable
		case variable == ModelName && m.ModelVariable != "":
			return m.ModelVariable
		}
	}
	return strings.ToUpper(strings.ReplaceAll(model, "-", "_")) + "_" + variable
}

// Label is the text in which a container keeps what it was given, "" for
// nothing. An error is one of encoding/json, which has none for texts.
func (g Provided) Label() (string, error) {
	if len(g) == 0 {
		return "", nil
	}
	text, err := json.Marshal(g)
	if err != nil {
		return "", fmt.Errorf("writing label %s: %w", LabelProvided, err)
	}
	return string(text), nil
}

// ReadProvided is the inverse of Label; a text that is none means nothing.
func ReadProvided(label string) Provided {
	var g Provided
	if json.Unmarshal([]byte(label), &g) != nil {
		return nil
	}
	return g
}

// FingerprintOf is a hash of variables, hexadecimal: equal ones have the same.
func FingerprintOf(variables map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		fmt.Fprintf(&b, "%q=%q\n", name, variables[name])
	}
	return fingerprint([]byte(b.String()))
}

// MarshalService writes one service as `config --format json` prints it, on one
// line and without doubled "$": what a provider gets of its service. An error
// wraps ErrNoSuchService, or is about an extension (x-) that has no JSON.
func (p *Project) MarshalService(service string) ([]byte, error) {
	s, ok := p.Services[service]
	if !ok {
		return nil, p.noSuchService(service)
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("writing service %q: %w", service, err)
	}
	return text, nil
}
