// Package planfile keeps a plan in a file until it is carried out: the plan, how it was
// asked for, and what tells whether it still holds.
package planfile

import (
	"encoding/json"
	"time"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// Schema names the form of a Saved's JSON; docs/schema/planfile.json describes it. What is
// added keeps the number.
const Schema = "compose.planfile/1"

// Saved is a plan in a file. It holds no secret: hashes of what may be one are keyed.
type Saved struct {
	Schema string `json:"schema"`
	// Seal is the keyed hash of the file with an empty seal: who has not the key of the user
	// that made it cannot change it unseen. Write sets it.
	Seal string `json:"seal"`
	// ID is the plan's: random. The deployment that carries it out has it.
	ID   string    `json:"id"`
	Tool string    `json:"tool"` // the version of this program
	Made time.Time `json:"made"`
	By   string    `json:"by"` // "alice@laptop"
	// Engine is the engine's id, and EngineHost where it was reached: "unix:///run/docker.sock".
	Engine     string `json:"engine"`
	EngineHost string `json:"engine_host"`
	Project    string `json:"project"`
	Asked      Asked  `json:"asked"`
	// Inputs are fingerprints of what the project was made of, Contexts those of what the
	// images of services are built from, by service.
	Inputs   project.Inputs    `json:"inputs"`
	Contexts map[string]string `json:"contexts,omitempty"`
	// Digests are what the plan pulls, "sha256:...", by reference. Of one that it lacks
	// whatever the registry has is pulled.
	Digests map[string]string `json:"digests,omitempty"`
	// Seen is what the engine had of what the plan depends on.
	Seen []Seen     `json:"seen"`
	Plan *plan.Plan `json:"plan"`
}

// Asked is how the plan was asked for: what has to be asked again for the same.
type Asked struct {
	// Dir is the folder of the call, absolute: what relative paths are relative to.
	Dir string `json:"dir"`
	// These are the global flags.
	Files         []string `json:"files,omitempty"`
	EnvFiles      []string `json:"env_files,omitempty"`
	Profiles      []string `json:"profiles,omitempty"`
	Name          string   `json:"name,omitempty"`
	ProjectDir    string   `json:"project_dir,omitempty"`
	AllResources  bool     `json:"all_resources,omitempty"`
	Compatibility bool     `json:"compatibility,omitempty"`
	AllowRemote   bool     `json:"allow_remote,omitempty"`
	// Environ are the variables of the environment, "NAME=VALUE", that say which files and
	// profiles are meant.
	Environ []string `json:"environ,omitempty"`
	// Services are those of the command line; none: all. NoDeps leaves their dependencies
	// out, and Scale are SERVICE=NUM.
	Services []string `json:"services,omitempty"`
	NoDeps   bool     `json:"no_deps,omitempty"`
	Scale    []string `json:"scale,omitempty"`
	// Options are the planner's, with the volumes whose data may be lost.
	Options planner.UpOptions `json:"options"`
}

// UnmarshalJSON reads what json.Marshal wrote. An action that this program does not know is
// an error.
func (s *Saved) UnmarshalJSON(data []byte) error {
	type plain Saved // without this method
	fields := struct {
		Plan json.RawMessage `json:"plan"` // shadows that of plain
		*plain
	}{plain: (*plain)(s)}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	p, err := plan.Decode(fields.Plan, planner.Actions())
	s.Plan = p
	return err
}
