package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// Inputs are fingerprints of what a project was made of, which tell whether it would be
// the same if it were loaded again. Each is ContentKey.Hash of something, and tells
// nothing of a content to who does not have the key.
type Inputs struct {
	// Files are the project's WatchedFiles by path, with their contents; "" where there is
	// none.
	Files map[string]string `json:"files"`
	// Model is the project as the files and the variables make it: a part each for
	// "service NAME", with the contents of its secrets and configs, and for the other
	// elements of a Compose file ("networks").
	Model map[string]string `json:"model"`
}

// Inputs reads the project's files once more. The error is Marshal's.
func (p *Project) Inputs(key ContentKey) (Inputs, error) {
	in := Inputs{Files: map[string]string{}, Model: map[string]string{}}
	for _, file := range p.WatchedFiles() {
		in.Files[file] = key.hashFile(file)
	}
	text, err := p.Marshal(MarshalOptions{Format: JSON})
	if err != nil {
		return in, err
	}
	var parts map[string]json.RawMessage
	var services map[string]json.RawMessage
	if err = json.Unmarshal(text, &parts); err == nil {
		err = json.Unmarshal(parts["services"], &services)
	}
	if err != nil {
		return in, fmt.Errorf("reading what was written of the project: %w", err)
	}
	delete(parts, "services")
	for name, part := range parts {
		in.Model[name] = key.Hash(string(part))
	}
	for name, part := range services {
		contents, err := ContentHash(p, name)
		if err != nil {
			contents = err.Error()
		}
		in.Model["service "+name] = key.Hash(string(part) + "\x00" + contents)
	}
	return in, nil
}

// hashFile is the fingerprint of a file or folder. One that cannot be read has that of the
// reason.
func (k ContentKey) hashFile(name string) string {
	digest, err := fileDigest(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ""
	case err != nil:
		digest = err.Error()
	}
	return k.Hash(digest)
}

// Changed says what differs in the inputs of the same project later on: the files whose
// content does, by their paths, and where no file differs the parts of the model, for
// which variables are the reason. Both are sorted; both are empty for equal inputs.
func (in Inputs) Changed(later Inputs) (files, parts []string) {
	if files = differing(in.Files, later.Files); len(files) > 0 {
		return files, nil
	}
	return nil, differing(in.Model, later.Model)
}

// FilesChanged are the files whose content is another one by now, sorted.
func (in Inputs) FilesChanged(key ContentKey) []string {
	now := map[string]string{}
	for file := range in.Files {
		now[file] = key.hashFile(file)
	}
	return differing(in.Files, now)
}

// differing are the keys whose values are not the same in both maps, sorted. One that is
// in neither place and one that was not looked for are the same.
func differing(a, b map[string]string) []string {
	both := maps.Clone(a)
	maps.Copy(both, b)
	keys := slices.Sorted(maps.Keys(both))
	return slices.DeleteFunc(keys, func(key string) bool { return a[key] == b[key] })
}

// ReadOnce are what the project was read from and cannot be read from again: "standard
// input", and pipes by their names. Sorted.
func (p *Project) ReadOnce() []string {
	if p.source == nil {
		return nil
	}
	s := p.source.streams
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.Sorted(maps.Keys(s.read))
	if i := slices.Index(names, stdin); i >= 0 {
		names[i] = "standard input"
	}
	return names
}
