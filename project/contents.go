package project

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/regular"
)

// ContentHash is the fingerprint of the contents of the secrets and configs
// that a service uses, made with Options.ContentKey: "KEYID:HMAC", hexadecimal.
// ContentChanged compares two. It is "" where there is nothing to compare: the
// service uses none, or the project was loaded without a key.
//
// Names, owners and modes are left out: the service's own hash has them. A
// *hint.Error is about a file that could not be read or a variable that is not set,
// which only matters to who is about to create a container. An unknown service is
// an error that wraps ErrNoSuchService. Load has read the files; this reads none.
func ContentHash(p *Project, service string) (string, error) {
	s, ok := p.Services[service]
	if !ok {
		return "", p.noSuchService(service)
	}
	if p.contents == nil {
		return "", nil
	}
	var lines []string
	for _, u := range p.contentsOf(s) {
		digest, err := p.contentDigest(u)
		if err != nil {
			return "", err
		}
		lines = append(lines, u.kind+" "+u.key+" "+digest+"\n")
	}
	if len(lines) == 0 {
		return "", nil
	}
	slices.Sort(lines)
	return p.contentKey().Hash(strings.Join(slices.Compact(lines), "")), nil
}

// content is what is known of a file or folder.
type content struct {
	digest string // hexadecimal
	err    error  // why there is no digest
}

// usedContent is a secret or config that a service uses.
type usedContent struct {
	kind, key  string // "secret" or "config", and the key in the file
	definition types.FileObjectConfig
}

// contentsOf are a service's secrets and configs whose content is known here:
// that of an external one is not.
func (p *Project) contentsOf(s types.ServiceConfig) []usedContent {
	var used []usedContent
	for _, ref := range s.Secrets {
		if d, ok := p.Secrets[ref.Source]; ok && !bool(d.External) {
			used = append(used, usedContent{"secret", ref.Source, types.FileObjectConfig(d)})
		}
	}
	for _, ref := range s.Configs {
		if d, ok := p.Configs[ref.Source]; ok && !bool(d.External) {
			used = append(used, usedContent{"config", ref.Source, types.FileObjectConfig(d)})
		}
	}
	return used
}

func (p *Project) contentDigest(u usedContent) (string, error) {
	d := u.definition
	switch {
	case d.File != "":
		c := p.contents[d.File]
		if c.err != nil {
			return "", missingContent(u, c.err)
		}
		return c.digest, nil
	case d.Content == "" && d.Environment != "":
		value, ok := p.Environment[d.Environment]
		if !ok {
			return "", hint.New(fmt.Sprintf("environment variable %q required by %s %q is not set", d.Environment, u.kind, u.key),
				"set it in the environment or in .env")
		}
		return fingerprint([]byte(value)), nil
	}
	return fingerprint([]byte(d.Content)), nil
}

func missingContent(u usedContent, err error) error {
	help := ""
	switch {
	case errors.Is(err, fs.ErrNotExist):
		help = fmt.Sprintf("create the file, or correct %ss.%s.file", u.kind, u.key)
	case errors.Is(err, fs.ErrPermission):
		help = "the user you are may not read it"
	}
	return hint.Wrap(fmt.Errorf("reading %s %q: %w", u.kind, u.key, err), help)
}

// readContents reads the files of the services' secrets and configs that were
// not read yet. One that cannot be read is no error before it is needed.
func (p *Project) readContents() {
	if p.contents == nil {
		return
	}
	read := maps.Clone(p.contents) // the map is shared with other selections
	for _, s := range p.Services {
		for _, u := range p.contentsOf(s) {
			name := u.definition.File
			if _, ok := read[name]; ok || name == "" {
				continue
			}
			digest, err := fileDigest(name)
			read[name] = content{digest, err}
		}
	}
	p.contents = read
}

// fileDigest is that of a file's content, or of all that a folder holds, as far as
// that is compared. Something that is neither, such as a socket, has the digest of its
// kind.
func fileDigest(name string) (string, error) {
	d := digester{sum: sha256.New(), bytes: comparedBytes, files: comparedFiles}
	info, err := os.Stat(name)
	if err == nil && info.IsDir() {
		err = d.folder(name)
	} else if err == nil {
		err = d.entry(d.sum, name, info)
	}
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(d.sum.Sum(nil)), nil
}

// What is compared of the content of a file or folder. Larger files, and those of a
// folder that are too many bytes together, have the digest of their size and time.
const (
	comparedBytes = 16 << 20
	comparedFiles = 20_000 // of a folder, in the order of their names
)

// digester makes the digest of a file or folder.
type digester struct {
	sum   hash.Hash
	bytes int64 // that it may still read
	files int   // that it may still look at
}

// folder takes the folder's entries, in the order of their names: their paths, kinds
// and contents.
func (d *digester) folder(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.files--; d.files < 0 {
			return fs.SkipAll
		}
		if _, err := fmt.Fprintf(d.sum, "%q %s\n", strings.TrimPrefix(path, dir), entry.Type()); err != nil {
			return err
		}
		if entry.IsDir() {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		// A digest of its own keeps a content from reading as the next entry.
		content := sha256.New()
		if err := d.entry(content, path, info); err != nil {
			return err
		}
		_, err = fmt.Fprintf(d.sum, "%x\n", content.Sum(nil))
		return err
	})
}

// entry takes what is no folder. A device or a pipe is not read: it may have no end.
// Nor has a file of /proc, whose size is zero.
func (d *digester) entry(sum io.Writer, path string, info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsRegular() && info.Size() > d.bytes:
		_, err := fmt.Fprintf(sum, "%d %d", info.Size(), info.ModTime().UnixNano())
		return err
	case mode.IsRegular():
		d.bytes -= info.Size()
		f, err := regular.Open(path) // it may have become a pipe
		if err != nil {
			return err
		}
		_, err = io.CopyN(sum, f, info.Size())
		if errors.Is(err, io.EOF) { // it is shorter by now
			err = nil
		}
		return cmp.Or(err, f.Close())
	case mode.Type() == fs.ModeSymlink:
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		_, err = io.WriteString(sum, target)
		return err
	default:
		_, err := io.WriteString(sum, mode.Type().String())
		return err
	}
}
