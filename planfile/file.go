package planfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/regular"
	"github.com/compose-orchestrator/compose/project"
)

// maxBytes bounds the file of a plan that is read.
const maxBytes = 64 << 20

// Write puts a plan into a file that its owner alone may read, in one step: who reads the
// file has all of it or what was there before. A file that is there is replaced where it
// is a plan's; a *hint.Error says that it is something else. Other errors say why the file
// cannot be written.
func Write(path string, s Saved, key project.ContentKey) error {
	if err := replaceable(path); err != nil {
		return err
	}
	s.Schema, s.Seal = Schema, ""
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("writing the plan: %w", err)
	}
	text = append(text, '\n')
	text = bytes.Replace(text, []byte(sealed("")), []byte(sealed(key.Hash(string(text)))), 1)
	if err := replace(path, text); err != nil {
		return fmt.Errorf("saving the plan to %s: %w", path, cause(err))
	}
	return nil
}

// cause is an error of the file system without the path, which may be a temporary one.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

// replace writes a file in one step.
func replace(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".compose-plan-*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error says what is wrong
	}
	return err
}

// sealed is how a seal stands in the file.
func sealed(seal string) string { return `"seal": "` + seal + `"` }

// replaceable refuses to replace what is no plan's file.
func replaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink == 0 && !info.Mode().IsRegular():
		return hint.New(path+" is no file, and a plan is not written to it", "name a file that is not there yet")
	}
	f, err := regular.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	start := make([]byte, 64)
	n, err := io.ReadFull(f, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if n > 0 && !bytes.HasPrefix(start[:n], []byte("{\n  \"schema\": \"compose.planfile/")) {
		return hint.New(path+" is there, and is no saved plan: it is not replaced", "name another file, or remove this one")
	}
	return nil
}

// Read reads the plan of a file that Write made with the same key. Every error is a
// *hint.Error: the file cannot be read, is none of a plan, has the form of a later version,
// was made with another key, or was changed.
func Read(path string, key project.ContentKey) (*Saved, error) {
	text, err := regular.Read(path, maxBytes)
	switch {
	case errors.Is(err, regular.ErrOther):
		return nil, hint.New(path+" is no file: a saved plan is read from a file alone", again)
	case errors.Is(err, fs.ErrNotExist):
		return nil, hint.New("there is no file "+path, again)
	case err != nil:
		return nil, hint.Wrap(fmt.Errorf("reading the saved plan: %w", err), again)
	}
	var head struct {
		Schema, Seal, Tool, By string
	}
	if err := json.Unmarshal(text, &head); err != nil || !strings.HasPrefix(head.Schema, "compose.planfile/") {
		return nil, noPlan(path, text, head.Schema)
	}
	switch {
	case head.Schema != Schema:
		return nil, hint.New(fmt.Sprintf("%s was made by another version of this program, %s", path, head.Tool), again)
	case !key.Made(head.Seal):
		return nil, hint.New(fmt.Sprintf("%s was made by %s with another key than yours: who made it applies it, on the same machine", path, head.By), again)
	}
	bare := bytes.Replace(text, []byte(sealed(head.Seal)), []byte(sealed("")), 1)
	if key.Hash(string(bare)) != head.Seal {
		return nil, hint.New(path+" was changed after it was written", again)
	}
	var s Saved
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, hint.Wrap(fmt.Errorf("reading the saved plan %s: %w", path, err), again)
	}
	return &s, nil
}

// again is the hint about a file that is of no use.
const again = "make the plan anew: compose plan -o FILE"

// noPlan says what a file is that is no saved plan.
func noPlan(path string, text []byte, schema string) error {
	switch {
	case len(text) == 0:
		return hint.New(path+" is empty", again)
	case bytes.HasPrefix(text, []byte("{\n  \"schema\": \"compose.planfile/")):
		return hint.New(path+" is cut off or damaged: a part of the saved plan is missing", again)
	case strings.HasPrefix(schema, "compose.plan/"):
		return hint.New(path+" is a plan as --format json prints it, which cannot be applied", again)
	}
	return hint.New(path+" is no saved plan", again)
}
