package enginetest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/events"
	imagetypes "github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/storage"
	dockerspec "github.com/moby/docker-image-spec/specs-go/v1"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

func (e *Engine) imageInspect(w http.ResponseWriter, r *request) error {
	e.mu.Lock()
	img, err := e.findImage(r.vars["name"])
	if err != nil {
		e.mu.Unlock()
		return err
	}
	c := img.config
	out := imagetypes.InspectResponse{
		ID: img.id, RepoTags: e.tagsOf(img.id), RepoDigests: append([]string{}, img.digests...),
		Created: stamp(img.created), Author: img.author, Comment: img.comment,
		Os: img.os, Architecture: img.arch, Size: img.size(),
		GraphDriver: storage.DriverData{Name: "overlay2"},
		RootFS:      imagetypes.RootFS{Type: "layers", Layers: []string{img.digest()}},
		Metadata:    imagetypes.Metadata{LastTagTime: img.taggedLast},
		Config: &dockerspec.DockerOCIImageConfig{
			ImageConfig: ocispec.ImageConfig{
				User: c.User, Env: c.Env, Entrypoint: c.Entrypoint, Cmd: c.Cmd, Volumes: c.Volumes,
				WorkingDir: c.WorkingDir, Labels: c.Labels, StopSignal: c.StopSignal,
			},
		},
	}
	if len(c.ExposedPorts) > 0 {
		out.Config.ExposedPorts = map[string]struct{}{}
		for p := range c.ExposedPorts {
			out.Config.ExposedPorts[string(p)] = struct{}{}
		}
	}
	if h := c.Healthcheck; h != nil {
		out.Config.Healthcheck = &dockerspec.HealthcheckConfig{
			Test: h.Test, Interval: h.Interval, Timeout: h.Timeout, StartPeriod: h.StartPeriod,
			StartInterval: h.StartInterval, Retries: h.Retries,
		}
	}
	e.mu.Unlock()
	return writeJSON(w, http.StatusOK, out)
}

func (e *Engine) imageList(w http.ResponseWriter, r *request) error {
	args, err := r.filters("before", "dangling", "id", "label", "reference", "since", "until")
	if err != nil {
		return err
	}
	if args.Contains("before") || args.Contains("since") || args.Contains("until") {
		return errorf(http.StatusNotImplemented, "enginetest: images are not filtered by time")
	}
	e.mu.Lock()
	out := []imagetypes.Summary{}
	for _, img := range e.images {
		tags := e.tagsOf(img.id)
		if !args.MatchKVList("label", img.config.Labels) ||
			args.Contains("dangling") && args.ExactMatch("dangling", "true") != (len(tags) == 0) ||
			!args.FuzzyMatch("id", img.id) {
			continue
		}
		if args.Contains("reference") {
			tags = slices.DeleteFunc(tags, func(ref string) bool { return !matchReference(args.Get("reference"), ref) })
			if len(tags) == 0 {
				continue
			}
		}
		out = append(out, imagetypes.Summary{
			ID: img.id, ParentID: img.parent, RepoTags: tags, RepoDigests: append([]string{}, img.digests...),
			Created: img.created.Unix(), Labels: img.config.Labels, Size: img.size(), SharedSize: -1,
			Containers: -1,
		})
	}
	e.mu.Unlock()
	slices.SortFunc(out, func(a, b imagetypes.Summary) int {
		if a.Created != b.Created {
			return int(b.Created - a.Created)
		}
		return strings.Compare(a.ID, b.ID)
	})
	return writeJSON(w, http.StatusOK, out)
}

// matchReference tells whether a reference matches one of the patterns, which
// are shell patterns of its name with or without the tag.
func matchReference(patterns []string, ref string) bool {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := reference.FamiliarMatch(p, named)
		return ok && err == nil
	})
}

func (e *Engine) imageHistory(w http.ResponseWriter, r *request) error {
	e.mu.Lock()
	img, err := e.findImage(r.vars["name"])
	if err != nil {
		e.mu.Unlock()
		return err
	}
	out := []imagetypes.HistoryResponseItem{{
		ID: img.id, Created: img.created.Unix(), Size: img.size(), Tags: e.tagsOf(img.id),
	}}
	for i, instruction := range slices.Backward(img.history) {
		if i == len(img.history)-1 {
			out[0].CreatedBy = instruction
			continue
		}
		out = append(out, imagetypes.HistoryResponseItem{
			ID: "<missing>", Created: img.created.Unix(), CreatedBy: instruction,
		})
	}
	e.mu.Unlock()
	return writeJSON(w, http.StatusOK, out)
}

func (e *Engine) imageTag(w http.ResponseWriter, r *request) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	img, err := e.findImage(r.vars["name"])
	if err != nil {
		return err
	}
	ref := r.query("repo")
	if t := r.query("tag"); t != "" {
		ref += ":" + t
	}
	if _, err := reference.ParseNormalizedNamed(ref); err != nil {
		return errorf(http.StatusBadRequest, "%v", err)
	}
	e.tag(img, ref)
	w.WriteHeader(http.StatusCreated)
	return nil
}

// imageRemove removes a reference, and the image with its last one.
func (e *Engine) imageRemove(w http.ResponseWriter, r *request) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	name := r.vars["name"]
	img, err := e.findImage(name)
	if err != nil {
		return err
	}
	tags := e.tagsOf(img.id)
	byID := e.tags[familiar(name)] == ""
	user := e.userOf(img)
	switch {
	case byID && len(tags) > 1 && !r.flag("force"):
		return errorf(http.StatusConflict, "conflict: unable to delete %s (must be forced) - image is referenced in multiple repositories", shortID(img.id))
	case user != nil && (byID || len(tags) == 1) && (!r.flag("force") || user.state.active()):
		if user.state.active() && (byID || r.flag("force")) {
			return errorf(http.StatusConflict, "conflict: unable to delete %s (cannot be forced) - image is being used by running container %s", shortID(img.id), user.id[:12])
		}
		if byID {
			return errorf(http.StatusConflict, "conflict: unable to delete %s (must be forced) - image is being used by stopped container %s", shortID(img.id), user.id[:12])
		}
		return errorf(http.StatusConflict, "conflict: unable to remove repository reference %q (must force) - container %s is using its referenced image %s",
			familiar(name), user.id[:12], shortID(img.id))
	}
	if !byID {
		tags = []string{familiar(name)}
	}
	return writeJSON(w, http.StatusOK, e.untag(img, tags))
}

// untag takes references away and the image too if none is left and nobody
// uses it. e.mu is held.
func (e *Engine) untag(img *image, tags []string) []imagetypes.DeleteResponse {
	out := []imagetypes.DeleteResponse{}
	for _, ref := range tags {
		delete(e.tags, ref)
		e.imageEvent(events.ActionUnTag, img.id, img.id, img.config.Labels)
		out = append(out, imagetypes.DeleteResponse{Untagged: ref})
	}
	if len(e.tagsOf(img.id)) > 0 || e.userOf(img) != nil {
		return out
	}
	for _, d := range img.digests {
		out = append(out, imagetypes.DeleteResponse{Untagged: d})
	}
	delete(e.images, img.id)
	e.imageEvent(events.ActionDelete, img.id, img.id, img.config.Labels)
	return append(out, imagetypes.DeleteResponse{Deleted: img.id})
}

// userOf is a container that was made from an image, a running one if there is
// one, or nil. e.mu is held.
func (e *Engine) userOf(img *image) *container {
	var user *container
	for _, id := range sortedKeys(e.containers) {
		c := e.containers[id]
		if c.image == img && (user == nil || c.state.active()) {
			user = c
		}
	}
	return user
}

func shortID(id string) string { return strings.TrimPrefix(id, "sha256:")[:12] }
