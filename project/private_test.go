package project

import (
	"slices"
	"strings"
	"testing"
)

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
	p, err := Load(t.Context(), Options{WorkDir: folder(t, "compose.yaml", file, ".env", "PW=hunter2\n"), Name: "demo"}, nil)
	if err != nil {
		t.Fatal(err)
	}
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
