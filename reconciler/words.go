package reconciler

import (
	"strings"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
)

// words are what people read before and after a step. An empty one is not
// shown. They are an interface: scripts grep for them.
type words struct{ working, done string }

// wordsOf returns the words of an action.
func wordsOf(a plan.Action) words {
	switch a := a.(type) {
	case planner.PullImage:
		return words{"Pulling", "Pulled"}
	case planner.PushImage:
		return words{"Pushing", "Pushed"}
	case planner.BuildImage:
		return words{"Building", "Built"}
	case planner.CreateNetwork, planner.CreateVolume:
		return words{"Creating", "Created"}
	case planner.RemoveNetwork, planner.RemoveVolume, planner.RemoveImage, planner.RemoveContainer:
		return words{"Removing", "Removed"}
	case planner.CreateContainer:
		if a.Replaces != "" {
			return words{"Recreate", "Recreated"}
		}
		return words{"Creating", "Created"}
	case planner.StartContainer:
		return words{"Starting", "Started"}
	case planner.PauseContainer:
		return words{"Pausing", "Paused"}
	case planner.UnpauseContainer:
		return words{"", "Unpaused"}
	case planner.StopContainer:
		return words{"Stopping", "Stopped"}
	case planner.RestartContainer:
		return words{"Restarting", "Started"}
	case planner.KillContainer:
		return words{"Killing", "Killed"}
	case planner.RunProvider:
		switch a.Do {
		case planner.ProviderDown:
			return words{"Removing", "Removed"}
		case planner.ProviderStop:
			return words{"Stopping", "Stopped"}
		}
		return words{"Creating", "Created"}
	case planner.BringModel:
		return words{"Configuring", "Configured"}
	case planner.WaitContainer:
		return words{"Waiting", metBy[a.Condition]}
	case planner.RunHook: // a part of the start or the stop
		if a.Phase == planner.PreStop {
			return words{"Stopping", ""}
		}
		return words{"Starting", ""}
	}
	return words{} // renames, and what goes with a network that is made anew
}

// metBy are the words of a wait that ended well.
var metBy = map[planner.Condition]string{
	planner.ConditionStarted:          "Started",
	planner.ConditionHealthy:          "Healthy",
	planner.ConditionRunningOrHealthy: "Healthy",
	planner.ConditionCompleted:        "Exited",
}

// until are the words for what a wait is for.
var until = map[planner.Condition]string{
	planner.ConditionStarted:          "to start",
	planner.ConditionHealthy:          "to be healthy",
	planner.ConditionRunningOrHealthy: "to run and be healthy",
	planner.ConditionCompleted:        "to complete",
}

// waitDetail says what a wait is for: "to be healthy, for api, web".
func waitDetail(a planner.WaitContainer) string {
	if len(a.For) == 0 {
		return until[a.Condition]
	}
	return until[a.Condition] + ", for " + strings.Join(a.For, ", ")
}

// aimOf is what others wait for an action to do: "to start".
func aimOf(a plan.Action) string {
	switch a := a.(type) {
	case planner.WaitContainer:
		return until[a.Condition]
	case planner.StartContainer, planner.RestartContainer, planner.UnpauseContainer:
		return "to start"
	case planner.StopContainer, planner.KillContainer:
		return "to stop"
	case planner.CreateContainer, planner.CreateNetwork, planner.CreateVolume:
		return "to be created"
	case planner.RemoveContainer, planner.RemoveNetwork, planner.RemoveVolume, planner.RemoveImage:
		return "to be removed"
	case planner.RenameContainer:
		return "to be recreated"
	case planner.ConnectContainer:
		return "to be connected"
	case planner.PullImage:
		return "to be pulled"
	case planner.BuildImage:
		return "to be built"
	case planner.PushImage:
		return "to be pushed"
	case planner.RunHook:
		return "to run its hook"
	}
	return "to be ready"
}
