// Package history keeps what commands changed of a project at an engine: a deployment
// for each, in a file of its own, below this machine's user's state folder.
package history

import (
	"encoding/json"
	"time"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// Schema names the form of a Deployment's JSON; docs/schema/deployment.json describes it.
// What is added keeps the number.
const Schema = "compose.deployment/1"

// Deployment is what one command changed. It is written before the command's first write
// to the engine, and once more when it ended.
type Deployment struct {
	Schema string `json:"schema"`
	// Number counts the deployments of a project at an engine, from 1. It is their order:
	// clocks jump.
	Number int `json:"number"`
	// PlanID is random, or that of a saved plan's file. The containers that it made have it
	// as a label.
	PlanID  string    `json:"plan_id"`
	Project string    `json:"project"`
	Engine  string    `json:"engine"` // its id
	Began   time.Time `json:"began"`
	Ended   time.Time `json:"ended,omitzero"` // zero: it has not, or was killed
	User    string    `json:"user"`
	Host    string    `json:"host"`
	Tool    string    `json:"tool"` // the version of this program
	// Command is what was called, with what looks like a secret as "•••".
	Command []string `json:"command"`
	// Back is the deployment that a rollback went back to; 0: it is no rollback.
	Back int `json:"back_to,omitempty"`

	// Dir and Files are where the project was loaded from, absolute.
	Dir   string   `json:"dir,omitempty"`
	Files []string `json:"files,omitempty"`
	// Targets are the services that the command named, sorted; empty: all.
	Targets []string `json:"targets,omitempty"`
	// Definition is the project as it was brought up; nil where the command only stops,
	// starts or removes what there is.
	Definition *project.Kept `json:"definition,omitempty"`
	// Images are those of the containers that there were at the end, by service.
	Images map[string]Image `json:"images,omitempty"`

	// Changes are what came of it; before the end, what the plan comes to.
	Changes []plan.Change `json:"changes"`
	// Plan is all that the command planned, as plan.Plan's JSON: one plan, or the steps of
	// several behind each other where it planned again.
	Plan json.RawMessage `json:"plan"`
	// Done are the ids of the steps that ended well; nil before the end.
	Done    []int   `json:"done,omitempty"`
	Outcome Outcome `json:"outcome"`
	// Down are the milliseconds for which containers of a service that ran before were
	// down, at most, by service. Those that did not come back are not among them.
	Down map[string]int64 `json:"down_ms,omitempty"`

	// Later are changes that were made below this deployment: by a command that watches
	// files, or that stops what it brought up. The newest maxLater, and how many there were.
	Later      []Entry `json:"later,omitempty"`
	LaterCount int     `json:"later_count,omitempty"`
}

// maxLater is how many entries a deployment keeps.
const maxLater = 20

// Image is what a service's containers run.
type Image struct {
	Ref string `json:"ref"` // as the file names it, or the built image's name
	ID  string `json:"id"`  // at the engine, "sha256:..."
	// Digests are what registries know it by, "nginx@sha256:..."; none: it was built here.
	Digests []string `json:"digests,omitempty"`
	// Platform is "linux/arm64" or the like; Size is in bytes.
	Platform string `json:"platform,omitempty"`
	Size     int64  `json:"size,omitempty"`
}

// Result is how a deployment or an entry ended, in a word.
type Result string

// The results.
const (
	Begun       Result = "begun" // it goes on, or was killed
	Done        Result = "done"
	Failed      Result = "failed"
	Interrupted Result = "interrupted"
)

// Outcome is how it ended.
type Outcome struct {
	Result Result   `json:"result"`
	Errors []string `json:"errors,omitempty"`
	// Explained is what explain knew of the services that failed, a sentence each.
	Explained []string `json:"explained,omitempty"`
}

// Entry is one change below a deployment.
type Entry struct {
	Began   time.Time     `json:"began"`
	Ended   time.Time     `json:"ended,omitzero"`
	Changes []plan.Change `json:"changes"`
	Outcome Outcome       `json:"outcome"`
}

// PutEntry adds an entry below the deployment, or takes the place of the one that began
// at the same time.
func (d *Deployment) PutEntry(e Entry) {
	for i := range d.Later {
		if d.Later[i].Began.Equal(e.Began) {
			d.Later[i] = e
			return
		}
	}
	d.LaterCount++
	d.Later = append(d.Later, e)
	d.Later = d.Later[max(0, len(d.Later)-maxLater):]
}

// By is who did it: "alice@laptop".
func (d *Deployment) By() string { return By(d.User, d.Host) }

// By is a user and a host as labels have them: "alice@laptop".
func By(user, host string) string {
	switch {
	case host == "":
		return user
	case user == "":
		return host
	}
	return user + "@" + host
}
