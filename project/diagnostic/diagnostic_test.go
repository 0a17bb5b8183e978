package diagnostic

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project/document"
)

// filesOf are files of a project: their names and contents in turn.
func filesOf(texts ...string) Files {
	f := Files{
		Variables:   types.Mapping{"TAG": "1"},
		Shown:       func(file string) string { return strings.TrimPrefix(file, "/app/") },
		EnvFile:     func(string) ([]byte, *FileError) { return nil, nil },
		MissingFile: func() string { return "; is a file missing?" },
		Volume: func(string) (types.ServiceVolumeConfig, error) {
			return types.ServiceVolumeConfig{}, nil
		},
	}
	for i := 0; i+1 < len(texts); i += 2 {
		f.Documents = append(f.Documents, document.Parse(texts[i], []byte(texts[i+1])))
	}
	return f
}

// TestExplain: errors of the loader get their places in documents that are not on a
// disk, without a project.
func TestExplain(t *testing.T) {
	const web = "services:\n  web:\n    image: nginx\n    volumes: [data:/data]\n    depends_on: [db]\n"
	for _, test := range []struct {
		name  string
		files Files
		err   error
		want  string // the first line
		help  string // part of it
	}{
		{"a reference", filesOf("/app/a.yaml", web), errors.New(`service "web" refers to undefined volume data`),
			`a.yaml:4:15: service "web" refers to undefined volume data`, "declare it at the top level"},
		{"the last file that has it", filesOf("/app/a.yaml", web, "/app/b.yaml", web), errors.New(`service "web" depends on undefined service "db"`),
			`b.yaml:5:18: service "web" depends on undefined service "db"`, "no service that could be meant"},
		{"a path", filesOf("/app/a.yaml", web), &PathError{Path: []string{"services", "web", "image"}, Msg: "not this one", Hint: "another"},
			"a.yaml:3:5: not this one", "another"},
		{"another file", filesOf("/app/a.yaml", "services: {web: {tty: true}}\n"), errors.New(`service "web" has neither an image nor a build context specified: invalid compose project`),
			`a.yaml:1:12: service "web" has neither an image nor a build context specified`, "; is a file missing?"},
		{"unset variable", filesOf("/app/a.yaml", "services: {web: {image: '${NAME}'}}\n"), errors.New(`service "web" has neither an image nor a build context specified`),
			`a.yaml:1:25: service "web" has neither an image nor a build context specified: NAME is not set`, "${NAME:-VALUE}"},
		{"no file", filesOf(), errors.New("something else"), "something else", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.files.Explain(test.err)
			got, ok := errors.AsType[*FileError](err)
			if !ok {
				t.Fatalf("got %T: %v", err, err)
			}
			if line, _, _ := strings.Cut(got.Error(), "\n"); line != test.want {
				t.Errorf("got %s, want %s", line, test.want)
			}
			if !strings.Contains(got.Help, test.help) {
				t.Errorf("help %q, want %q in it", got.Help, test.help)
			}
			if strings.Join(got.Keys, ".") != got.Path {
				t.Errorf("keys %q of the path %s", got.Keys, got.Path)
			}
		})
	}
}

// TestExplainSeveral: errors come in the order of their places and each once; those
// beyond 20 are counted.
func TestExplainSeveral(t *testing.T) {
	var text strings.Builder
	var all []error
	for i := range 30 {
		fmt.Fprintf(&text, "k%d: x\n", i)
		e := &PathError{Path: []string{fmt.Sprintf("k%d", 29-i)}, Msg: "wrong"}
		all = append(all, e, e)
	}
	got := Split(filesOf("/app/a.yaml", text.String()).Explain(errors.Join(all...)))
	if len(got) != 21 || got[20].Error() != "and 10 more" {
		t.Fatalf("got %d errors, the last %v", len(got), got[len(got)-1])
	}
	for i, e := range got[:20] {
		if placed, ok := errors.AsType[*FileError](e); !ok || placed.Line != i+1 {
			t.Errorf("error %d is %v", i, e)
		}
	}
}

// TestPosition: a key of the last file that has all of the path, else of the deepest
// part that a file has.
func TestPosition(t *testing.T) {
	f := filesOf("/app/a.yaml", "services:\n  web: {image: x}\n", "/app/b.yaml", "\n\nservices: {web: {tty: true}}\n")
	for path, want := range map[string]string{
		"services":             "/app/b.yaml:3:1",
		"services.web.image":   "/app/a.yaml:2:9",
		"services.web.tty":     "/app/b.yaml:3:18",
		"services.web.nothing": "/app/b.yaml:3:12",
		"volumes":              "",
	} {
		at, got := f.Position(strings.Split(path, ".")...), ""
		if at.File != nil {
			got = fmt.Sprintf("%s:%d:%d", at.File.Name, at.Line, at.Column)
		}
		if got != want {
			t.Errorf("%s is at %q, want %q", path, got, want)
		}
	}
}

// TestBrief: a message of one line has no excerpts, and of many errors the first five.
func TestBrief(t *testing.T) {
	var all []error
	for i := range 7 {
		all = append(all, &FileError{File: "a.yaml", Line: i + 1, Column: 1, Msg: "wrong\nthere", Excerpt: "  1 | x"})
	}
	want := "a.yaml:1:1: wrong there; a.yaml:2:1: wrong there; a.yaml:3:1: wrong there; a.yaml:4:1: wrong there; a.yaml:5:1: wrong there; and 2 more"
	if got := Brief(errors.Join(all...)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
