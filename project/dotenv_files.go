package project

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
)

// explicitEnvFiles are those of --env-file, else of COMPOSE_ENV_FILES in the
// process's environment; absolute.
func (s *source) explicitEnvFiles(o Options) []string {
	asked := o.EnvFiles
	if len(asked) == 0 {
		asked = strings.FieldsFunc(s.env["COMPOSE_ENV_FILES"], func(r rune) bool { return r == ',' })
	}
	files := make([]string, len(asked))
	for i, f := range asked {
		if home, rest := s.env["HOME"], strings.TrimPrefix(f, "~/"); rest != f && home != "" {
			f = filepath.Join(home, rest)
		}
		files[i] = s.abs(f)
	}
	return files
}

// adoptSettings takes the COMPOSE_* settings from the env files into the
// environment, as if they had been exported, so that COMPOSE_FILE and even
// COMPOSE_DISABLE_ENV_FILE work there. A file that cannot be read is reported
// by readDotEnv later.
func (s *source) adoptSettings(ctx context.Context, dir string) {
	files, err := s.dotEnvFiles(dir, nil)
	if err != nil {
		return
	}
	settings, err := s.variables(ctx, files, nil)
	if err != nil {
		return
	}
	for key, value := range settings {
		if _, set := s.env[key]; !set && strings.HasPrefix(key, "COMPOSE_") {
			s.env[key] = value
		}
	}
}

// readDotEnv adds the variables of the explicit env files, or of dir's .env, to
// the environment. What is set already stays.
func (s *source) readDotEnv(ctx context.Context, dir string, sink event.Sink) error {
	files, err := s.dotEnvFiles(dir, sink)
	if err != nil {
		return err
	}
	values, err := s.variables(ctx, files, sink)
	if err != nil {
		return s.envFileError(ctx, files, err)
	}
	s.env.Merge(values)
	return nil
}

// variables are those that env files set, later ones before earlier ones. They
// may refer to each other and to the environment.
// What no container could be given is a warning: it may be for others.
func (s *source) variables(ctx context.Context, files []string, sink event.Sink) (map[string]string, error) {
	found := map[string]string{}
	lookup := func(key string) (string, bool) {
		value, ok := s.env[key]
		if !ok {
			value, ok = found[key]
		}
		return value, ok
	}
	for _, name := range files {
		text, err := s.content(ctx, name)
		if err != nil {
			return nil, err
		}
		p := envParser{name: name, into: found, lookup: lookup, onInvalid: func(e *FileError) error { return s.warnOnce(e, sink) }}
		if err := p.read(bytes.NewReader(text)); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// dotEnvFiles are the env files to read for a project in dir.
func (s *source) dotEnvFiles(dir string, sink event.Sink) ([]string, error) {
	if len(s.envFiles) > 0 {
		return s.envFiles, nil
	}
	if v, ok := s.env["COMPOSE_DISABLE_ENV_FILE"]; ok {
		off, err := strconv.ParseBool(v)
		if err != nil {
			return nil, hint.New(fmt.Sprintf("COMPOSE_DISABLE_ENV_FILE is %q, which is neither true nor false", v), "set it to 1 or 0, or unset it")
		}
		if off {
			return nil, nil
		}
	}
	name := filepath.Join(dir, ".env")
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrPermission):
		// The file was not asked for: this is no error.
		warn(sink, fmt.Sprintf("cannot access %s, ignoring it: %v", name, err))
		return nil, nil
	case err != nil || info.IsDir():
		return nil, nil
	}
	return []string{name}, nil
}

// envFileError gives an env file's error the file's name and line.
func (s *source) envFileError(ctx context.Context, files []string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, name := range files {
		if _, statErr := os.Stat(name); errors.Is(statErr, fs.ErrNotExist) {
			return hint.New("couldn't find env file: "+name, "check --env-file and COMPOSE_ENV_FILES")
		}
	}
	if _, ok := errors.AsType[*FileError](err); ok {
		return s.relative(err)
	}
	if _, ok := errors.AsType[*hint.Error](err); ok {
		return err
	}
	return hint.Wrap(fmt.Errorf("reading the env file: %w", err), "check --env-file and COMPOSE_ENV_FILES")
}
