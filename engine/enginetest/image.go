package enginetest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/strslice"
	"github.com/docker/go-connections/nat"
)

// Image describes an image: the configuration its containers start from and
// its files. Images with the same content have the same id.
type Image struct {
	Entrypoint, Cmd  []string
	Env              []string // NAME=value
	ExposedPorts     []string // "80/tcp"; "80" is the same
	Volumes          []string // targets of anonymous volumes
	Labels           map[string]string
	User, WorkingDir string
	StopSignal       string
	Healthcheck      *containertypes.HealthConfig
	// Files are by absolute path. Those that begin with "#!" are executable.
	Files map[string]string
	// Programs are the image's own commands, by name. Their names belong to the
	// image's content, the functions do not.
	Programs map[string]Program
	// Scratch images have no shell and no tools, only what is above.
	Scratch bool
	// Platform is "linux/amd64" where it is empty.
	Platform string
}

// Standard are images under the names that examples use. alpine and busybox are
// one image whose command is a shell, as they are on the test machines.
func Standard() map[string]Image {
	base := Image{Cmd: []string{"/bin/sh"}, Files: map[string]string{
		"/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "/etc/os-release": "ID=alpine\n",
		"/tmp/.keep": "", "/root/.keep": "", "/var/.keep": "",
	}}
	server := func(cmd []string, port, volume string) Image {
		img := base
		img.Cmd, img.ExposedPorts = cmd, []string{port}
		if volume != "" {
			img.Volumes = []string{volume}
		}
		return img
	}
	nginx := server([]string{"nginx", "-g", "daemon off;"}, "80/tcp", "")
	nginx.StopSignal = "SIGQUIT"
	nginx.Files = map[string]string{"/usr/share/nginx/html/index.html": "<h1>Welcome to nginx!</h1>\n"}
	for p, data := range base.Files {
		nginx.Files[p] = data
	}
	redis := server([]string{"redis-server"}, "6379/tcp", "/data")
	postgres := server([]string{"postgres"}, "5432/tcp", "/var/lib/postgresql/data")
	postgres.StopSignal = "SIGINT"
	return map[string]Image{
		"alpine": base, "busybox": base,
		"nginx": nginx, "nginx:alpine": nginx,
		"redis": redis, "redis:alpine": redis, "redis:7-alpine": redis,
		"postgres": postgres, "postgres:alpine": postgres, "postgres:16": postgres,
	}
}

// image is an image that the engine has.
type image struct {
	id         string // with "sha256:"
	config     containertypes.Config
	tree       *tree
	programs   map[string]Program
	scratch    bool
	os, arch   string
	created    time.Time
	digests    []string // repository@sha256:..., of those that were pulled
	history    []string // the build's instructions, the newest last
	parent     string
	taggedLast time.Time

	author, comment string // of a commit
}

// SetImage puts an image into the engine under a reference, as if it had been
// there for long.
func (e *Engine) SetImage(ref string, img Image) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tags[familiar(ref)] = e.keepImage(newImage(img)).id
}

// RemoveImage takes a reference away, and the image with its last one.
func (e *Engine) RemoveImage(ref string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	id := e.tags[familiar(ref)]
	delete(e.tags, familiar(ref))
	if len(e.tagsOf(id)) == 0 {
		delete(e.images, id)
	}
}

// SetRegistry decides what a pull of a reference brings from now on.
func (e *Engine) SetRegistry(ref string, img Image) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.registry[familiar(ref)] = newImage(img)
}

// newImage makes an image of a description.
func newImage(d Image) *image {
	img := &image{
		config: containertypes.Config{
			User: d.User, WorkingDir: d.WorkingDir, StopSignal: d.StopSignal,
			Env: slices.Clone(d.Env), Cmd: strslice.StrSlice(d.Cmd), Entrypoint: strslice.StrSlice(d.Entrypoint),
			Labels: d.Labels, Healthcheck: d.Healthcheck,
		},
		tree: newTree(), programs: d.Programs, scratch: d.Scratch, os: "linux", arch: "amd64",
	}
	if !slices.ContainsFunc(img.config.Env, func(kv string) bool { return strings.HasPrefix(kv, "PATH=") }) {
		img.config.Env = append([]string{"PATH=" + defaultPath}, img.config.Env...)
	}
	if len(d.ExposedPorts) > 0 {
		img.config.ExposedPorts = nat.PortSet{}
		for _, p := range d.ExposedPorts {
			img.config.ExposedPorts[exposedPort(p)] = struct{}{}
		}
	}
	if len(d.Volumes) > 0 {
		img.config.Volumes = map[string]struct{}{}
		for _, v := range d.Volumes {
			img.config.Volumes[v] = struct{}{}
		}
	}
	if os, arch, ok := strings.Cut(d.Platform, "/"); ok {
		img.os, img.arch = os, arch
	}
	if d.WorkingDir != "" {
		img.tree.put(d.WorkingDir, &node{mode: fs.ModeDir | 0o755})
	}
	for p, data := range d.Files {
		img.tree.put(p, &node{mode: modeOf(data), data: []byte(data)})
	}
	img.id = "sha256:" + img.sum()
	return img
}

func exposedPort(p string) nat.Port {
	if !strings.Contains(p, "/") {
		p += "/tcp"
	}
	return nat.Port(p)
}

func modeOf(data string) fs.FileMode {
	if strings.HasPrefix(data, "#!") {
		return 0o755
	}
	return 0o644
}

// keepImage stores an image and returns it, or the one with the same content
// that the engine has. e.mu is held.
func (e *Engine) keepImage(img *image) *image {
	if have := e.images[img.id]; have != nil {
		return have
	}
	if img.created.IsZero() {
		img.created = e.now()
	}
	img.taggedLast = e.now()
	e.images[img.id] = img
	return img
}

// sum is the hash of an image's content.
func (img *image) sum() string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	_ = enc.Encode(img.config)
	_ = enc.Encode([]any{img.scratch, img.os, img.arch, img.history, sortedKeys(img.programs)})
	for _, p := range img.tree.below("/") {
		n := img.tree.get(p)
		fmt.Fprintf(h, "%q %o %q %d\n", p, n.mode, n.link, len(n.data))
		h.Write(n.data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// digest is the digest of the image's manifest at a registry.
func (img *image) digest() string {
	sum := sha256.Sum256([]byte("manifest " + img.id))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// size is the sum of the files' sizes.
func (img *image) size() int64 {
	var n int64
	for _, p := range img.tree.below("/") {
		n += int64(len(img.tree.get(p).data))
	}
	return n
}

// familiar is a reference as people write it, with its tag: "nginx:latest".
// One with a digest and one that is no reference stay as they are.
func familiar(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return reference.FamiliarString(reference.TagNameOnly(named))
}

// untagged is a reference without its tag.
func untagged(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return reference.FamiliarName(named)
}

// tagsOf are the references of an image, in order. e.mu is held.
func (e *Engine) tagsOf(id string) []string {
	tags := []string{}
	for ref, have := range e.tags {
		if have == id {
			tags = append(tags, ref)
		}
	}
	slices.Sort(tags)
	return tags
}

// findImage finds an image by reference, digest, id or the beginning of its
// id. e.mu is held.
func (e *Engine) findImage(name string) (*image, error) {
	if img := e.images[e.tags[familiar(name)]]; img != nil {
		return img, nil
	}
	id := strings.TrimPrefix(name, "sha256:")
	for _, full := range sortedKeys(e.images) {
		img := e.images[full]
		if len(id) >= 4 && strings.HasPrefix(strings.TrimPrefix(full, "sha256:"), id) {
			return img, nil
		}
		if slices.Contains(img.digests, familiar(name)) {
			return img, nil
		}
	}
	return nil, errorf(404, "No such image: %s", familiar(name))
}

// tag gives an image a reference. e.mu is held.
func (e *Engine) tag(img *image, ref string) {
	ref = familiar(ref)
	e.tags[ref] = img.id
	img.taggedLast = e.now()
	e.imageEvent(events.ActionTag, img.id, ref, img.config.Labels)
}
