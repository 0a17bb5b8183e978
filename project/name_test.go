package project

import (
	"cmp"
	"path/filepath"
	"testing"
)

// TestNames holds the rules of the project's name, which Load and Identify must
// follow alike.
func TestNames(t *testing.T) {
	const named = "name: fromfile\n" + oneService
	tests := []struct {
		name    string
		files   []string
		options Options
		want    string
		wantErr string // instead of want
	}{
		{name: "folder", files: []string{"My App.v2/compose.yaml", oneService}, options: Options{Dir: "My App.v2"}, want: "myappv2"},
		{name: "folder of the file", files: []string{"sub/x.yaml", oneService}, options: Options{Files: []string{"sub/x.yaml"}}, want: "sub"},
		{name: "leading marks", files: []string{"_-a_b/compose.yaml", oneService}, options: Options{Dir: "_-a_b"}, want: "a_b"},
		{name: "no letter left", files: []string{"___/compose.yaml", oneService}, options: Options{Dir: "___"}, wantErr: "project name must not be empty"},
		{name: "file", files: []string{"compose.yaml", named}, want: "fromfile"},
		{name: "file, to be normalised", files: []string{"compose.yaml", "name: My_Proj!\n" + oneService}, want: "my_proj"},
		{name: "file, quoted key", files: []string{"compose.yaml", "\"name\": q\n" + oneService}, want: "q"},
		{name: "file, in braces", files: []string{"compose.yaml", "{name: b, services: {a: {image: x}}}"}, want: "b"},
		{name: "file, interpolated", files: []string{"compose.yaml", "name: ${N:-x}y\n" + oneService}, options: Options{Environ: []string{"N=z"}}, want: "zy"},
		{name: "file, variable missing", files: []string{"compose.yaml", "name: ${N:?give N}\n" + oneService}, wantErr: "compose.yaml:1:7: error while interpolating name: required variable N is missing a value: give N"},
		{name: "last file", files: []string{"a.yaml", named, "b.yaml", "name: other\n"}, options: Options{Files: []string{"a.yaml", "b.yaml"}}, want: "other"},
		{name: "file without a name does not count", files: []string{"a.yaml", named, "b.yaml", "services: {}\n"}, options: Options{Files: []string{"a.yaml", "b.yaml"}}, want: "fromfile"},
		{name: "name of a network is none", files: []string{"app/compose.yaml", oneService + "networks:\n  n:\n    name: not-me\n"}, options: Options{Dir: "app"}, want: "app"},
		{name: "second document", files: []string{"compose.yaml", oneService + "---\nname: second\n"}, want: "second"},
		{name: "environment over file", files: []string{"compose.yaml", named}, options: Options{Environ: []string{"COMPOSE_PROJECT_NAME=env"}}, want: "env"},
		{name: "empty environment", files: []string{"compose.yaml", named}, options: Options{Environ: []string{"COMPOSE_PROJECT_NAME="}}, want: "fromfile"},
		{name: "invalid environment", files: []string{"compose.yaml", named}, options: Options{Environ: []string{"COMPOSE_PROJECT_NAME=Env"}}, wantErr: `invalid project name "Env"`},
		{name: ".env over file", files: []string{"compose.yaml", named, ".env", "COMPOSE_PROJECT_NAME=dotenv\n"}, want: "dotenv"},
		{name: "environment over .env", files: []string{"compose.yaml", named, ".env", "COMPOSE_PROJECT_NAME=dotenv\n"}, options: Options{Environ: []string{"COMPOSE_PROJECT_NAME=env"}}, want: "env"},
		{name: "flag over all", files: []string{"compose.yaml", named, ".env", "COMPOSE_PROJECT_NAME=dotenv\n"}, options: Options{Name: "flag", Files: []string{"compose.yaml"}, Environ: []string{"COMPOSE_PROJECT_NAME=env"}}, want: "flag"},
		{name: "invalid flag", files: []string{"compose.yaml", named}, options: Options{Name: "Flag"}, wantErr: `invalid project name "Flag"`},
		{name: "stdin takes the folder of the call", options: Options{Files: []string{"-"}, Name: "x"}, want: "x"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := test.options
			o.WorkDir = folder(t, test.files...)
			o.Stdin = stringReader(oneService)
			p, err := Load(t.Context(), o, nil)
			got := ""
			if err == nil {
				got = p.Name
				if p.Environment["COMPOSE_PROJECT_NAME"] != got {
					t.Errorf("variable COMPOSE_PROJECT_NAME = %q, want %q", p.Environment["COMPOSE_PROJECT_NAME"], got)
				}
			}
			check(t, "Load", got, err, test.want, test.wantErr)
			o.Stdin = stringReader(oneService)
			id, err := Identify(t.Context(), o)
			check(t, "Identify", id.Name, cmp.Or(err, id.Unread), test.want, test.wantErr)
		})
	}
}

func TestFolderNameOfStdin(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "Some Folder")
	p, err := Load(t.Context(), Options{WorkDir: dir, Files: []string{"-"}, Stdin: stringReader(oneService)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "somefolder" || p.WorkingDir != dir || p.ComposeFiles[0] != "-" {
		t.Errorf("name %q, folder %q, files %q", p.Name, p.WorkingDir, p.ComposeFiles)
	}
}

func TestMayHaveKey(t *testing.T) {
	tests := []struct {
		file string
		want bool
	}{
		{"services:\n  a:\n    container_name: x\nnetworks:\n  n:\n    name: y\n", false},
		{"services: {}\nname: x\n", true},
		{"# name: x\nservices: {}\n", false},
		{"  services: {}\n  name: x\n", true},
		{"\ufeffname: x\n", true},
		{"services: {}\r\nname: x\r\n", true},
		{"{services: {}, name: x}", true},
		{"services: {a: {container_name: b}}\n---\nname: x\n", true},
		{"<<: *x\nservices: {a: {container_name: b}}\n", true},
		{"? name\n: x\n", true},
		{"\"n\\u0061me\": x\n", true},
		{"services: {}\n", false},
		{"", false},
	}
	for _, test := range tests {
		if got := mayHaveKey([]byte(test.file), "name"); got != test.want {
			t.Errorf("mayHaveKey(%q) = %v, want %v", test.file, got, test.want)
		}
	}
}
