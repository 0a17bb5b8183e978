package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project/diagnostic"
)

// diagnose gives an error of the loader its places in the files, and its advice.
// The files are read once more for that, which only a failure pays for.
func (s *source) diagnose(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, ok := errors.AsType[*FileError](err); ok {
		return s.relative(err)
	}
	if _, ok := errors.AsType[*hint.Error](err); ok {
		return err
	}
	files := diagnostic.Files{
		Documents:     readDocuments(s),
		Variables:     s.env,
		Interpolation: s.interpolation,
		Shown:         s.shown,
		EnvFile:       s.envFileMistake,
		MissingFile:   s.missingFile,
		Volume:        ParseVolume,
	}
	return files.Explain(err)
}

// envFileMistake reads an env file once more, for its content and its first
// mistake; nil: none.
func (s *source) envFileMistake(name string) ([]byte, *FileError) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	p := envParser{name: name, into: map[string]string{}, lookup: s.env.Resolve, onInvalid: func(e *FileError) error { return nil }}
	mistake, _ := errors.AsType[*FileError](p.read(f))
	return p.content, mistake
}

// missingFile is what to do where -f names a file that only adds to another one.
func (s *source) missingFile() string {
	if s.found || len(s.files) == 0 || s.files[0].Filename == stdin {
		return ""
	}
	first := s.files[0].Filename
	for _, name := range present(filepath.Dir(first), fileNames) {
		if !slices.Contains(s.names(), name) {
			return fmt.Sprintf("; if %s only adds to %s, give that first: -f %s -f %s", s.shown(first), s.shown(name), s.shown(name), s.shown(first))
		}
	}
	return fmt.Sprintf("; if %s only adds to another file, give that first: -f FILE -f %s", s.shown(first), s.shown(first))
}
