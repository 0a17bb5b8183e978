package planner_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// The planner's own time and memory for 1,000 services in 10 layers, each of which depends
// on two of the one below and is on two of 20 networks: nothing there, all as it should be,
// all changed, and the comparison of diff.

func BenchmarkUp1000Missing(b *testing.B) {
	p, m := large(b, "one")
	m.state.Containers, m.state.Networks, m.state.Volumes = nil, nil, nil
	benchmarkUp(b, p, m.observed())
}

func BenchmarkUp1000Kept(b *testing.B) {
	p, m := large(b, "one")
	benchmarkUp(b, p, m.observed())
}

func BenchmarkUp1000Changed(b *testing.B) {
	_, m := large(b, "one")
	p, _ := large(b, "two")
	benchmarkUp(b, p, m.observed())
}

func BenchmarkDiff1000Changed(b *testing.B) {
	_, m := large(b, "one")
	p, _ := large(b, "two")
	state := m.observed()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := planner.Diff(p, state, planner.UpOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkUp(b *testing.B, p *project.Project, state planner.State) {
	b.Helper()
	b.ReportAllocs()
	steps := 0
	for b.Loop() {
		made, err := planner.Up(p, state, planner.UpOptions{})
		if err != nil {
			b.Fatal(err)
		}
		steps = len(made.Steps)
	}
	b.ReportMetric(float64(steps), "steps")
}

// large is a project of 1,000 services that run, on an engine that has just brought it up.
func large(b *testing.B, command string) (*project.Project, *model) {
	b.Helper()
	var text strings.Builder
	text.WriteString("name: demo\nservices:\n")
	for i := range 1000 {
		fmt.Fprintf(&text, "  s%03d:\n    image: one\n    command: [%s]\n    networks: [n%d, n%d]\n    environment: {A: b, C: d}\n", i, command, i%20, (i+7)%20)
		if i >= 100 {
			fmt.Fprintf(&text, "    depends_on: [s%03d, s%03d]\n", i-100, (i-100)/100*100+(i+1)%100)
		}
		if i%10 == 0 {
			fmt.Fprintf(&text, "    volumes: [\"v%d:/data\"]\n", i/10)
		}
	}
	text.WriteString("networks: {")
	for i := range 20 {
		fmt.Fprintf(&text, "n%d: {}, ", i)
	}
	text.WriteString("}\nvolumes: {")
	for i := range 100 {
		fmt.Fprintf(&text, "v%d: {}, ", i)
	}
	text.WriteString("}\n")
	p := loadRandom(b, text.String())
	m := &model{registry: map[string]planner.Image{}, ports: map[string][]planner.Port{}}
	m.state.Images = map[string]planner.Image{"one": {ID: "sha256:1", Digest: "sha256:1"}}
	made, err := planner.Up(p, m.observed(), planner.UpOptions{})
	if err != nil {
		b.Fatal(err)
	}
	if err := m.apply(rand.New(rand.NewPCG(1, 1)), p, planner.UpOptions{}, made, len(made.Steps)); err != nil {
		b.Fatal(err)
	}
	return p, m
}
