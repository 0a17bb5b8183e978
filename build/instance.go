package build

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"

	"github.com/compose-orchestrator/compose/hint"
)

// instance is a builder that "docker buildx create" defined, in the form that
// buildx keeps it in: $BUILDX_CONFIG/instances/NAME, by default under buildx in
// docker's own folder.
type instance struct {
	Name   string
	Driver string
	Nodes  []instanceNode
}

// instanceNode is one of the machines of an instance.
type instanceNode struct {
	Name       string
	Endpoint   string            // driver remote: BuildKit's address; docker-container: the engine, or its docker context
	DriverOpts map[string]string // driver remote: cacert, cert, key, servername
}

// ownBuilder is what buildx calls the BuildKit inside the engine.
const ownBuilder = "default"

// findInstance reads the builder that Options.Builder or BUILDX_BUILDER names;
// ok is false where that is the engine's own.
func (b *Builder) findInstance() (i instance, ok bool, err error) {
	name := b.o.Builder
	if name == "" {
		name, _ = b.o.LookupEnv("BUILDX_BUILDER")
	}
	if name == "" || name == ownBuilder {
		return i, false, nil
	}
	dir := filepath.Join(b.buildxDir(), "instances")
	text, err := os.ReadFile(filepath.Join(dir, filepath.Base(strings.ToLower(name))))
	if errors.Is(err, fs.ErrNotExist) {
		return i, false, hint.New(fmt.Sprintf("no builder %q found", name), "docker buildx ls lists those that there are"+namesIn(dir))
	}
	if err != nil {
		return i, false, fmt.Errorf("reading the builder %q: %w", name, err)
	}
	if err := json.Unmarshal(text, &i); err != nil {
		return i, false, fmt.Errorf("reading the builder %q: %w", name, err)
	}
	if len(i.Nodes) == 0 {
		return i, false, fmt.Errorf("the builder %q has no nodes", name)
	}
	return i, i.Driver != "docker", nil
}

func (b *Builder) buildxDir() string {
	if dir, ok := b.o.LookupEnv("BUILDX_CONFIG"); ok && dir != "" {
		return dir
	}
	if b.o.ConfigDir != "" {
		return filepath.Join(b.o.ConfigDir, "buildx")
	}
	return filepath.Join(config.Dir(), "buildx")
}

// namesIn lists what is in a folder: ": a, b".
func namesIn(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		return ""
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return ": " + strings.Join(names, ", ")
}
