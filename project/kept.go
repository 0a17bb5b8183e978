package project

import (
	"fmt"
	"io"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/internal/regular"
)

// Kept is what is kept of a project to bring it up once more as it is: the selected
// services, and what they use. It holds no secret's content. Its JSON is a part of
// compose.deployment/1.
type Kept struct {
	// Model is the project as config prints it: a Compose file with absolute paths.
	Model string `json:"model"`
	// Hashes are the services', as Project.Hash has them without containers' ids: who loads
	// the model again compares them.
	Hashes map[string]string `json:"hashes"`
	// Configs are those whose content does not stand in the model, by their keys.
	Configs map[string]KeptConfig `json:"configs,omitempty"`
	// Secrets are keyed hashes, as ContentHash's, of those of services and builds, by their
	// keys. An external one, and one that cannot be read, has none.
	Secrets map[string]string `json:"secrets,omitempty"`
	// EnvFiles, Profiles and Compatibility are the project's.
	EnvFiles      []string `json:"env_files,omitempty"`
	Profiles      []string `json:"profiles,omitempty"`
	Compatibility bool     `json:"compatibility,omitempty"`
}

// KeptConfig is the content of a config from a file or from the environment.
type KeptConfig struct {
	Content []byte `json:"content,omitempty"`
	// Missing says why the content is not kept: it is a folder, it is too large. "": it is.
	Missing string `json:"missing,omitempty"`
}

// keptBytes bounds the content of a config that is kept.
const keptBytes = 1 << 20

// Keep makes what is kept of the project; nil where it was loaded for commands that need
// less than all of it. The error says what of it cannot be written.
func (p *Project) Keep() (*Kept, error) {
	if p.need != NeedAll {
		return nil, nil
	}
	text, err := p.Marshal(MarshalOptions{})
	if err != nil {
		return nil, err
	}
	k := &Kept{
		Model:    string(text),
		Hashes:   map[string]string{},
		Configs:  map[string]KeptConfig{},
		Secrets:  map[string]string{},
		EnvFiles: p.EnvFiles, Compatibility: p.Compatibility,
	}
	for _, profile := range p.Profiles {
		if profile != "" {
			k.Profiles = append(k.Profiles, profile)
		}
	}
	for name, s := range p.Services {
		if k.Hashes[name], err = p.Hash(name, nil); err != nil {
			return nil, err
		}
		for _, u := range p.contentsOf(s) {
			p.keep(k, u)
		}
		if s.Build == nil {
			continue
		}
		for _, ref := range s.Build.Secrets {
			if d, ok := p.Secrets[ref.Source]; ok && !bool(d.External) {
				p.keep(k, usedContent{"secret", ref.Source, types.FileObjectConfig(d)})
			}
		}
	}
	return k, nil
}

// keep keeps the content of a config, or the hash of a secret, once.
func (p *Project) keep(k *Kept, u usedContent) {
	if u.kind == "secret" {
		if _, done := k.Secrets[u.key]; !done {
			k.Secrets[u.key] = p.SecretHash(u.key)
		}
		return
	}
	if _, done := k.Configs[u.key]; done {
		return
	}
	switch d := u.definition; {
	case d.File != "":
		k.Configs[u.key] = keptFile(d.File)
	case d.Environment != "":
		k.Configs[u.key] = KeptConfig{Content: []byte(d.Content)}
	}
}

// SecretHash is the keyed hash of a secret's content as it is now; "": it is external, it
// cannot be had, or the project was loaded without a key. ContentChanged compares two.
func (p *Project) SecretHash(key string) string {
	d, ok := p.Secrets[key]
	if !ok || bool(d.External) || p.contentKey == nil {
		return ""
	}
	u := usedContent{"secret", key, types.FileObjectConfig(d)}
	digest, err := "", error(nil)
	if _, read := p.contents[d.File]; d.File != "" && !read { // of a build alone
		digest, err = fileDigest(d.File)
	} else {
		digest, err = p.contentDigest(u)
	}
	if err != nil {
		return ""
	}
	return p.contentKey().Hash("secret " + key + " " + digest)
}

func keptFile(path string) KeptConfig {
	f, err := regular.Open(path)
	if err != nil {
		return KeptConfig{Missing: err.Error()}
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, keptBytes+1))
	switch {
	case err != nil:
		return KeptConfig{Missing: err.Error()}
	case len(content) > keptBytes:
		return KeptConfig{Missing: fmt.Sprintf("%s has more than %d MiB", path, keptBytes>>20)}
	}
	return KeptConfig{Content: content}
}
