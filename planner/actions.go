package planner

import "github.com/compose-orchestrator/compose/plan"

// Actions has one value of each type of action that plans of containers on an
// engine have: the table by which such a plan is decoded.
func Actions() []plan.Action {
	return []plan.Action{
		PullImage{}, BuildImage{}, PushImage{}, RemoveImage{}, PruneImage{},
		CreateNetwork{}, CheckNetwork{}, RemoveNetwork{}, ConnectContainer{},
		CreateVolume{}, RemoveVolume{}, RecordStops{}, ForgetStops{},
		CreateContainer{}, RenameContainer{}, RemoveContainer{}, RepairContainer{},
		StartContainer{}, RestartContainer{}, StopContainer{}, KillContainer{}, PauseContainer{}, UnpauseContainer{},
		WaitContainer{}, RunHook{},
		RunProvider{}, BringModel{},
	}
}

// The optional interfaces that actions implement, checked by the compiler.
var (
	_ = []plan.Producer{PullImage{}, BuildImage{}, RunProvider{}, BringModel{}}
	_ = []plan.Interruptible{PullImage{}, BuildImage{}, PushImage{}, RunProvider{}, BringModel{}, WaitContainer{}}
)

// The changes that several actions on one container make.
const (
	changeReplace = "replace" // a create under a temporary name to the rename
	changeStart   = "start"   // a start to the last post_start hook
)

// ChangesProject tells whether an action changes more than images: looks, waits, pulls and
// builds do not, nor does asking a provider or for a model.
func ChangesProject(a plan.Action) bool {
	switch a.(type) {
	case PullImage, BuildImage, PushImage, PruneImage, CheckNetwork, WaitContainer, RunProvider, BringModel:
		return false
	}
	return true
}

// Builds are the services whose images a plan builds, in its order.
func Builds(p *plan.Plan) (services []string) {
	for _, s := range p.Steps {
		if b, ok := s.Action.(BuildImage); ok {
			services = append(services, b.Ref.Service)
		}
	}
	return services
}
