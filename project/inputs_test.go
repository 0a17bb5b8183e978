package project_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

const inputsFile = `
name: demo
services:
  web: {image: "nginx:${TAG:-1}", env_file: [web.env], secrets: [key]}
  db: {image: postgres, secrets: [token]}
secrets: {key: {file: key.txt}, token: {environment: TOKEN}}
`

// TestInputs: what differs is named: files where files do, else what the variables changed.
// No content is told.
func TestInputs(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("compose.yaml", inputsFile)
	write("web.env", "A=1\n")
	write("key.txt", "hunter2")
	key := project.NewContentKey([]byte("0123456789"))
	read := func(environ ...string) project.Inputs {
		t.Helper()
		p, err := project.Load(t.Context(), project.Options{WorkDir: dir, Environ: environ, ContentKey: func() project.ContentKey { return key }}, event.Discard)
		if err != nil {
			t.Fatal(err)
		}
		in, err := p.Inputs(key)
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	before := read("TOKEN=hunter3")
	for _, all := range before.Model {
		if strings.Contains(all, "hunter") || !key.Made(all) {
			t.Errorf("a fingerprint is %q", all)
		}
	}
	check := func(what string, later project.Inputs, files, parts []string) {
		t.Helper()
		gotFiles, gotParts := before.Changed(later)
		if !slices.Equal(gotFiles, files) || !slices.Equal(gotParts, parts) {
			t.Errorf("%s: files %q, parts %q", what, gotFiles, gotParts)
		}
	}
	check("nothing", read("TOKEN=hunter3"), nil, nil)
	check("a variable", read("TOKEN=hunter3", "TAG=2"), nil, []string{"service web"})
	check("a secret's variable", read("TOKEN=hunter4"), nil, []string{"service db"})
	write("key.txt", "hunter4")
	check("a secret's file", read("TOKEN=hunter3"), []string{at("key.txt")}, nil)
	write("key.txt", "hunter2")
	write("compose.override.yml", "services: {web: {init: true}}\n")
	check("an override", read("TOKEN=hunter3"), []string{at("compose.override.yml")}, nil)
	if err := os.Remove(at("compose.override.yml")); err != nil {
		t.Fatal(err)
	}
	check("as it was", read("TOKEN=hunter3"), nil, nil)
}

// TestReadOnce: what cannot be read a second time is named.
func TestReadOnce(t *testing.T) {
	load := func(o project.Options) []string {
		t.Helper()
		o.WorkDir = t.TempDir()
		if err := os.WriteFile(filepath.Join(o.WorkDir, "compose.yaml"), []byte("services: {web: {image: a}}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := project.Load(t.Context(), o, event.Discard)
		if err != nil {
			t.Fatal(err)
		}
		return p.ReadOnce()
	}
	if got := load(project.Options{}); len(got) > 0 {
		t.Errorf("of a file: %q", got)
	}
	if got := load(project.Options{Files: []string{"-"}, Stdin: strings.NewReader("services: {web: {image: a}}\n")}); !slices.Equal(got, []string{"standard input"}) {
		t.Errorf("of standard input: %q", got)
	}
}
