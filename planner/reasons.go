package planner

import "github.com/compose-orchestrator/compose/plan"

// The reasons of steps.
const (
	BecauseMissing           plan.Code = "missing"          // desired and not there
	BecauseConfigChanged     plan.Code = "config changed"   // the service's definition differs
	BecauseImageChanged      plan.Code = "image changed"    // the reference names another image now
	BecauseImageVolume       plan.Code = "image mount"      // an image that is mounted changed
	BecauseForced            plan.Code = "forced"           // by a flag
	BecauseParentRecreated   plan.Code = "parent recreated" // a namespace or volumes_from of a recreated one
	BecauseNetworkMissing    plan.Code = "network missing"  // a declared network is not attached
	BecauseNetworkChanged    plan.Code = "network changed"  // one that it is on is made anew
	BecauseVolumeMissing     plan.Code = "volume missing"   // a declared volume is not mounted
	BecauseUntagged          plan.Code = "its name goes to another image"
	BecauseNotRunning        plan.Code = "not running" // up to date, and to be started
	BecausePausedByHand      plan.Code = "paused"      // up to date, and to be unpaused
	BecauseByHand            plan.Code = "changed by hand"
	BecauseAdded             plan.Code = "added"              // a later deployment has it
	BecauseTakenOut          plan.Code = "taken out"          // a later deployment does not have it
	BecauseOrphan            plan.Code = "orphan"             // its service is not in the file
	BecauseFinished          plan.Code = "finished one-off"   // a container of run that ended and stayed
	BecauseScaledDown        plan.Code = "scaled down"        // more replicas than asked for
	BecauseDuplicate         plan.Code = "duplicate"          // a leftover of an interrupted replacement
	BecauseInterrupted       plan.Code = "interrupted"        // finishing what an earlier run began
	BecauseDependencyRestart plan.Code = "dependency restart" // depends_on with restart: true
	BecauseDependency        plan.Code = "dependency"         // others wait for its condition
	BecauseProvided          plan.Code = "variables"          // of a provider or a model
	BecausePullPolicy        plan.Code = "pull policy"
	BecauseBuildRequested    plan.Code = "build"
	BecauseRequested         plan.Code = "requested" // the command says so: stop, down, ...
)
