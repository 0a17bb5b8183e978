package project

import (
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/hint"
)

func TestFiles(t *testing.T) {
	with := func(image string) string { return "services: {web: {image: " + image + "}}\n" }
	tests := []struct {
		name    string
		files   []string
		options Options
		want    []string // relative to the folder
		dir     string
		image   string
		warning string
	}{
		{name: "default", files: []string{"compose.yaml", with("a")}, want: []string{"compose.yaml"}, image: "a"},
		{name: "old name", files: []string{"docker-compose.yml", with("a")}, want: []string{"docker-compose.yml"}, image: "a"},
		{name: "preferred", files: []string{"docker-compose.yml", with("a"), "compose.yml", with("b")}, want: []string{"compose.yml"}, image: "b", warning: "Found multiple config files"},
		{name: "override", files: []string{"compose.yaml", with("a"), "compose.override.yaml", with("b")}, want: []string{"compose.yaml", "compose.override.yaml"}, image: "b"},
		{name: "override of another name", files: []string{"compose.yaml", with("a"), "docker-compose.override.yml", with("b")}, want: []string{"compose.yaml", "docker-compose.override.yml"}, image: "b"},
		{name: "parent", files: []string{"compose.yaml", with("a"), "compose.override.yml", with("b"), "sub/deep/x", ""}, options: Options{WorkDir: "sub/deep"}, want: []string{"compose.yaml", "compose.override.yml"}, image: "b"},
		{name: "nearest parent", files: []string{"compose.yaml", with("a"), "sub/compose.yaml", with("b"), "sub/deep/x", ""}, options: Options{WorkDir: "sub/deep"}, want: []string{"sub/compose.yaml"}, dir: "sub", image: "b"},
		{name: "-f takes no override", files: []string{"compose.yaml", with("a"), "compose.override.yaml", with("b")}, options: Options{Files: []string{"compose.yaml"}}, want: []string{"compose.yaml"}, image: "a"},
		{name: "several -f", files: []string{"x/a.yaml", with("a"), "b.yaml", with("b")}, options: Options{Files: []string{"x/a.yaml", "b.yaml"}}, want: []string{"x/a.yaml", "b.yaml"}, dir: "x", image: "b"},
		{name: "COMPOSE_FILE", files: []string{"a.yaml", with("a"), "b.yaml", with("b")}, options: Options{Environ: []string{"COMPOSE_FILE=a.yaml:b.yaml"}}, want: []string{"a.yaml", "b.yaml"}, image: "b"},
		{name: "COMPOSE_PATH_SEPARATOR", files: []string{"a.yaml", with("a"), "b.yaml", with("b")}, options: Options{Environ: []string{"COMPOSE_FILE=a.yaml;b.yaml", "COMPOSE_PATH_SEPARATOR=;"}}, want: []string{"a.yaml", "b.yaml"}, image: "b"},
		{name: "COMPOSE_FILE in .env", files: []string{"compose.yaml", with("a"), "b.yaml", with("b"), ".env", "COMPOSE_FILE=b.yaml\n"}, want: []string{"b.yaml"}, image: "b"},
		{name: "-f over COMPOSE_FILE", files: []string{"a.yaml", with("a"), "b.yaml", with("b")}, options: Options{Files: []string{"a.yaml"}, Environ: []string{"COMPOSE_FILE=b.yaml"}}, want: []string{"a.yaml"}, image: "a"},
		{name: "--project-directory", files: []string{"a.yaml", with("a"), "sub/.env", "X=1\n"}, options: Options{Files: []string{"a.yaml"}, Dir: "sub"}, want: []string{"a.yaml"}, dir: "sub", image: "a"},
		{name: "--project-directory, no -f", files: []string{"sub/compose.yaml", with("a")}, options: Options{Dir: "sub"}, want: []string{"sub/compose.yaml"}, dir: "sub", image: "a"},
		{name: "stdin beside a file", files: []string{"sub/a.yaml", with("a")}, options: Options{Files: []string{"-", "sub/a.yaml"}, Stdin: strings.NewReader(with("in"))}, want: []string{"-", "sub/a.yaml"}, dir: "sub", image: "a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := folder(t, test.files...)
			o := test.options
			o.WorkDir = filepath.Join(root, o.WorkDir)
			var warnings []string
			p, err := Load(t.Context(), o, collect(&warnings))
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, f := range test.want {
				if f != "-" {
					f = filepath.Join(root, f)
				}
				want = append(want, f)
			}
			if !reflect.DeepEqual(p.ComposeFiles, want) {
				t.Errorf("files %q, want %q", p.ComposeFiles, want)
			}
			if dir := filepath.Join(root, test.dir); p.WorkingDir != dir {
				t.Errorf("folder %q, want %q", p.WorkingDir, dir)
			}
			if got := p.Services["web"].Image; got != test.image {
				t.Errorf("image %q, want %q", got, test.image)
			}
			if got := strings.Join(warnings, "\n"); !strings.Contains(got, test.warning) || test.warning == "" && got != "" {
				t.Errorf("warnings %q, want %q", got, test.warning)
			}
		})
	}
}

func TestMissingFiles(t *testing.T) {
	dir := folder(t, "other/compose.yaml", oneService)
	tests := []struct {
		name    string
		options Options
		want    string
		hint    string
	}{
		{"empty folder", Options{}, "no configuration file provided: not found: looked for compose.yaml, compose.yml, docker-compose.yml, docker-compose.yaml in " + dir, "-f FILE"},
		{"no such file", Options{Files: []string{"other/nope.yaml"}}, "reading compose file: open " + filepath.Join(dir, "other/nope.yaml"), "other/compose.yaml"},
		{"a folder", Options{Files: []string{"other"}}, "reading compose file: " + filepath.Join(dir, "other") + " is a directory", "--project-directory"},
		{"remote", Options{Files: []string{"oci://x/y"}}, "oci://x/y is a remote file, and this command takes none", "-f"},
		{"no stdin", Options{Files: []string{"-"}}, "reading compose file: standard input is not there", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := test.options
			o.WorkDir = dir
			_, err := Load(t.Context(), o, nil)
			check(t, "Load", "", err, "", test.want)
			if !strings.Contains(hint.Of(err), test.hint) {
				t.Errorf("hint %q, want %q in it", hint.Of(err), test.hint)
			}
		})
	}
	if _, err := Load(t.Context(), Options{WorkDir: dir}, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
}

// TestEmptyParts: a list of files may have empty parts, and nothing but them.
func TestEmptyParts(t *testing.T) {
	dir := folder(t, "a.yml", "services: {web: {image: x}}\n", "b.yml", "services: {web: {labels: {l: b}}}\n", "compose.yaml", "services: {other: {image: x}}\n")
	for value, want := range map[string]string{"a.yml::b.yml": "a.yml b.yml", ":a.yml": "a.yml", "a.yml:": "a.yml", "::": "compose.yaml", ":": "compose.yaml"} {
		p, err := Load(t.Context(), Options{WorkDir: dir, Environ: []string{"COMPOSE_PATH_SEPARATOR=:", "COMPOSE_FILE=" + value}}, nil)
		if err != nil {
			t.Errorf("%s: %v", value, err)
			continue
		}
		var got []string
		for _, f := range p.ComposeFiles {
			got = append(got, filepath.Base(f))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", value, got, want)
		}
	}
}
