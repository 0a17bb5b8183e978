package enginetest

import (
	"net/http"
	"time"
)

// What a Podman says of itself that this engine may imitate.
const (
	podmanVersion = "4.3.1"
	podmanAPI     = "1.41"
)

// ImitatePodman makes the engine say that it is Podman, of which it has two things: an
// API no newer than 1.41, and health checks that nobody runs, as on a machine without
// systemd, unless Podman's own API is asked to. Call it before there are containers.
func (e *Engine) ImitatePodman() {
	e.product.Store(&product{apiVersion: podmanAPI, podman: true})
}

// introduce writes the headers by which an engine is known.
func (p *product) introduce(h http.Header) {
	h.Set("Api-Version", p.apiVersion)
	h.Set("Ostype", "linux")
	if p.podman {
		h.Set("Libpod-Api-Version", podmanVersion)
		h.Set("Server", "Libpod/"+podmanVersion+" (linux)")
		return
	}
	h.Set("Docker-Experimental", "false")
	h.Set("Server", "Docker/"+engineVersion+" (linux)")
}

// checkHealth runs a container's health check once.
func (e *Engine) checkHealth(w http.ResponseWriter, r *request) error {
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	now, started, health := c.run, c.state.StartedAt, c.state.Health
	e.mu.Unlock()
	if now == nil || health == nil {
		return errorf(http.StatusConflict, "container %s is not running, or has no defined healthcheck", c.id)
	}
	result := e.probe(r.Context(), c, now)
	if r.Context().Err() != nil {
		return r.Context().Err()
	}
	e.recordProbe(c, now, result, time.Since(started))
	return writeJSON(w, http.StatusOK, result)
}

// listHealth lists containers by Podman's own API, of which it has the health alone.
func (e *Engine) listHealth(w http.ResponseWriter, r *request) error {
	args, err := r.filters("label")
	if err != nil {
		return err
	}
	type listed struct {
		ID     string `json:"Id"`
		Status string
	}
	list := []listed{}
	e.mu.Lock()
	for _, id := range sortedKeys(e.containers) {
		c := e.containers[id]
		if e.matchContainer(args, c) && c.state.Health != nil {
			list = append(list, listed{id, c.state.Health.Status})
		}
	}
	e.mu.Unlock()
	return writeJSON(w, http.StatusOK, list)
}
