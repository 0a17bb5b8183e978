package project

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/internal/regular"
)

// Kept is what is kept of a project to bring it up once more as it is: the selected
// services, and what they use. It holds no secret's content. Its JSON is a part of
// compose.deployment/1.
type Kept struct {
	// Model is the project as config prints it, less the ssh of builds: a Compose file with
	// absolute paths.
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
	// AllResources is as in Options.
	AllResources bool `json:"all_resources,omitempty"`
	// Off are the services that the files have and that were not selected, sorted.
	Off []string `json:"off,omitempty"`
	// Platform is DOCKER_DEFAULT_PLATFORM.
	Platform string `json:"platform,omitempty"`
	// Refresh are the ages of pull policies "refresh", by service: config does not print them.
	Refresh map[string]string `json:"refresh,omitempty"`
	// Mounted are keyed hashes of the files that containers have as bind mounts, by path;
	// "" where that is a folder, or cannot be read.
	Mounted map[string]string `json:"mounted,omitempty"`
	// Private are keyed hashes of the words that came from variables, which nobody is shown;
	// allPrivate where they are too many.
	Private []string `json:"private,omitempty"`
}

// defaultPlatform names the one variable that counts after a project was resolved.
const defaultPlatform = "DOCKER_DEFAULT_PLATFORM"

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
	k := &Kept{
		Hashes:   map[string]string{},
		Configs:  map[string]KeptConfig{},
		Secrets:  map[string]string{},
		EnvFiles: p.EnvFiles, Compatibility: p.Compatibility,
		AllResources: p.allResources, Off: slices.Sorted(maps.Keys(p.DisabledServices)),
		Platform: p.Environment[defaultPlatform], Refresh: map[string]string{}, Mounted: map[string]string{},
	}
	var err error
	if k.Model, err = p.keptModel(); err != nil {
		return nil, err
	}
	for _, profile := range p.Profiles {
		if profile != "" {
			k.Profiles = append(k.Profiles, profile)
		}
	}
	k.Private = p.privateHashes()
	for name, s := range p.Services {
		if k.Hashes[name], err = p.Hash(name, nil); err != nil {
			return nil, err
		}
		p.keepMounted(k, s)
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

// keptModel is the model as text, in which every value reads back as it is. What a build
// alone needs of this machine is left out.
func (p *Project) keptModel() (string, error) {
	c := p.copy()
	c.Services = maps.Clone(p.Services)
	for name, s := range c.Services {
		if s.PullRefreshAfter = ""; s.Build != nil && len(s.Build.SSH) > 0 {
			b := *s.Build
			b.SSH = nil
			s.Build = &b
		}
		c.Services[name] = s
	}
	text, err := yamlOf(c.Project, readable)
	if err != nil {
		return "", fmt.Errorf("writing the project: %w", err)
	}
	return strings.ReplaceAll(string(text), "$", "$$"), nil
}

// keepMounted keeps what Project.Marshal leaves out of a service, and the hashes of files
// that it mounts.
func (p *Project) keepMounted(k *Kept, s types.ServiceConfig) {
	if s.PullRefreshAfter != "" {
		k.Refresh[s.Name] = s.PullRefreshAfter
	}
	for _, v := range s.Volumes {
		if _, done := k.Mounted[v.Source]; v.Type == types.VolumeTypeBind && !done {
			k.Mounted[v.Source] = p.MountedHash(v.Source)
		}
	}
}

// MountedHash is the keyed hash of a file that containers have as a bind mount, as it is
// now; "": it is no regular file, it cannot be read, or the project was loaded without a
// key. ContentChanged compares two.
func (p *Project) MountedHash(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || p.contentKey == nil {
		return ""
	}
	digest, err := fileDigest(path)
	if err != nil {
		return ""
	}
	return p.contentKey().Hash("file " + path + " " + digest)
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
