package project

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/document"
	"github.com/compose-orchestrator/compose/project/limits"
)

// environment is the process's, as a map; PWD is always there.
func environment(environ []string, workDir string) types.Mapping {
	env := make(types.Mapping, len(environ)+16)
	for _, entry := range environ {
		if key, value, ok := strings.Cut(entry, "="); ok {
			env[key] = value
		}
	}
	if _, ok := env["PWD"]; !ok {
		env["PWD"] = workDir
	}
	return env
}

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
		p := envParser{name: name, into: found, lookup: lookup, unfit: func(e *FileError) error { return s.warnOnce(e, sink) }}
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
		// The file is a convenience that nobody asked for.
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

func init() {
	// The format is not compose-go's but Docker Compose's.
	dotenv.RegisterFormat("raw", parseRaw)
}

// parseRaw reads an env file of format: raw, as `docker run --env-file` does:
// KEY=value to the end of the line with quotes and dollars as they stand, KEY
// alone for the value that lookup has, # at the start of a line for a comment.
func parseRaw(r io.Reader, file string, into map[string]string, lookup func(key string) (string, bool)) error {
	content, err := limits.ReadBounded(r, file, limits.EnvFileBytes)
	if err != nil {
		return err
	}
	p := envParser{name: file, content: bytes.TrimPrefix(content, []byte("\ufeff"))}
	if cause := document.ForeignEncoding(content); cause != "" {
		p.line = 1
		return p.wrong(cause, document.UTF8Help)
	}
	for text := range bytes.Lines(p.content) {
		p.line++
		line := strings.TrimLeftFunc(strings.TrimRight(string(text), "\r\n"), unicode.IsSpace)
		if line == "" || line[0] == '#' {
			continue
		}
		if p.lines++; p.lines > limits.EnvFileLines.Value {
			return p.wrong(limits.EnvFileLines.Exceeded("the file"), limits.EnvFileLines.Help)
		}
		if err := p.raw(line, into, lookup); err != nil {
			return err
		}
	}
	return nil
}

// raw takes over a line of format: raw.
func (p *envParser) raw(line string, into map[string]string, lookup func(key string) (string, bool)) error {
	key, value, ok := strings.Cut(line, "=")
	switch {
	case !utf8.ValidString(line):
		return p.wrong("not UTF-8", document.UTF8Help)
	case strings.ContainsRune(line, 0):
		return p.wrong("there is a NUL byte in it, which no variable can have", "take it out")
	case key == "":
		return p.wrong("no variable name before the =", "a line is NAME=value, or a comment after #")
	case strings.ContainsFunc(key, unicode.IsSpace):
		return p.wrong(fmt.Sprintf("variable '%s' contains whitespaces", key), "a line is NAME=value, or a comment after #")
	}
	if !ok {
		if value, ok = lookup(key); !ok {
			return nil
		}
	}
	into[key] = value
	return nil
}
