package build_test

import (
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
)

func TestCheck(t *testing.T) {
	testbed.NeedAPI(t, "1.46", "checks need Docker 27")
	s := start(t, map[string]string{
		"compose.yaml": "name: " + own + "check\nservices:\n  good: {build: .}\n  bad: {build: {context: ., dockerfile: sub/Bad}}\n  broken: {build: {dockerfile_inline: \"FRO alpine\"}}\n",
		"Dockerfile":   "FROM alpine\n",
		"sub/Bad":      "FROM alpine as x\nENV a b\n",
	}, build.Options{})
	if found, err := s.b.Check(t.Context(), "good"); err != nil || found != (build.Findings{}) {
		t.Errorf("good: got %+v, %v", found, err)
	}
	found, err := s.b.Check(t.Context(), "bad")
	if err != nil || found.Count != 2 || !strings.Contains(found.Text, "FromAsCasing") || !strings.Contains(found.Text, "sub/Bad:2") {
		t.Errorf("bad: got %+v, %v", found, err)
	}
	found, err = s.b.Check(t.Context(), "broken")
	if err != nil || found.Count != 1 || !strings.Contains(found.Text, "FRO") || !strings.Contains(found.Text, "dockerfile_inline:1") {
		t.Errorf("broken: got %+v, %v", found, err)
	}
}

func TestCheckNeedsBuildKit(t *testing.T) {
	e := enginetest.Start(t, enginetest.Options{})
	s := startOn(t, e.Client(), web, build.Options{})
	if _, err := s.b.Check(t.Context(), "web"); err == nil || !strings.Contains(err.Error(), "the classic builder has no checks") {
		t.Errorf("got %v", err)
	}
}
