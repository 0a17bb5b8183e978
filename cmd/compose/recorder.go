package main

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/internal/statedir"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session"
)

// recorded are the commands whose changes are deployments.
var recorded = []string{"up", "create", "watch", "apply", "scale", "stop", "start", "restart", "rm", "down", "rollback"}

// historyDir is the folder of all histories.
func (a *app) historyDir() (string, error) {
	dir, err := statedir.Dir(a.getenv)
	return filepath.Join(dir, "history"), err
}

// recorder keeps what the command changes; nil: it is none of those that are kept, or this
// machine has no folder for it.
func (a *app) recorder() *session.Recorder {
	path := strings.Fields(a.commandPath)
	dir, err := a.historyDir()
	if err != nil || a.global.plan.dryRun || len(path) == 0 || !slices.Contains(recorded, path[len(path)-1]) {
		return nil
	}
	return session.NewRecorder(session.RecorderOptions{
		Dir: dir, Command: a.calledWith(), User: a.userName(), Host: a.hostName(), PlanID: a.planID, Back: a.back,
	})
}

// calledWith is the command line, without what looks like a secret.
func (a *app) calledWith() []string {
	var nothing project.Project // whose variables would be secrets
	words := slices.Clone(a.args)
	for i, private := range nothing.Private(words) {
		if private {
			words[i] = hiddenWord
		}
	}
	return append(strings.Fields(cmp.Or(a.name, "compose")), words...)
}

// hiddenWord stands for what is not shown.
const hiddenWord = "•••"
