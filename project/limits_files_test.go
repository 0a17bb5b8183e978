package project

import (
	"fmt"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/project/document"
)

// TestManyFiles: files that are merged cost as documents of one file do, and however
// many there are, what they include counts.
func TestManyFiles(t *testing.T) {
	labels := func(i int) string {
		return "services: {web: {image: x, labels: {" + times(500, ",", func(j int) string { return fmt.Sprintf("l%d_%d: x", i, j) }) + "}}}\n"
	}
	large := times(40, "---\n", labels)
	for _, tt := range []struct {
		name  string
		n     int
		file  func(i int) string
		wants string
	}{
		{"large together", 100, labels, "more than 600,000 documents times keys and values"},
		{"one includes a large one", document.MaxDocuments + 10, func(i int) string {
			return strings.Repeat("include: [large.yaml]\n", i/(document.MaxDocuments+9)) + oneService
		}, "more than 600,000 documents times keys and values"},
		{"small", 100, func(int) string { return oneService }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			written := []string{"large.yaml", large}
			var names []string
			for i := range tt.n {
				written = append(written, fmt.Sprintf("f%d.yaml", i), tt.file(i))
				names = append(names, fmt.Sprintf("f%d.yaml", i))
			}
			dir := folder(t, written...)
			_, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo", Files: names}, nil)
			if (err == nil) != (tt.wants == "") || err != nil && !strings.Contains(err.Error(), tt.wants) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestMistakesInLarge: a mistake is found and explained in time, however large the file
// and its names are.
func TestMistakesInLarge(t *testing.T) {
	for name, test := range map[string]struct{ file, want string }{
		"long names": {"services: {w: {image: x, networks: [" + strings.Repeat("a", 1_000_000) + "]}}\nnetworks: {" + strings.Repeat("b", 900_000) + ": }\n", "refers to undefined network"},
		"many names": {"services:\n" + times(4_000, "\n", func(i int) string {
			return fmt.Sprintf("  %s%d: {image: x, depends_on: [%s%d]}", strings.Repeat("s", 200), i, strings.Repeat("t", 200), i)
		}), "depends on undefined service"},
		"a long text": {"services:\n  w:\n    image: x\n    command: |\n" + strings.Repeat("      a\n", 390_000) + "      ${X:?needed}\n", "compose.yaml:390005:7:"},
		"many merged keys": {"x-a: &a\n" + times(13_000, "", func(i int) string { return fmt.Sprintf("  K%d: v\n", i) }) +
			"services:\n  w: {image: x}\n  b: {image: x, profiles: [p], bad: 1, environment: {<<: *a}}\n", "additional properties 'bad'"},
	} {
		_, err := Load(t.Context(), Options{WorkDir: folder(t, "compose.yaml", test.file), Name: "demo", Whole: true}, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %.300v, want %s", name, err, test.want)
		}
	}
}
