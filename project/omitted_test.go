package project

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/project/diagnostic"
)

// TestOmitted loads what is left of files with mistakes, for who works on
// containers that there are.
func TestOmitted(t *testing.T) {
	tests := []struct {
		name, file string
		unread     string // part of Unread
		want       string // services whose definition is whole, "-" before the others
	}{
		{"nothing", "services: {a: {image: x}}\n", "", "a"},
		{"a variable", "services: {a: {image: '${X:?}'}, b: {image: x}}\n", "required variable X", "-a b"},
		{"one in an anchor", "x-c: &c {image: '${X:?}'}\nservices: {a: *c, b: {image: x}}\n", "required variable X", "-a b"},
		{"merged ones", "x-c: &c {image: '${X:?}'}\nx-d: &d {tty: nope}\nservices: {a: {<<: [*c, *d]}, b: {image: x}}\n", "required variable X", "-a b"},
		{"an anchor within what goes", "services: {a: {image: '${X:?}', labels: &l {k: '${Y:?}'}}, b: {image: x, labels: *l}}\n", "required variable Y", "-a -b"},
		{"heirs", "services: {a: {image: '${X:?}'}, b: {extends: a}, c: {extends: {service: b}}, d: {image: x}}\n", "required variable X", "-a -b -c d"},
		{"types", "services: {a: {image: x, ports: yes}, b: {image: x}, c: text}\n", "services.a.ports", "-a b -c"},
		{"documents", "services: {a: {image: x}}\n---\nservices: {a: {imge: x}, b: {image: x}}\n", "imge", "-a b"},
		{"tags", "services: {a: {image: x, labels: !reset {a: b}}, b: {imge: x}}\n", "imge", "a -b"},
		{"a volume", "services: {a: {image: x, volumes: ['vol:/v']}}\nvolumes: {vol: {nope: 1}}\n", "nope", "a"},
		{"a network", "services: {a: {image: x, networks: [n]}}\nnetworks: {n: {nope: 1}}\n", "nope", "a"},
		{"the top level", "services: {a: {image: x}}\nnope: 1\n", "nope", "a"},
		{"contradictions", "services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}\n", "dependency cycle", "a b"},
		{"files", "services: {a: {image: x, env_file: gone}, b: {image: x, label_file: [gone2]}}\n", "gone2 not found", "a b"},
		{"what is off", "services: {a: {image: x}, b: {image: '${X:?}', profiles: [p]}}\n", "", "a -b"},
		{"what is off, and required", "services: {a: {image: x, depends_on: [b]}, b: {image: '${X:?}', profiles: [p]}}\n", "required variable X", "a -b"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t, "compose.yaml", test.file)
			p, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo", Need: NeedRunning}, nil)
			if err != nil {
				t.Fatal(err)
			}
			check(t, "Unread", "", unreadWith(p.Unread, test.unread), "", "")
			var got []string
			for _, name := range append(p.ServiceNames(), p.DisabledServiceNames()...) {
				if !p.Whole(name) {
					name = "-" + name
				}
				got = append(got, name)
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if test.unread != "" {
				if _, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo"}, nil); err == nil {
					t.Error("it can be loaded as a whole")
				}
			}
		})
	}
}

// unreadWith is an error where the text is not part of another one's, or there is
// one and none is wanted.
func unreadWith(err error, text string) error {
	if (err == nil) == (text == "") && (err == nil || strings.Contains(err.Error(), text)) {
		return nil
	}
	return &diagnostic.PathError{Msg: "got " + diagnostic.Brief(err) + ", want " + text}
}

// TestOmittedVolume: nobody knows whose a volume is whose entry cannot be read.
func TestOmittedVolume(t *testing.T) {
	dir := folder(t, "compose.yaml", "services: {a: {image: x, volumes: ['vol:/v']}}\nvolumes: {vol: {external: '${X:?}'}}\n")
	p, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo", Need: NeedRunning}, nil)
	if err != nil || !bool(p.Volumes["vol"].External) {
		t.Errorf("got %+v, %v, want an external volume", p, err)
	}
}

// TestOmittedInOrder: mistakes that the loader meets one by one, in the order of a map,
// are told in the order of the file.
func TestOmittedInOrder(t *testing.T) {
	dir := folder(t, "compose.yaml", "services:\n  web: {image: x}\n"+times(6, "", func(i int) string {
		return fmt.Sprintf("  s%d: {image: x, profiles: [p], mem_limit: nonsense}\n", i)
	}))
	for range 4 {
		_, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo", Whole: true}, nil)
		var lines []int
		for _, e := range diagnostic.Split(err) {
			if placed, ok := errors.AsType[*FileError](e); ok {
				lines = append(lines, placed.Line)
			}
		}
		if want := []int{3, 4, 5, 6, 7, 8}; !slices.Equal(lines, want) {
			t.Fatalf("mistakes in the lines %v, want %v: %v", lines, want, err)
		}
	}
}

// TestOmittedOfLarge: a large file is not loaded once for each of its mistakes.
func TestOmittedOfLarge(t *testing.T) {
	large := "x-data: [" + times(60_000, ",", constant("1")) + "]\n"
	dir := folder(t, "compose.yaml", large+"services:\n  web: {image: x}\n"+times(20, "", func(i int) string {
		return fmt.Sprintf("  s%d: {image: x, profiles: [p], mem_limit: nonsense}\n", i)
	}))
	_, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo", Whole: true}, nil)
	if n := len(diagnostic.Split(err)); n < 1 || n > 3 {
		t.Errorf("%d mistakes were looked for: %.300v", n, err)
	}
}
