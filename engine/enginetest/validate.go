package enginetest

import (
	"net/http"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/versions"
)

// gateVersion refuses or drops what the version asked for did not have.
func gateVersion(version string, req *containertypes.CreateRequest) error {
	older := func(v string) bool { return versions.LessThan(version, v) }
	if older("1.44") {
		if req.Healthcheck != nil {
			req.Healthcheck.StartInterval = 0
		}
		if names := sortedKeys(req.NetworkingConfig.EndpointsConfig); len(names) > 1 {
			return errorf(http.StatusBadRequest, "Container cannot be created with multiple network endpoints: %s", strings.Join(names, ", "))
		}
	}
	for _, m := range req.HostConfig.Mounts {
		if older("1.45") && m.VolumeOptions != nil && m.VolumeOptions.Subpath != "" {
			return errorf(http.StatusBadRequest, "VolumeOptions.Subpath needs API v1.45 or newer")
		}
		if older("1.48") && m.Type == mount.TypeImage {
			return errorf(http.StatusBadRequest, `Mount type "Image" needs API v1.48 or newer`)
		}
	}
	return nil
}

// validate checks what can be checked of a request without the engine's state.
func validate(req *containertypes.CreateRequest) error {
	bad := func(format string, args ...any) error { return errorf(http.StatusBadRequest, format, args...) }
	if s := req.StopSignal; s != "" {
		if _, ok := parseSignal(s); !ok {
			return bad("invalid signal: %s", s)
		}
	}
	switch p := req.HostConfig.RestartPolicy; p.Name {
	case "", containertypes.RestartPolicyDisabled, containertypes.RestartPolicyAlways,
		containertypes.RestartPolicyUnlessStopped, containertypes.RestartPolicyOnFailure:
		if p.MaximumRetryCount != 0 && p.Name != containertypes.RestartPolicyOnFailure {
			return bad("invalid restart policy: maximum retry count can only be used with 'on-failure'")
		}
		if req.HostConfig.AutoRemove && p.Name != "" && p.Name != containertypes.RestartPolicyDisabled {
			return bad("can't create 'AutoRemove' container with restart policy")
		}
	default:
		return bad("invalid restart policy: unknown policy '%s'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'", p.Name)
	}
	mode := req.HostConfig.NetworkMode
	switch {
	case mode.IsContainer() && len(req.HostConfig.PortBindings) > 0:
		return bad("conflicting options: port publishing and the container type network mode")
	case mode.IsContainer() && len(req.ExposedPorts) > 0:
		return bad("conflicting options: port exposing and the container type network mode")
	case mode.IsContainer() && req.Hostname != "":
		return bad("conflicting options: hostname and the network mode")
	case mode.IsContainer() && len(req.HostConfig.Links) > 0:
		return bad("conflicting options: container type network can't be used with links. This would result in undefined behavior")
	case mode.IsHost() && len(req.HostConfig.Links) > 0:
		return bad("conflicting options: host type networking can't be used with links. This would result in undefined behavior")
	}
	return validateHealth(req.Healthcheck)
}

func validateHealth(h *containertypes.HealthConfig) error {
	if h == nil {
		return nil
	}
	for _, f := range []struct {
		name  string
		value int64
	}{
		{"Interval", int64(h.Interval)}, {"Timeout", int64(h.Timeout)},
		{"StartPeriod", int64(h.StartPeriod)}, {"StartInterval", int64(h.StartInterval)},
	} {
		if f.value != 0 && f.value < int64(containertypes.MinimumDuration) {
			return errorf(http.StatusBadRequest, "%s in Healthcheck cannot be less than %s", f.name, containertypes.MinimumDuration)
		}
	}
	if h.Retries < 0 {
		return errorf(http.StatusBadRequest, "Retries in Healthcheck cannot be negative")
	}
	return nil
}
