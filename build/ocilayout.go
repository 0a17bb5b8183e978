package build

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/moby/buildkit/client/ociindex"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/compose-orchestrator/compose/hint"
)

// ociScheme begins an additional context that is an image in a folder of the OCI
// image layout: oci-layout://PATH[:TAG][@DIGEST], as buildx has it.
const ociScheme = "oci-layout://"

// ociLayout is an image in such a folder.
type ociLayout struct {
	dir    string // absolute
	tag    string
	digest digest.Digest
}

// readLayout finds the image that a context names; without a digest by its tag.
func readLayout(value, workingDir string) (*ociLayout, error) {
	path, sum, pinned := strings.Cut(strings.TrimPrefix(value, ociScheme), "@")
	path, tag, _ := strings.Cut(path, ":")
	l := &ociLayout{dir: absolute(path, workingDir), tag: cmp.Or(tag, "latest"), digest: digest.Digest(sum)}
	if pinned {
		if err := l.digest.Validate(); err != nil {
			return nil, fmt.Errorf("%q: %w", value, err)
		}
		return l, nil
	}
	found, err := l.find()
	if err != nil {
		return nil, hint.Wrap(fmt.Errorf("reading the OCI layout in %q: %w", l.dir, err), "the folder must hold an index.json; its path is relative to the folder of the Compose file")
	}
	if found == nil {
		return nil, hint.New(fmt.Sprintf("the OCI layout in %q has no image %q", l.dir, l.tag), "name its tag or digest: "+ociScheme+path+":TAG")
	}
	l.digest = found.Digest
	return l, nil
}

// find looks for the tag in the layout's index, which is bounded as a Dockerfile is; nil:
// it is not there.
func (l *ociLayout) find() (*ocispecs.Descriptor, error) {
	if _, err := readText(filepath.Join(l.dir, ocispecs.ImageIndexFile)); err != nil {
		return nil, err
	}
	return ociindex.NewStoreIndex(l.dir).Get(l.tag)
}

// store is the name of the layout's contents in a session.
func (l *ociLayout) store() string { return "oci-" + short(l.dir) }

// String is the context as the file may have it, with an absolute path.
func (l *ociLayout) String() string {
	return fmt.Sprintf("%s%s:%s@%s", ociScheme, l.dir, l.tag, l.digest)
}

// spec is the context as BuildKit takes it.
func (l *ociLayout) spec() string {
	return fmt.Sprintf("%s%s:%s@%s", ociScheme, l.store(), l.tag, l.digest)
}

// ociStores are the contents that the engine may read of the job's layouts.
func ociStores(j job) (map[string]content.Store, error) {
	var stores map[string]content.Store
	for _, c := range j.named {
		if c.layout == nil {
			continue
		}
		store, err := local.NewStore(c.layout.dir)
		if err != nil {
			return nil, fmt.Errorf("additional context %q: %w", c.name, err)
		}
		if stores == nil {
			stores = map[string]content.Store{}
		}
		stores[c.layout.store()] = store
	}
	return stores, nil
}
