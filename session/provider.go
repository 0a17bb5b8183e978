package session

import (
	"context"
	"fmt"

	"github.com/compose-orchestrator/compose/engine/dockerconfig"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/provider"
)

// providers calls the programs that provide services and models.
func (s *Session) providers() *provider.Runner {
	o := provider.Options{Project: s.Name, Sink: s.Sink, Force: s.Force, PluginDirs: dockerconfig.PluginDirs(s.ConfigDir)}
	if s.Project != nil {
		o.Dir = s.Project.WorkingDir
		o.Environ = s.Project.Environment.Values()
	}
	return provider.New(o)
}

// provide calls a service's provider.
func (d *doer) provide(ctx context.Context, a planner.RunProvider) (plan.Result, error) {
	if d.project == nil {
		return plan.Result{}, fmt.Errorf("service %s: its provider stands in the project's file", a.Ref.Name)
	}
	svc := d.project.Services[a.Ref.Name]
	res, err := d.provider.Do(ctx, provider.Service{
		Name: svc.Name, Type: svc.Provider.Type, Options: svc.Provider.Options,
		Config: func() ([]byte, error) { return d.project.MarshalService(svc.Name) },
	}, provider.Verb(a.Do))
	if err != nil {
		return plan.Result{}, err
	}
	if res.Skipped {
		return plan.Result{Text: "Skipped", Detail: "its provider has no " + string(a.Do)}, nil
	}
	if a.Do == planner.ProviderUp {
		d.warnOverwritten(svc.Name, res.Env)
	}
	return plan.Result{Env: res.Env, Digest: project.FingerprintOf(res.Env)}, nil
}

// warnOverwritten tells of variables of the file that a provider's go before.
func (d *doer) warnOverwritten(from string, variables map[string]string) {
	for _, name := range d.project.ServiceNames() {
		svc := d.project.Services[name]
		if _, depends := svc.DependsOn[from]; !depends {
			continue
		}
		for variable := range variables {
			if _, own := svc.Environment[variable]; own {
				d.sink(event.Message{
					Level: event.Warn,
					Text:  fmt.Sprintf("service %q: the provider of %s sets %s, which the file sets too", name, from, variable),
					Hint:  "the provider's value is taken; rename the one in the file",
				})
			}
		}
	}
}

// model brings a model of the file.
func (d *doer) model(ctx context.Context, a planner.BringModel) (plan.Result, error) {
	m := d.project.Models[a.Ref.Name]
	at, err := d.provider.Bring(ctx, provider.Model{
		Name: a.Ref.Name, Model: m.Model, ContextSize: m.ContextSize, RuntimeFlags: m.RuntimeFlags,
	})
	if err != nil {
		return plan.Result{}, err
	}
	env := map[string]string{project.ModelURL: at.URL, project.ModelName: at.Model}
	return plan.Result{Env: env, Digest: project.FingerprintOf(env)}, nil
}
