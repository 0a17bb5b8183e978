package spec

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/mount"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

const (
	// secretsDir is where secrets appear that name no absolute target.
	secretsDir = "/run/secrets"
	// fileMode is that of secrets and configs which are copied in: readable.
	fileMode = 0o444
)

// files sets secrets and configs: those that are files of the host are bound
// read-only, unless an owner or a mode is asked for, which a bind mount cannot
// change; these and the content of others are copied in.
func (sp *spec) files() error {
	for _, ref := range sp.s.Secrets {
		definition, ok := sp.p.Secrets[ref.Source]
		if !ok {
			return fmt.Errorf("undefined secret %q", ref.Source)
		}
		err := sp.file("secrets", FileReference(ref), FileObject(definition))
		if err != nil {
			return err
		}
	}
	for _, ref := range sp.s.Configs {
		definition, ok := sp.p.Configs[ref.Source]
		if ref.Source == project.APIConfig {
			definition, ok = types.ConfigObjConfig{Content: sp.b.Credentials}, true
		}
		if !ok {
			return fmt.Errorf("undefined config %q", ref.Source)
		}
		err := sp.file("configs", FileReference(ref), FileObject(definition))
		if err != nil {
			return err
		}
	}
	slices.SortFunc(sp.req.Files, func(a, b CopiedFile) int { return strings.Compare(a.Path, b.Path) })
	return sp.filesVolume()
}

// file places one secret or config; kind is its section of the file.
func (sp *spec) file(kind string, ref types.FileReferenceConfig, d types.FileObjectConfig) error {
	source := fmt.Sprintf("%s %q", strings.TrimSuffix(kind, "s"), ref.Source)
	switch {
	case bool(d.External):
		return hint.New("unsupported external "+source,
			"external secrets and configs live in a Swarm; give it a file: or environment: here")
	case d.Driver != "" || d.TemplateDriver != "":
		return hint.New(source+": drivers are not supported", "give it a file: or environment:")
	}
	target := fileTarget(kind, ref)
	if d.File != "" && !IsCopied(ref, d) {
		sp.req.Host.Mounts = append(sp.req.Host.Mounts, mount.Mount{
			Type:     mount.TypeBind,
			Source:   d.File,
			Target:   target,
			ReadOnly: true,
			// Without CreateMountpoint a missing file is an error, and not a
			// new, empty directory of that name.
			BindOptions: &mount.BindOptions{},
		})
		return nil
	}
	return sp.copied(source, target, ref, d)
}

// FileReference and FileObject treat secrets and configs alike.
func FileReference[T types.ServiceSecretConfig | types.ServiceConfigObjConfig](ref T) types.FileReferenceConfig {
	return types.FileReferenceConfig(ref)
}

func FileObject[T types.SecretConfig | types.ConfigObjConfig](d T) types.FileObjectConfig {
	return types.FileObjectConfig(d)
}

// IsCopied tells whether a secret or config is copied into containers.
func IsCopied(ref types.FileReferenceConfig, d types.FileObjectConfig) bool {
	return d.File == "" || ref.UID != "" || ref.GID != "" || ref.Mode != nil
}

// fileTarget is where a secret or config appears in the container.
func fileTarget(kind string, ref types.FileReferenceConfig) string {
	target := cmp.Or(ref.Target, ref.Source)
	switch {
	case path.IsAbs(target):
		return target
	case kind == "secrets":
		return path.Join(secretsDir, target)
	}
	return "/" + target
}

// copied adds a file that is written into the container.
func (sp *spec) copied(source, target string, ref types.FileReferenceConfig, d types.FileObjectConfig) error {
	f := CopiedFile{Source: source, Path: target, Content: []byte(d.Content), From: d.File, Mode: fileMode}
	if d.Environment != "" && d.Content == "" {
		value, ok := sp.p.Environment[d.Environment]
		if !ok {
			return hint.New(fmt.Sprintf("environment variable %q required by %s is not set", d.Environment, source),
				"set it in the environment or in .env")
		}
		f.Content = []byte(value)
	}
	var err error
	if f.UID, err = ownerID(ref.UID); err == nil {
		f.GID, err = ownerID(ref.GID)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", source, err)
	}
	if ref.Mode != nil {
		f.Mode = int64(*ref.Mode)
	}
	sp.req.Files = append(sp.req.Files, f)
	return nil
}

// ownerID reads a uid or gid; none is that of the container's user.
func ownerID(text string) (int, error) {
	if text == "" {
		return OfUser, nil
	}
	id, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a numeric uid or gid", text)
	}
	return id, nil
}
