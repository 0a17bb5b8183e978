package enginetest

import (
	"maps"
	"slices"
	"strings"

	containertypes "github.com/docker/docker/api/types/container"
)

// mergeConfig is the configuration of a container: what was asked for, and the
// image's where nothing was.
func mergeConfig(asked, img *containertypes.Config) *containertypes.Config {
	c := *asked
	names := map[string]bool{}
	for _, kv := range c.Env {
		name, _, _ := strings.Cut(kv, "=")
		names[name] = true
	}
	c.Env = slices.DeleteFunc(slices.Clone(c.Env), func(kv string) bool { return !strings.Contains(kv, "=") })
	for _, kv := range img.Env {
		if name, _, _ := strings.Cut(kv, "="); !names[name] {
			c.Env = append(c.Env, kv)
		}
	}
	if len(c.Entrypoint) == 0 {
		if len(c.Cmd) == 0 {
			c.Cmd = img.Cmd
		}
		if c.Entrypoint == nil {
			c.Entrypoint = img.Entrypoint
		}
	}
	if len(c.Entrypoint) == 1 && c.Entrypoint[0] == "" {
		c.Entrypoint = nil
	}
	c.User = first(c.User, img.User)
	c.WorkingDir = first(c.WorkingDir, img.WorkingDir)
	c.StopSignal = first(c.StopSignal, img.StopSignal)
	c.ExposedPorts = merged(c.ExposedPorts, img.ExposedPorts)
	c.Volumes = merged(c.Volumes, img.Volumes)
	c.Labels = merged(c.Labels, img.Labels)
	c.Healthcheck = mergeHealth(c.Healthcheck, img.Healthcheck)
	return &c
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// merged is both maps in one; the first one's values count.
func merged[M ~map[K]V, K comparable, V any](asked, img M) M {
	if len(asked) == 0 && len(img) == 0 {
		return asked
	}
	out := maps.Clone(img)
	if out == nil {
		out = M{}
	}
	maps.Copy(out, asked)
	return out
}

func mergeHealth(asked, img *containertypes.HealthConfig) *containertypes.HealthConfig {
	if asked == nil || img == nil {
		if asked == nil {
			return img
		}
		return asked
	}
	h := *asked
	if len(h.Test) == 0 {
		h.Test = img.Test
	}
	if h.Interval == 0 {
		h.Interval = img.Interval
	}
	if h.Timeout == 0 {
		h.Timeout = img.Timeout
	}
	if h.StartPeriod == 0 {
		h.StartPeriod = img.StartPeriod
	}
	if h.StartInterval == 0 {
		h.StartInterval = img.StartInterval
	}
	if h.Retries == 0 {
		h.Retries = img.Retries
	}
	return &h
}
