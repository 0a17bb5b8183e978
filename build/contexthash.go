package build

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"github.com/compose-orchestrator/compose/project"
)

// ContextHash is the hash of the files that a service's image is built from, hexadecimal:
// its context less what .dockerignore leaves out, its Dockerfile, and the folders among
// its additional contexts. Names, modes, links and contents count, times and owners do
// not. Of what is elsewhere the address counts alone. except is a file that does not count,
// wherever it is; "": there is none. The errors are those that a build
// would begin with: a folder, the Dockerfile or a secret's file is missing, or a file
// cannot be read; and ctx's cause.
func ContextHash(ctx context.Context, p *project.Project, service, except string, o Options) (string, error) {
	if o.LookupEnv == nil {
		o.LookupEnv = os.LookupEnv
	}
	sum := sha256.New()
	j, err := resolve(p, service, o)
	if err == nil {
		err = hasher{sum, except}.job(ctx, j)
	}
	if err != nil {
		return "", fmt.Errorf("service %q: %w", service, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// hasher takes what an image is built from, but for one file.
type hasher struct {
	sum    io.Writer
	except string
}

func (h hasher) job(ctx context.Context, j job) error {
	fmt.Fprintf(h.sum, "context %q\nDockerfile %q\n", j.context.url, j.file.content())
	if j.context.dir != "" {
		packed, err := packContext(j)
		if err != nil {
			return err
		}
		if err := h.folder(ctx, j.context.dir, packed.contextTar); err != nil {
			return err
		}
	}
	for _, c := range j.named {
		fmt.Fprintf(h.sum, "context %q %q\n", c.name, c.spec)
		if c.dir == "" {
			continue
		}
		excludes, err := namedIgnores(c.dir)
		if err != nil {
			return err
		}
		if err := h.folder(ctx, c.dir, archiver{dir: c.dir, excludes: excludes}.start()); err != nil {
			return err
		}
	}
	return nil
}

// namedIgnores are the patterns of an additional context's .dockerignore.
func namedIgnores(dir string) (*patternmatcher.PatternMatcher, error) {
	data, err := readIfThere(filepath.Join(dir, ignoreFile))
	if err != nil {
		return nil, err
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", ignoreFile, err)
	}
	return patternmatcher.New(patterns)
}

// folder takes a folder's archive, without times and owners.
func (h hasher) folder(ctx context.Context, dir string, t *contextTar) error {
	entries, except := tar.NewReader(t), nameIn(dir, h.except)
	for {
		e, err := entries.Next()
		if err == nil && e.Name != except {
			fmt.Fprintf(h.sum, "%q %c %o %q %d\n", e.Name, e.Typeflag, e.Mode, e.Linkname, e.Size)
			_, err = io.Copy(h.sum, entries)
		}
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			continue
		}
		// What went wrong with the archive is the reader's error as well.
		if failed := t.finish(); failed != nil || errors.Is(err, io.EOF) {
			return failed
		}
		return err
	}
}

// nameIn is what an archive of a folder calls a file; "": the file is not below it.
func nameIn(dir, file string) string {
	if file == "" {
		return ""
	}
	real, err := filepath.EvalSymlinks(dir)
	folder, err2 := filepath.EvalSymlinks(filepath.Dir(file))
	if err != nil || err2 != nil {
		return ""
	}
	name, err := filepath.Rel(real, filepath.Join(folder, filepath.Base(file)))
	if err != nil || !filepath.IsLocal(name) {
		return ""
	}
	return filepath.ToSlash(name)
}
