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
	below := func(files ...string) string { // in a folder with a name
		for i := 0; i < len(files); i += 2 {
			files[i] = filepath.Join("here", files[i])
		}
		return filepath.Join(folder(t, append(files, filepath.Join("here", "empty"), "")...), "here")
	}
	empty := below()
	broken := below("compose.yaml", "a: b: c\n")
	variable := below("compose.yaml", "name: ${N:?give N}\n"+oneService)
	named := below("compose.yaml", "name: own\n"+oneService)
	tests := []struct {
		name    string
		options Options
		want    string
		guessed bool
		unread  string
	}{
		{"-p", Options{WorkDir: empty, Name: "demo"}, "demo", false, ""},
		{"-p looks at no file", Options{WorkDir: broken, Name: "demo"}, "demo", false, ""},
		{"-p with -f", Options{WorkDir: broken, Name: "demo", Files: []string{"compose.yaml"}}, "demo", false, "compose.yaml:1:5: yaml: "},
		{"COMPOSE_PROJECT_NAME", Options{WorkDir: empty, Environ: []string{"COMPOSE_PROJECT_NAME=env"}}, "env", false, "no configuration file provided: not found"},
		{"COMPOSE_PROJECT_NAME, broken file", Options{WorkDir: broken, Environ: []string{"COMPOSE_PROJECT_NAME=env"}}, "env", false, "compose.yaml:1:5: yaml: "},
		{"nothing", Options{WorkDir: empty}, "here", true, "no configuration file provided: not found"},
		{"broken", Options{WorkDir: broken}, "here", true, "compose.yaml:1:5: yaml: mapping values"},
		{"a file that is gone", Options{WorkDir: empty, Files: []string{"gone.yaml"}}, "here", true, "reading compose file: open "},
		{"an env file that is gone", Options{WorkDir: empty, EnvFiles: []string{"gone.env"}}, "here", true, "couldn't find env file: "},
		{"a variable in the name", Options{WorkDir: variable}, "here", true, "compose.yaml:1:7: error while interpolating name"},
		{"the name of the file that can be read", Options{WorkDir: named, Files: []string{"compose.yaml", "gone.yaml"}}, "own", true, "reading compose file: open "},
	}
	for _, test := range tests {
		id, err := Identify(t.Context(), test.options)
		check(t, test.name, id.Name, err, test.want, "")
		if len(id.Services) > 0 || id.Guessed != test.guessed {
			t.Errorf("%s: got %+v, want the name alone, guessed %t", test.name, id, test.guessed)
		}
		check(t, test.name, "", id.Unread, "", test.unread)
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
