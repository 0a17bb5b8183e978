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
// not. Of what is elsewhere the address counts alone. The errors are those that a build
// would begin with: a folder, the Dockerfile or a secret's file is missing, or a file
// cannot be read; and ctx's cause.
func ContextHash(ctx context.Context, p *project.Project, service string, o Options) (string, error) {
	if o.LookupEnv == nil {
		o.LookupEnv = os.LookupEnv
	}
	sum := sha256.New()
	j, err := resolve(p, service, o)
	if err == nil {
		err = j.writeTo(ctx, sum)
	}
	if err != nil {
		return "", fmt.Errorf("service %q: %w", service, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// writeTo writes what the job is built from.
func (j job) writeTo(ctx context.Context, sum io.Writer) error {
	fmt.Fprintf(sum, "context %q\nDockerfile %q\n", j.context.url, j.file.content())
	if j.context.dir != "" {
		packed, err := packContext(j)
		if err != nil {
			return err
		}
		if err := writeTar(ctx, sum, packed.contextTar); err != nil {
			return err
		}
	}
	for _, c := range j.named {
		fmt.Fprintf(sum, "context %q %q\n", c.name, c.spec)
		if c.dir == "" {
			continue
		}
		excludes, err := namedIgnores(c.dir)
		if err != nil {
			return err
		}
		if err := writeTar(ctx, sum, archiver{dir: c.dir, excludes: excludes}.start()); err != nil {
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

// writeTar writes an archive's entries without their times and owners.
func writeTar(ctx context.Context, sum io.Writer, t *contextTar) error {
	entries := tar.NewReader(t)
	for {
		h, err := entries.Next()
		if err == nil {
			fmt.Fprintf(sum, "%q %c %o %q %d\n", h.Name, h.Typeflag, h.Mode, h.Linkname, h.Size)
			_, err = io.Copy(sum, entries)
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
