package engine

import (
	"fmt"
	"io"
	"sync"

	"github.com/distribution/reference"
	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/docker/api/types/registry"
)

// dockerHub is the registry of references that name none, as docker's
// config.json calls it.
const dockerHub = "https://index.docker.io/v1/"

// dockerConfig is docker's config.json: credentials and proxies. It is read at
// the first use; the zero value is ready.
type dockerConfig struct {
	once sync.Once
	file *configfile.ConfigFile

	helper sync.Mutex // credential helpers are asked one at a time
}

func (c *dockerConfig) load() *configfile.ConfigFile {
	c.once.Do(func() { c.file = config.LoadDefaultConfigFile(io.Discard) })
	return c.file
}

// registryAuth is the header with the credentials for an image's registry, as
// the engine's API takes it.
func (c *dockerConfig) registryAuth(image string) (string, error) {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return "", fmt.Errorf("reading the reference %q: %w", image, err)
	}
	host := reference.Domain(named)
	if host == "docker.io" {
		host = dockerHub
	}
	c.helper.Lock()
	auth, err := c.load().GetAuthConfig(host)
	c.helper.Unlock()
	if err != nil {
		return "", &Error{
			Op:   "getting credentials for " + host,
			Help: "check credsStore and credHelpers in docker's config.json, and that the helper is installed",
			Err:  err,
		}
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

// proxyEnv are the proxy variables that config.json wants in every container of
// an engine.
func (c *dockerConfig) proxyEnv(host string) map[string]string {
	env := map[string]string{}
	for name, value := range c.load().ParseProxyConfig(host, nil) {
		if value != nil {
			env[name] = *value
		}
	}
	return env
}
