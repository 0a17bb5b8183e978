package build

import (
	"fmt"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/docker/api/types/registry"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/session/auth/authprovider"

	"github.com/compose-orchestrator/compose/hint"
)

// userConfig is docker's config.json: credentials for registries, and proxies
// that builds get as arguments.
type userConfig struct{ file *configfile.ConfigFile }

// loadUserConfig reads the file in dir; "": docker's own choice of folder. A
// file that is not there is an empty one.
func loadUserConfig(dir string) (userConfig, error) {
	file, err := config.Load(dir)
	if err != nil {
		return userConfig{}, hint.Wrap(fmt.Errorf("docker's config file: %w", err), "correct it, or set DOCKER_CONFIG to another folder")
	}
	return userConfig{file}, nil
}

// provider answers BuildKit's requests for tokens. The helpers that hold the
// passwords are asked for one registry at a time, when it is needed.
func (u userConfig) provider() session.Attachable {
	return authprovider.NewDockerAuthProvider(authprovider.DockerAuthProviderConfig{
		AuthConfigProvider: authprovider.LoadAuthConfig(u.file),
	})
}

// all are the credentials for every registry: the classic builder cannot ask.
func (u userConfig) all() (map[string]registry.AuthConfig, error) {
	creds, err := u.file.GetAllCredentials()
	if err != nil {
		return nil, fmt.Errorf("reading docker's credentials: %w", err)
	}
	auths := make(map[string]registry.AuthConfig, len(creds))
	for host, c := range creds {
		auths[host] = registry.AuthConfig{
			Username: c.Username, Password: c.Password, Auth: c.Auth, ServerAddress: c.ServerAddress,
			IdentityToken: c.IdentityToken, RegistryToken: c.RegistryToken,
		}
	}
	return auths, nil
}

// addProxies gives a build the proxies that the user configured for this
// engine, where it has no arguments of these names.
func (u userConfig) addProxies(daemonHost string, args map[string]string) {
	for name, value := range u.file.ParseProxyConfig(daemonHost, nil) {
		if _, given := args[name]; !given && value != nil {
			args[name] = *value
		}
	}
}
