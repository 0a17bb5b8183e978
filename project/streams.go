package project

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
)

// Streams keep what can be read only once: standard input, named pipes, what a
// shell's <(...) writes. A project that is loaded again gets the same content.
// The zero value has read nothing.
type Streams struct {
	mu   sync.Mutex        // guards below
	read map[string][]byte // by name, "-" for standard input
}

// content is a file's, or a stream's. in is what "-" stands for; nil: nothing.
// A stream may have no end: the end of ctx ends the wait for it.
func (s *Streams) content(ctx context.Context, name string, in io.Reader) ([]byte, error) {
	if name != stdin && !isStream(name) {
		return readWhole(name, nil)
	}
	if in != nil && slices.Contains(stdinNames, name) {
		name = stdin
	}
	s.mu.Lock()
	content, known := s.read[name]
	s.mu.Unlock()
	if known {
		return content, nil
	}
	content, err := await(ctx, func() ([]byte, error) {
		switch {
		case name != stdin:
			return readWhole(name, nil)
		case in == nil:
			return nil, errors.New("standard input is not there")
		}
		return readWhole(name, in)
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read == nil {
		s.read = map[string][]byte{}
	}
	s.read[name] = content
	return content, nil
}

// stdinNames are the paths of standard input, which cannot be opened where it is
// a socket.
var stdinNames = []string{stdin, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"}

// isStream tells what can be read only once from files and folders.
func isStream(name string) bool {
	if name == stdin {
		return true
	}
	info, err := os.Stat(filepath.Clean(name))
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// isDevice tells whether a name is that of a device that may never end, as
// /dev/zero. What is our standard input ends, and so does /dev/null.
func isDevice(name string) bool {
	info, err := os.Stat(filepath.Clean(name))
	if err != nil || info.Mode()&os.ModeDevice == 0 {
		return false
	}
	for _, ends := range []string{os.DevNull, "/dev/stdin"} {
		if known, err := os.Stat(ends); err == nil && os.SameFile(info, known) {
			return false
		}
	}
	return true
}

// readStreams resolves the env files of services where one of the files can be read
// only once. Other services stay as they are.
func (p *Project) readStreams(services types.Services) (types.Services, error) {
	read := maps.Clone(services)
	for name, s := range services {
		once := slices.ContainsFunc(s.EnvFiles, func(f types.EnvFile) bool { return isStream(f.Path) })
		if !once || p.rawEnv || p.source == nil {
			continue
		}
		var err error
		if read[name], err = p.readEnvFiles(s); err != nil {
			return nil, err
		}
	}
	return read, nil
}

// readEnvFiles is a service with what its env files set, as compose-go would have
// it: its own variables win, and those of the project are what ${X} means.
func (p *Project) readEnvFiles(s types.ServiceConfig) (types.ServiceConfig, error) {
	own := maps.Clone(s.Environment).Resolve(p.Environment.Resolve)
	all := own.ToMapping()
	lookup := func(key string) (string, bool) {
		if value, ok := p.Environment.Resolve(key); ok {
			return value, true
		}
		if value := own[key]; value != nil {
			return *value, true
		}
		return "", false
	}
	for _, f := range s.EnvFiles {
		text, err := p.source.content(context.Background(), f.Path) // Load does not wait for it
		switch {
		case errors.Is(err, fs.ErrNotExist) && !bool(f.Required):
			continue
		case errors.Is(err, fs.ErrNotExist):
			return s, fmt.Errorf("env file %s not found: %w", f.Path, err)
		case err != nil:
			return s, err
		}
		if err := dotenv.ParseWithFormat(bytes.NewReader(text), f.Path, all, lookup, f.Format); err != nil {
			return s, err
		}
	}
	s.Environment, s.EnvFiles = all.ToMappingWithEquals().OverrideBy(own), nil
	return s, nil
}

// await returns what f does, or, where ctx ends first, its cause: f may be
// waiting for a pipe that nobody ever writes to, and no system call ends that. f
// then goes on by itself, and must change nothing.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	return cancellable(ctx, event.Discard, func(event.Sink) (T, error) { return f() })
}
