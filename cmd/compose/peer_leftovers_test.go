package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// leftovers is a project of which a service has left the file.
const leftovers = `
-- before.yaml --
services:
  web: {image: alpine, command: [sleep, "1000"], init: true, volumes: ["data:/data"]}
  old: {image: alpine, command: [sleep, "1000"], init: true, networks: [only-old], volumes: ["old:/data"]}
networks: {only-old: }
volumes: {data: , old: }
-- compose.yaml --
services:
  web: {image: alpine, command: [sleep, "1000"], init: true, volumes: ["data:/data"], scale: 2}
volumes: {data: }
`

// TestLeftovers: with one-offs and orphans of Docker Compose this program does
// what Docker Compose does.
func TestLeftovers(t *testing.T) {
	peer := needPeer(t)
	theirs := leave(t, "theirs", peer, peer)
	ours := leave(t, "ours", peer, "compose")
	for i, what := range []string{"up", "up --remove-orphans", "down", "down --remove-orphans -v"} {
		if !slices.Equal(theirs[i], ours[i]) {
			t.Errorf("after %s:\ntheirs %v\n  ours %v", what, theirs[i], ours[i])
		}
	}
}

// leave starts the project and its one-offs with the first program, and lets the
// second one go on. It returns what was there after each of its steps.
func leave(t *testing.T, name, first, second string) [][]string {
	t.Helper()
	h := newHandover(t, txtar.Parse([]byte(leftovers)), "left-"+name, first, second)
	h.call(first, "-f", "before.yaml", "up", "-d")
	h.call(first, "-f", "before.yaml", "run", "-d", "web", "sleep", "1000")
	h.call(first, "-f", "before.yaml", "run", "web", "true")
	var all [][]string
	for _, step := range []string{
		"up -d", "up -d --remove-orphans", "down -t 0", "down -t 0 --remove-orphans -v",
	} {
		h.call(second, strings.Fields(step)...)
		all = append(all, h.left())
	}
	return all
}

// left is what there is, with its states, less what differs between projects.
func (h *handover) left() []string {
	h.Helper()
	var all []string
	for key, s := range h.look() {
		if key == "network "+h.name+"_only-old" {
			continue // it left the file: ours goes by the labels, theirs forgets it
		}
		text := strings.ReplaceAll(key, h.name, "PROJECT")
		text = slug.ReplaceAllString(text, "-run-SLUG")
		all = append(all, text+map[bool]string{true: " running"}[s.running])
	}
	slices.Sort(all)
	return all
}

var slug = regexp.MustCompile(`-run-[0-9a-f]{12}$`)
