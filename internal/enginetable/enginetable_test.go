package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// writeResults writes a run as go test -json does.
func writeResults(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const oldRun = `{"Action":"output","Package":"p","Test":"TestScriptsOnEngine","Output":"    script_test.go:70: engine: Docker 20.10.24+dfsg1, API 1.41\n"}
{"Action":"output","Package":"p","Test":"TestScriptsOnEngine/ps","Output":"        > [podman] skip 'does not apply'\n"}
{"Action":"pass","Package":"p","Test":"TestScriptsOnEngine/ps"}
{"Action":"output","Package":"p","Test":"TestScriptsOnEngine/build","Output":"        stop: needs BuildKit | 23\n"}
{"Action":"pass","Package":"p","Test":"TestScriptsOnEngine/build"}
{"Action":"output","Package":"p","Test":"TestScriptsOnEngine/calls","Output":"        > [!api:1.44] skip 'it''s old'\n"}
{"Action":"skip","Package":"p","Test":"TestScriptsOnEngine/calls"}
{"Action":"fail","Package":"p","Test":"TestScriptsOnEngine/up"}
{"Action":"fail","Package":"p","Test":"TestScriptsOnEngine"}
{"Action":"output","Package":"q","Test":"TestPeer","Output":"    peer_test.go:9: no PEER\n"}
{"Action":"skip","Package":"q","Test":"TestPeer"}
{"Action":"pass","Package":"q","Test":"TestLogs/part"}
{"Action":"pass","Package":"q","Test":"TestLogs"}
{"Action":"fail","Package":"p"}
{"Action":"pass","Package":"dir/q"}
`

const newRun = `{"Action":"output","Package":"p","Test":"TestScriptsOnEngine","Output":"    script_test.go:70: engine: Docker 28.5.2+dfsg4, API 1.51\n"}
{"Action":"fail","Package":"p","Test":"TestScriptsOnEngine/ps"}
{"Action":"pass","Package":"p","Test":"TestScriptsOnEngine/ps"}
`

func TestPage(t *testing.T) {
	var page strings.Builder
	if err := run(t.Context(), []string{writeResults(t, "old", oldRun), writeResults(t, "new", newRun)}, &page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"The tests run on Docker 20.10.24 and Docker 28.5.2.",
		"| Docker 20.10.24 | 1.41 | 2 | 1 | 1 | 1 | 1 | 1 | 0 |",
		"| Docker 28.5.2 | 1.51 | 1 | 0 | 0 | 0 | 0 | 0 | 0 |", // what was run again ended well
		"| healthcheck.start_interval | API 1.44, Docker 25 | Docker 20.10.24 |  |",
		"| annotations | API 1.43, Docker 24 |  | Docker 20.10.24 |",
		"| Docker 20.10.24 | calls | it's old |",
		`| Docker 20.10.24 | build | needs BuildKit \| 23 |`,
		"| Docker 20.10.24 | TestPeer | no PEER |",
		"| Docker 20.10.24 | up | - |",
		"| Docker 28.5.2 | p, q | the run was cut off |",
	} {
		if !strings.Contains(page.String(), want+"\n") {
			t.Errorf("%q is not in:\n%s", want, page.String())
		}
	}
}

func TestRunWithoutAnEngine(t *testing.T) {
	err := run(t.Context(), []string{writeResults(t, "none", `{"Action":"pass","Package":"p","Test":"TestX"}`)}, os.Stderr)
	if err == nil || !strings.Contains(err.Error(), "which engine") {
		t.Errorf("got %v", err)
	}
}

// TestReadmeSaysTheSame: README names the engines that docs/engines.md has.
func TestReadmeSaysTheSame(t *testing.T) {
	page, err := os.ReadFile("../../docs/engines.md")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	sentence := regexp.MustCompile(`(?m)^The tests run on .*\.$`).Find(page)
	if sentence == nil || !strings.Contains(string(readme), string(sentence)) {
		t.Errorf("docs/engines.md says %q, which README.md does not", sentence)
	}
	var engines []string
	for _, row := range regexp.MustCompile(`(?m)^\| (\w+ [0-9.]+) \| [0-9.]+ \|`).FindAllSubmatch(page, -1) {
		engines = append(engines, string(row[1]))
	}
	for _, name := range engines {
		if !strings.Contains(string(sentence), name) {
			t.Errorf("%s is in the table and not in the sentence %q", name, sentence)
		}
	}
	if len(engines) == 0 {
		t.Error("docs/engines.md has no engines")
	}
}
