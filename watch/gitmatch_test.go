package watch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// gitIgnoreCases are files of patterns and the paths that they are about.
var gitIgnoreCases = map[string]string{
	".: build/":                             "-build/ -src/build/ build-file +src/x/build +build.txt",
	".: build":                              "-build/ -src/build +builds",
	".: /build":                             "-build/ +src/build",
	".: src/build":                          "-src/build/ +a/src/build",
	".: *.o, !keep.o":                       "-a.o -src/a.o +keep.o +src/keep.o",
	".: *.o; src: !x.o":                     "-x.o +src/x.o -src/y.o",
	".: logs/, !logs/keep":                  "-logs/ -logs/keep",
	".: logs/*, !logs/keep":                 "+logs/ -logs/a +logs/keep",
	".: *, !*/, !keep":                      "-a +keep +d/ -d/a +d/keep",
	".: *, !keep":                           "-a +keep -d/ -d/keep",
	".: a\\ ":                               "-a_ +a",
	".: a ":                                 "-a +a_",
	".: \\#x, \\!y":                         "-#x -!y +x +y",
	".: a/**":                               "+a/ -a/b -a/b/c",
	".: a/**, !a/b/":                        "+a/ -a/x +a/b/ -a/b/c",
	".: **/c":                               "-c -a/c -a/b/c/",
	".: a/**/c":                             "-a/c -a/x/c -a/x/y/c +c",
	".: **/keep/**":                         "+keep/ -keep/a -x/keep/a +a",
	".: [!f].o, doc[0-9]":                   "-a.o +f.o -doc1 +docs",
	".: /*, !/src":                          "-a +src/ +src/a",
	".: src/":                               "-src/ -src/a +a/src-file",
	".: x.txt\r":                            "-x.txt",
	".: *.log; src: *, !.gitignore":         "-a.log -src/a +src/.gitignore",
	"src: /out, gen/":                       "-src/out +out +src/a/out -src/a/gen/ +gen/",
	".git/info: tmp; .: !tmp/; src: tmp":    "+tmp/ +a/tmp-no -src/tmp",
	".git/info: secret":                     "-secret -src/secret",
	".: /**/keep, !*/":                      "+keep/ +keep/a",
	".: a//b, /, !, //, # no":               "+a/b +a",
	".: node_modules/; src: !node_modules/": "-node_modules/ +src/node_modules/ +src/node_modules/a",
	".: [z":                                 "+z +[z",
	".: a/*, !a/b; a: c; a/b: !c":           "-a/c -a/x +a/b/ +a/b/c",
}

// What git 2.39 says of paths, by git check-ignore: ignored are those with a minus.
// Folders end with a slash; a file of lines is FOLDER: LINE, LINE.
func TestGitIgnores(t *testing.T) {
	for files, paths := range gitIgnoreCases {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, ".git", "info"), 0o755); err != nil {
			t.Fatal(err)
		}
		for file := range strings.SplitSeq(files, "; ") {
			folder, lines, _ := strings.Cut(file, ": ")
			name := filepath.Join(dir, folder, ".gitignore")
			if folder == ".git/info" {
				name = filepath.Join(dir, folder, "exclude")
			}
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(strings.ReplaceAll(lines, ", ", "\n")+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		m := newGitMatcher(dir, gitignore(dir))
		for p := range strings.FieldsSeq(paths) {
			p, want := strings.TrimLeft(p, "+-"), p[0] == '-'
			name, folder := strings.CutSuffix(strings.ReplaceAll(p, "_", " "), "/")
			if strings.Contains(p, "node_modules") || strings.Contains(p, "_no") {
				name, folder = strings.CutSuffix(p, "/")
			}
			if got := m != nil && m.ignores(name, folder); got != want {
				t.Errorf("%q: %s: it is ignored: %v, want %v", files, p, got, want)
			}
		}
	}
}
