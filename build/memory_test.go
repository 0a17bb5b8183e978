package build_test

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

// web is a project whose service is built in steps that the in-memory engine's
// programs can run.
var web = map[string]string{
	"compose.yaml":   "name: demo\nservices:\n  web: {build: {context: app, args: {WHO: me}, tags: [extra]}}\n",
	"app/Dockerfile": "FROM alpine\nARG WHO\nCOPY a.txt /\nRUN cat a.txt\nCMD [\"sleep\", \"1\"]\n",
	"app/a.txt":      "the content\n",
}

// The in-memory engine has no BuildKit, and says so only when it is tried.
func TestMemoryEngineBuildsTheClassicWay(t *testing.T) {
	e := enginetest.Start(t, enginetest.Options{})
	s := startOn(t, e.Client(), web, build.Options{})
	first, img := s.build(t, "web")
	if got := img.Config.Labels[project.LabelService]; got != "web" {
		t.Errorf("labels: got %v", img.Config.Labels)
	}
	if extra, err := s.c.ImageInspect(t.Context(), "extra"); err != nil || extra.ID != first.ImageID {
		t.Errorf("build.tags: got %s, %v", extra.ID, err)
	}
	if !slices.Contains(s.lines, "the content") {
		t.Errorf("the steps' output is not among the lines:\n%s", s.output())
	}
	if second, _ := s.build(t, "web"); second != first {
		t.Errorf("rebuilt: got %v, want %v", second, first)
	}
	if got := e.Calls()[enginetest.ImageBuild]; got != 2 {
		t.Errorf("%d builds, want 2", got)
	}
}

func TestMemoryEngineEmitsLinesOfTheImage(t *testing.T) {
	e := enginetest.Start(t, enginetest.Options{})
	var refs []event.Ref
	s := startOn(t, e.Client(), web, build.Options{Sink: func(ev event.Event) {
		refs = append(refs, ev.(event.Output).Ref)
	}})
	s.build(t, "web")
	want := []event.Ref{{Kind: event.Image, Name: "demo-web", Service: "web"}}
	if got := slices.Compact(refs); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMemoryEngineWithoutBuildKit(t *testing.T) {
	e := enginetest.Start(t, enginetest.Options{})
	s := startOn(t, e.Client(), web, build.Options{LookupEnv: lookup(map[string]string{"DOCKER_BUILDKIT": "1"})})
	_, err := s.b.Build(t.Context(), "web")
	failed, ok := errors.AsType[*build.Error](err)
	if !ok || !strings.Contains(err.Error(), "the engine has no BuildKit") || !strings.Contains(failed.Hint(), "DOCKER_BUILDKIT") {
		t.Errorf("got %v", err)
	}
	if got := e.Calls()[enginetest.ImageBuild]; got != 0 {
		t.Errorf("%d builds, want none", got)
	}
}

func TestMemoryEngineFailures(t *testing.T) {
	e := enginetest.Start(t, enginetest.Options{})
	s := startOn(t, e.Client(), map[string]string{
		"compose.yaml": `name: demo
services:
  step: {build: app}
  target: {build: {dockerfile_inline: "FROM alpine AS one\nFROM one AS two\n", target: lost}}
  base: {build: {dockerfile_inline: FROM demo-step}}
`,
		"app/Dockerfile": "FROM alpine AS one\nFROM alpine AS two\nRUN echo some output && exit 3\n",
	}, build.Options{})
	tests := []struct{ service, want, hint string }{
		{"step", "some output", ""},
		{"target", `target stage "lost" could not be found`, "one, two"},
		{"base", "demo-step", "additional_contexts"},
	}
	for _, test := range tests {
		_, err := s.b.Build(t.Context(), test.service)
		failed, ok := errors.AsType[*build.Error](err)
		if !ok || !strings.Contains(err.Error(), test.want) || !strings.Contains(failed.Hint(), test.hint) {
			t.Errorf("%s: got %v", test.service, err)
		}
	}
}

// A choice that failed is made anew: the engine may have been restarting.
func TestMemoryEngineAnswersLater(t *testing.T) {
	e := enginetest.Start(t, enginetest.Options{})
	s := startOn(t, e.Client(), web, build.Options{})
	e.Fault(enginetest.ImageBuild, enginetest.Fault{Status: http.StatusInternalServerError, Message: "not now", Times: 1})
	if _, err := s.b.Build(t.Context(), "web"); err == nil || !strings.Contains(err.Error(), "building web: ") || !strings.Contains(err.Error(), "not now") {
		t.Errorf("got %v", err)
	}
	s.build(t, "web")
}
