package project

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// watchedCases are projects and the files that they are made of.
var watchedCases = []struct {
	name  string
	files []string // besides compose.yaml, which is the first content
	want  []string // besides compose.yaml and .env
}{
	{"an include", []string{"include: [inc/more.yaml]\n", "inc/more.yaml", oneService}, []string{"inc/.env", "inc/more.yaml"}},
	{
		"an include by a variable", []string{"include: ['${WHERE}/more.yaml']\n", ".env", "WHERE=inc\n", "inc/more.yaml", oneService},
		[]string{"inc/.env", "inc/more.yaml"},
	},
	{
		"an include by a variable's default", []string{"include: ['${WHERE:-inc}/more.yaml']\n", "inc/more.yaml", oneService},
		[]string{"inc/.env", "inc/more.yaml"},
	},
	{
		"includes of includes", []string{
			"include: [{path: [a/a.yaml, b/b.yaml], env_file: my.env}]\n", "my.env", "X=1\n",
			"a/a.yaml", "include: [c/c.yaml]\n", "b/b.yaml", oneService, "a/c/c.yaml", "services: {c: {image: alpine}}\n",
		},
		[]string{"a/a.yaml", "a/c/.env", "a/c/c.yaml", "b/b.yaml", "my.env"},
	},
	{
		"an include with a folder", []string{
			"include: [{path: a/a.yaml, project_directory: other}]\n",
			"a/a.yaml", "include: [sub.yaml]\n", "other/sub.yaml", oneService,
		},
		[]string{"a/a.yaml", "other/.env", "other/sub.yaml"},
	},
	{
		"extends", []string{"services: {web: {extends: {file: 'base/${X:-b}.yaml', service: web}}}\n", "base/b.yaml", oneService},
		[]string{"base/b.yaml"},
	},
	{
		"what services read", []string{
			"services: {web: {image: alpine, env_file: [web.env], label_file: [l], configs: [c], secrets: [s]}}\n" +
				"configs: {c: {file: c.txt}, unused: {file: no.txt}}\nsecrets: {s: {file: s.txt}}\n",
			"web.env", "A=1\n", "l", "a=b\n", "c.txt", "c", "s.txt", "s",
		},
		[]string{"c.txt", "l", "s.txt", "web.env"},
	},
}

// TestWatchedFiles: what a project was made of, whatever way it is named.
func TestWatchedFiles(t *testing.T) {
	for _, c := range watchedCases {
		t.Run(c.name, func(t *testing.T) {
			dir := folder(t, append([]string{"compose.yaml"}, c.files...)...)
			p, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := []string{filepath.Join(dir, "compose.yaml"), filepath.Join(dir, ".env")}
			for _, name := range overrideNames { // none is there yet
				want = append(want, filepath.Join(dir, name))
			}
			for _, f := range c.want {
				want = append(want, filepath.Join(dir, f))
			}
			slices.Sort(want)
			if got := p.WatchedFiles(); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// TestWatchedNames: of files that were found, those that would take their place
// are watched too; of files that were named, none but these.
func TestWatchedNames(t *testing.T) {
	dir := folder(t, "docker-compose.yml", oneService, "compose.override.yaml", oneService)
	for named, want := range map[string][]string{
		"":                   {".env", "compose.override.yaml", "compose.override.yml", "compose.yaml", "compose.yml", "docker-compose.yml"},
		"docker-compose.yml": {".env", "docker-compose.yml"},
	} {
		o := Options{WorkDir: dir, Name: "demo"}
		if named != "" {
			o.Files = []string{named}
		}
		p, err := Load(t.Context(), o, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, file := range p.WatchedFiles() {
			got = append(got, filepath.Base(file))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", named, got, want)
		}
	}
}

// TestWatchedLink: a file that is a link changes where it leads to.
func TestWatchedLink(t *testing.T) {
	dir, err := filepath.EvalSymlinks(folder(t, "env/dev", "A=1\n", "compose.yaml", oneService))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join("env", "dev"), filepath.Join(dir, ".env")); err != nil {
		t.Fatal(err)
	}
	p, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{".env", filepath.Join("env", "dev")} {
		if got := p.WatchedFiles(); !slices.Contains(got, filepath.Join(dir, want)) {
			t.Errorf("%s is not among %q", want, got)
		}
	}
}
