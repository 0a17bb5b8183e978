package project

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/project/limits"
)

// TestPrivateWordsOfLarge: a large text with a variable is no reason for a plan to take
// its words one by one.
func TestPrivateWordsOfLarge(t *testing.T) {
	var b strings.Builder
	for i := range 300_000 {
		fmt.Fprint(&b, i, " ")
	}
	text := b.String()
	s := &source{expansion: limits.Expansion{Substitutions: []limits.Substitution{{Written: text + "$PW", Filled: text + "hunter2"}}}}
	if words := s.fromVariables(); !words["hunter2"] || words["77"] {
		t.Errorf("got %d words", len(words))
	}
}

// TestPrivateWords: of a command, words that came from a variable are private, and
// those that say of themselves that they are.
func TestPrivateWords(t *testing.T) {
	const file = `
services:
  text: {image: x, command: "redis-server --requirepass ${PW} --port ${PORT:-6379} --dir /data"}
  list: {image: x, command: [sh, -c, "echo $PW; exec web", "${PW}"]}
  flags: {image: x, command: [web, --api-token, abc, --db-password=abc, --port, "80", "https://me:hunter@host/"]}
  quoted: {image: x, command: "web \"${PW} and more\" $$HOME"}
  plain: {image: x, command: sleep 1000}
`
	dir := folder(t, "compose.yaml", file, "takes.yaml", "services: {plain: {environment: {A: !reset null}}}\n", ".env", "PW=hunter2\n")
	for _, files := range [][]string{{"compose.yaml"}, {"compose.yaml", "takes.yaml"}} {
		p, err := Load(t.Context(), Options{WorkDir: dir, Files: files, Name: "demo"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkPrivate(t, p)
	}
}

func checkPrivate(t *testing.T, p *Project) {
	t.Helper()
	for service, want := range map[string]string{
		"text":   "redis-server --requirepass … --port … --dir /data",
		"list":   "sh -c … …",
		"flags":  "web --api-token … … --port 80 …",
		"quoted": "web … $HOME",
		"plain":  "sleep 1000",
	} {
		words := slices.Clone([]string(p.Services[service].Command))
		for i, private := range p.Private(words) {
			if private {
				words[i] = "…"
			}
		}
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%s: %s, want %s", service, got, want)
		}
	}
}
