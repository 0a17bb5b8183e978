package project

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzLoad holds that no file crashes the program, that an error names the
// file, and that Identify finds the name that Load finds.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		oneService, graph, labelled, marshalled,
		"a: &a [*a]", "services: {a: {<<: [*x, 5]}}", "services: {a: !reset , b: !override {image: x}}",
		"include: [{path: [a, b], env_file: 5}]", "services: {a: {extends: {file: 5, service: []}}}",
		"services: {a: {image: x, ulimits: {n: {soft: 1}}, links: [5], volumes: [{}], tmpfs: {}}}",
		"services: {a: {image: '${A:-${B:?}}'}}", "{", "\x00", "---\n---\n", "name: [x]\nservices: 5",
		"secrets: {s: }\nconfigs: {c: 5}\nvolumes: {v: {external: {name: 5}}}\nnetworks: {n: {external: x}}",
	} {
		f.Add(seed)
	}
	golden, err := os.ReadFile("testdata/hash/plain.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(golden))
	dir := f.TempDir()
	fuzzing := flag.Lookup("test.fuzz").Value.String() != ""
	f.Fuzz(func(t *testing.T, file string) {
		if fuzzing && strings.Contains(file, "/") {
			t.Skip("would read files of this machine")
		}
		write(t, filepath.Join(dir, "compose.yaml"), file)
		o := Options{WorkDir: dir}
		p, err := Load(t.Context(), o, nil)
		id, idErr := Identify(t.Context(), o)
		if err == nil {
			if idErr != nil || id.Name != p.Name {
				t.Errorf("Load finds %q, Identify %q, %v", p.Name, id.Name, idErr)
			}
			for name := range p.Services {
				if _, err := p.Hash(name, nil); err != nil {
					t.Error(err)
				}
			}
			return
		}
		if e, ok := errors.AsType[*FileError](err); ok && e.File == "" {
			t.Errorf("error without a file: %v", err)
		}
	})
}
