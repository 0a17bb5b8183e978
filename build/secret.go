package build

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	bksecrets "github.com/moby/buildkit/session/secrets"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// secret is what a RUN --mount=type=secret,id=ID may read.
type secret struct {
	id   string
	file string // absolute; "": value
	env  string // the variable that value comes from; "": the file's content
	// value comes from the environment. It goes nowhere but to the engine, and
	// only if a step asks for it.
	value string
}

// secrets reads build.secrets. A file must exist, a variable must be set.
func secrets(p *project.Project, b *types.BuildConfig) ([]secret, error) {
	var list []secret
	for _, ref := range b.Secrets {
		id := ref.Target
		if id == "" {
			id = ref.Source
		}
		s, ok, err := readSecret(p, ref.Source)
		if err != nil {
			return nil, err
		}
		if ok {
			s.id = id
			list = append(list, s)
		}
	}
	return list, nil
}

// readSecret returns ok = false for one that lives outside of the project:
// Unapplied names it, and a step that requires it will fail.
func readSecret(p *project.Project, name string) (s secret, ok bool, err error) {
	def, ok := p.Secrets[name]
	switch {
	case !ok:
		return s, false, hint.New(fmt.Sprintf("the secret %q is not defined", name),
			"define it under the top-level secrets")
	case bool(def.External):
		return s, false, nil
	case def.File != "":
		if _, err := os.Stat(def.File); errors.Is(err, fs.ErrNotExist) {
			return s, false, hint.New(fmt.Sprintf("the secret %q: no file %q", name, def.File),
				"create the file, or change secrets."+name+".file")
		} else if err != nil {
			return s, false, fmt.Errorf("the secret %q: %w", name, err)
		}
		return secret{file: def.File}, true, nil
	case def.Content != "":
		return secret{env: def.Environment, value: def.Content}, true, nil
	}
	value, ok := p.Environment[def.Environment]
	if !ok {
		return s, false, hint.New(fmt.Sprintf("the secret %q: the variable %s is not set", name, def.Environment),
			"set it in the environment or in .env")
	}
	return secret{env: def.Environment, value: value}, true, nil
}

// bake is the secret as a flag of buildx.
func (s secret) bake() string {
	if s.file != "" {
		return "id=" + s.id + ",type=file,src=" + s.file
	}
	return "id=" + s.id + ",type=env,env=" + s.env
}

// secretStore answers BuildKit's requests for the secrets of one build.
type secretStore []secret

// GetSecret implements BuildKit's secrets.SecretStore.
func (s secretStore) GetSecret(_ context.Context, id string) ([]byte, error) {
	for _, one := range s {
		if one.id != id {
			continue
		}
		if one.file != "" {
			return ofSecret.read(one.file)
		}
		return []byte(one.value), nil
	}
	return nil, bksecrets.ErrNotFound
}

// sshAgent is what a RUN --mount=type=ssh,id=ID may use: an agent's socket, or
// a file with a key.
type sshAgent struct{ id, path string }

// defaultSSH is the id of a mount that names none.
const defaultSSH = "default"

// sshAgents are the file's, with those of the command line over them by id. An
// entry without a path stands for the user's agent, which must be there.
func sshAgents(file types.SSHConfig, o Options) ([]sshAgent, error) {
	paths := map[string]string{}
	for _, from := range [][]types.SSHKey{file, o.SSH} {
		for _, k := range from {
			paths[cmp.Or(k.ID, defaultSSH)] = k.Path
		}
	}
	var agents []sshAgent
	for _, id := range slices.Sorted(maps.Keys(paths)) {
		path := paths[id]
		if path == "" {
			path, _ = o.LookupEnv("SSH_AUTH_SOCK")
		}
		if path == "" {
			return nil, hint.New("invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set",
				"start one: eval $(ssh-agent); ssh-add")
		}
		agents = append(agents, sshAgent{id: id, path: path})
	}
	return agents, nil
}
