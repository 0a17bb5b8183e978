package main

import "github.com/compose-orchestrator/compose/project"

// needs are what the commands need of the project's files. Those that none is
// named for here need all of the services that they are about; config's lists
// need less than config does.
var needs = map[string]project.Need{
	"attach":   project.NeedName,
	"commit":   project.NeedName,
	"cp":       project.NeedName,
	"exec":     project.NeedName,
	"export":   project.NeedName,
	"history":  project.NeedName,
	"show":     project.NeedName,
	"prune":    project.NeedName,
	"port":     project.NeedName,
	"rollback": project.NeedName,
	"top":      project.NeedName,
	"wait":     project.NeedName,

	"events":  project.NeedServices,
	"images":  project.NeedServices,
	"logs":    project.NeedServices,
	"ps":      project.NeedServices,
	"stats":   project.NeedServices,
	"volumes": project.NeedServices,

	"down":    project.NeedRunning,
	"kill":    project.NeedRunning,
	"pause":   project.NeedRunning,
	"restart": project.NeedRunning,
	"rm":      project.NeedRunning,
	"start":   project.NeedRunning,
	"stop":    project.NeedRunning,
	"unpause": project.NeedRunning,

	"build": project.NeedImages,
	"pull":  project.NeedImages,
	"push":  project.NeedImages,
	"viz":   project.NeedImages,
}
