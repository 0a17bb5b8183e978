package enginetest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	volumetypes "github.com/docker/docker/api/types/volume"
)

// dataRoot is the folder that mount points claim to be in. Nothing is there.
const dataRoot = "/var/lib/enginetest"

// anonymousLabel marks the volumes that nobody named.
const anonymousLabel = "com.docker.volume.anonymous"

// volume is a volume with its files.
type volume struct {
	name            string
	labels, options map[string]string
	created         time.Time
	tree            *tree
}

func (v *volume) wire() volumetypes.Volume {
	return volumetypes.Volume{
		Name: v.name, Driver: "local", Scope: "local", Labels: v.labels, Options: v.options,
		Mountpoint: dataRoot + "/volumes/" + v.name + "/_data",
		CreatedAt:  v.created.UTC().Format(time.RFC3339),
	}
}

// makeVolume returns the volume of a name, a new one where there is none; a
// name of "" makes an anonymous one. e.mu is held.
func (e *Engine) makeVolume(name string, labels, options map[string]string) *volume {
	if v := e.volumes[name]; v != nil {
		return v
	}
	if name == "" {
		name = e.newID()
		labels = map[string]string{anonymousLabel: ""}
	}
	v := &volume{name: name, labels: labels, options: options, created: e.now(), tree: newTree()}
	e.volumes[name] = v
	e.volumeEvent(name, events.ActionCreate, nil)
	return v
}

// usersOf are the ids of the containers that have a volume among their mounts.
// e.mu is held.
func (e *Engine) usersOf(name string) []string {
	var users []string
	for _, id := range sortedKeys(e.containers) {
		if slices.ContainsFunc(e.containers[id].mounts, func(m *mountPoint) bool { return m.volume != nil && m.volume.name == name }) {
			users = append(users, id)
		}
	}
	return users
}

func (e *Engine) volumeCreate(w http.ResponseWriter, r *request) error {
	var o volumetypes.CreateOptions
	if err := r.decode(&o); err != nil {
		return err
	}
	if o.Driver != "" && o.Driver != "local" {
		return errorf(http.StatusNotFound, "create %s: error looking up volume plugin %s: plugin %q not found", o.Name, o.Driver, o.Driver)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return writeJSON(w, http.StatusCreated, e.makeVolume(o.Name, o.Labels, o.DriverOpts).wire())
}

func (e *Engine) volumeList(w http.ResponseWriter, r *request) error {
	args, err := r.filters("dangling", "driver", "label", "name")
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	out := volumetypes.ListResponse{Volumes: []*volumetypes.Volume{}}
	for _, name := range sortedKeys(e.volumes) {
		v := e.volumes[name]
		if !args.Match("name", name) || !args.ExactMatch("driver", "local") || !args.MatchKVList("label", v.labels) {
			continue
		}
		if args.Contains("dangling") && (args.ExactMatch("dangling", "true") || args.ExactMatch("dangling", "1")) != (len(e.usersOf(name)) == 0) {
			continue
		}
		wire := v.wire()
		out.Volumes = append(out.Volumes, &wire)
	}
	return writeJSON(w, http.StatusOK, out)
}

func (e *Engine) volumeInspect(w http.ResponseWriter, r *request) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	v := e.volumes[r.vars["name"]]
	if v == nil {
		return errorf(http.StatusNotFound, "get %s: no such volume", r.vars["name"])
	}
	return writeJSON(w, http.StatusOK, v.wire())
}

func (e *Engine) volumeRemove(w http.ResponseWriter, r *request) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	name := r.vars["name"]
	if e.volumes[name] == nil {
		if r.flag("force") {
			return noContent(w)
		}
		return errorf(http.StatusNotFound, "get %s: no such volume", name)
	}
	if users := e.usersOf(name); len(users) > 0 {
		return errorf(http.StatusConflict, "remove %s: volume is in use - [%s]", name, strings.Join(users, ", "))
	}
	e.destroyVolume(name)
	return noContent(w)
}

// destroyVolume removes a volume that nobody uses. e.mu is held.
func (e *Engine) destroyVolume(name string) {
	delete(e.volumes, name)
	e.volumeEvent(name, events.ActionDestroy, nil)
}
