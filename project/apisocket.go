package project

import (
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// Where a service with use_api_socket finds the engine and the credentials.
const (
	APISocket = "/var/run/docker.sock"
	// APIConfig is the key of the config that holds the credentials. It is no
	// key of a file.
	APIConfig    = "#apisocket"
	apiConfigDir = "/run/secrets/docker"
)

// WithAPISocket is a service with what use_api_socket adds to it: the engine's
// socket, and unless the service sets DOCKER_CONFIG itself, a config.json and a
// variable that names its folder. A service without the attribute is returned
// as it is. Docker Compose takes the config hash with the same additions.
func WithAPISocket(s types.ServiceConfig) types.ServiceConfig {
	if !s.UseAPISocket {
		return s
	}
	s.Volumes = append(slices.Clone(s.Volumes), types.ServiceVolumeConfig{
		Type: types.VolumeTypeBind, Source: APISocket, Target: APISocket,
	})
	if _, given := s.Environment["DOCKER_CONFIG"]; given {
		return s
	}
	dir := apiConfigDir
	s.Environment = maps.Clone(s.Environment)
	if s.Environment == nil {
		s.Environment = types.MappingWithEquals{}
	}
	s.Environment["DOCKER_CONFIG"] = &dir
	s.Configs = append(slices.Clone(s.Configs), types.ServiceConfigObjConfig{
		Source: APIConfig, Target: apiConfigDir + "/config.json",
	})
	return s
}
