// Package dockerconfig is docker's config.json: credentials for registries, proxies, and
// what a user set for docker's commands.
package dockerconfig

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/credentials"
	"github.com/docker/docker/api/types/registry"

	"github.com/compose-orchestrator/compose/hint"
)

// dockerHub is the registry of references that name none, as docker's
// config.json calls it.
const dockerHub = "https://index.docker.io/v1/"

// File is docker's config.json: credentials and proxies. It is read at
// the first use.
type File struct {
	Dir string // "": $DOCKER_CONFIG or ~/.docker

	once sync.Once // sets the two below
	file *configfile.ConfigFile
	err  error

	helper sync.Mutex // credential helpers are asked one at a time
}

func (c *File) load() (*configfile.ConfigFile, error) {
	c.once.Do(func() {
		if c.file, c.err = config.Load(c.Dir); c.err != nil {
			c.err = hint.Wrap(fmt.Errorf("reading docker's config.json: %w", c.err), "correct the file, or move it away")
			return
		}
		if !c.file.ContainsAuth() {
			c.file.CredentialsStore = credentials.DetectDefaultStore(c.file.CredentialsStore)
		}
	})
	return c.file, c.err
}

// RegistryAuth is the header with the credentials for an image's registry, as the
// engine's API takes it. A file or a credential helper that fails is a hint.Error; a
// reference that is none is an error of its own.
func (c *File) RegistryAuth(image string) (string, error) {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return "", fmt.Errorf("reading the reference %q: %w", image, err)
	}
	host := reference.Domain(named)
	if host == "docker.io" {
		host = dockerHub
	}
	file, err := c.load()
	if err != nil {
		return "", err
	}
	c.helper.Lock()
	auth, err := file.GetAuthConfig(host)
	c.helper.Unlock()
	if err != nil {
		return "", hint.Wrap(fmt.Errorf("getting credentials for %s: %w", host, err),
			"check credsStore and credHelpers in docker's config.json, and that the helper is installed")
	}
	return registry.EncodeAuthConfig(registry.AuthConfig{
		Username:      auth.Username,
		Password:      auth.Password,
		Auth:          auth.Auth,
		ServerAddress: auth.ServerAddress,
		IdentityToken: auth.IdentityToken,
		RegistryToken: auth.RegistryToken,
	})
}

// Credentials is a config.json with the credentials for all registries in plain form,
// helpers asked. A file or a credential helper that fails is a hint.Error.
func (c *File) Credentials() (string, error) {
	file, err := c.load()
	if err != nil {
		return "", err
	}
	c.helper.Lock()
	all, err := file.GetAllCredentials()
	c.helper.Unlock()
	if err != nil {
		return "", hint.Wrap(fmt.Errorf("getting the credentials for use_api_socket: %w", err),
			"check credsStore and credHelpers in docker's config.json, and that the helper is installed")
	}
	var text strings.Builder
	if err := (&configfile.ConfigFile{AuthConfigs: all}).SaveToWriter(&text); err != nil {
		return "", fmt.Errorf("writing credentials: %w", err)
	}
	return text.String(), nil
}

// ProxyEnv are the proxy variables that config.json wants in every container of
// an engine. A file that cannot be read wants none: pulls report it.
func (c *File) ProxyEnv(host string) map[string]string {
	file, err := c.load()
	if err != nil {
		return nil
	}
	env := map[string]string{}
	for name, value := range file.ParseProxyConfig(host, nil) {
		if value != nil {
			env[name] = *value
		}
	}
	return env
}

// DetachKeys are the keys that docker's config.json wants to detach
// with, as they stand there; "" where it says nothing. Its error says that the
// file cannot be read.
func DetachKeys(configDir string) (string, error) {
	c := File{Dir: configDir}
	file, err := c.load()
	if err != nil {
		return "", err
	}
	return file.DetachKeys, nil
}

// Formats are how docker's config.json wants listings to be printed; "": it says
// nothing.
type Formats struct{ Ps, Stats string }

// ReadFormats reads them. Docker Compose honours these two alone of those that the
// file may have. A file that cannot be read is a hint.Error.
func ReadFormats(configDir string) (Formats, error) {
	c := File{Dir: configDir}
	file, err := c.load()
	if err != nil {
		return Formats{}, err
	}
	return Formats{Ps: file.PsFormat, Stats: file.StatsFormat}, nil
}

// PluginDirs are the folders that docker's config.json and its own folder add
// to those where docker's plugins are; dir "": $DOCKER_CONFIG or ~/.docker. A
// file that cannot be read adds none.
func PluginDirs(dir string) []string {
	c := File{Dir: dir}
	dirs := []string{filepath.Join(cmp.Or(dir, config.Dir()), "cli-plugins")}
	if file, err := c.load(); err == nil {
		dirs = append(dirs, file.CLIPluginsExtraDirs...)
	}
	return dirs
}
