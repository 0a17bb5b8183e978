package project

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestIdentify compares with the full load, which knows.
func TestIdentify(t *testing.T) {
	tests := []struct {
		name  string
		files []string
		want  string
	}{
		{"plain", []string{"compose.yaml", graph}, "api db debug far off tools web"},
		{"override", []string{"compose.yaml", oneService, "compose.override.yml", "services: {db: {image: x}}\n"}, "db web"},
		{"two documents", []string{"compose.yaml", oneService + "---\nservices: {db: {image: x}}\n"}, "db web"},
		{"anchors", []string{"compose.yaml", "x-s: &s {web: {image: x}}\nservices: *s\n"}, "web"},
		{"merged", []string{"compose.yaml", "x-s: &s {web: {image: x}}\nservices: {<<: *s, db: {image: x}}\n"}, "db web"},
		{"include", []string{"compose.yaml", "include: [sub/inc.yaml]\nservices: {web: {image: x}}\n", "sub/inc.yaml", "services: {db: {image: x}}\n"}, "db web"},
		{"reset", []string{"compose.yaml", "services: {web: {image: x}, db: {image: x}}\n", "compose.override.yaml", "services: {db: !reset null}\n"}, "web"},
		{"none", []string{"compose.yaml", "services: {}\n"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := Options{WorkDir: folder(t, test.files...), Name: "", AllResources: true, NoConsistency: true}
			id, err := Identify(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			p, err := Load(t.Context(), o, nil)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, "services", id.Services, test.want)
			all := slices.Concat(p.ServiceNames(), p.DisabledServiceNames())
			slices.Sort(all)
			compare(t, "services of Load", all, test.want)
			if id.Name != p.Name || id.Dir != p.WorkingDir || !slices.Equal(id.Files, p.ComposeFiles) {
				t.Errorf("got %+v, Load has %s, %s, %q", id, p.Name, p.WorkingDir, p.ComposeFiles)
			}
		})
	}
}

func TestIdentifyWithoutFile(t *testing.T) {
	empty := folder(t)
	broken := folder(t, "compose.yaml", "a: b: c\n")
	tests := []struct {
		name    string
		options Options
		want    string
		wantErr string
	}{
		{"-p", Options{WorkDir: empty, Name: "demo"}, "demo", ""},
		{"-p looks at no file", Options{WorkDir: broken, Name: "demo"}, "demo", ""},
		{"-p with -f", Options{WorkDir: broken, Name: "demo", Files: []string{"compose.yaml"}}, "", "compose.yaml:1:5: yaml: "},
		{"COMPOSE_PROJECT_NAME", Options{WorkDir: empty, Environ: []string{"COMPOSE_PROJECT_NAME=env"}}, "env", ""},
		{"COMPOSE_PROJECT_NAME, broken file", Options{WorkDir: broken, Environ: []string{"COMPOSE_PROJECT_NAME=env"}}, "env", ""},
		{"nothing", Options{WorkDir: empty}, "", "no configuration file provided: not found"},
		{"broken", Options{WorkDir: broken}, "", "compose.yaml:1:5: yaml: mapping values"},
	}
	for _, test := range tests {
		id, err := Identify(t.Context(), test.options)
		check(t, test.name, id.Name, err, test.want, test.wantErr)
		if test.want != "" && (len(id.Files) > 0 || len(id.Services) > 0) {
			t.Errorf("%s: got %+v, want the name alone", test.name, id)
		}
	}
}

// TestIdentifyInvalid: what only a load would refuse does not stop ps and logs.
func TestIdentifyInvalid(t *testing.T) {
	dir := folder(t, "compose.yaml", "services: {web: {imgae: x}, db: {image: '${X:?}'}}\n")
	id, err := Identify(t.Context(), Options{WorkDir: dir})
	if err != nil || strings.Join(id.Services, " ") != "db web" {
		t.Errorf("got %+v, %v", id, err)
	}
}

func TestIdentifyStdin(t *testing.T) {
	dir := folder(t, "inc.yaml", "services: {db: {image: x}}\n")
	o := Options{WorkDir: dir, Files: []string{"-"}, Stdin: strings.NewReader("name: in\ninclude: [" + filepath.Join(dir, "inc.yaml") + "]\n" + oneService)}
	id, err := Identify(t.Context(), o)
	if err != nil || id.Name != "in" || strings.Join(id.Services, " ") != "db web" {
		t.Errorf("got %+v, %v", id, err)
	}
}
