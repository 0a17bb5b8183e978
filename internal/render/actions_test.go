package render

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
)

// mistake is an error with a place.
type mistake hint.Place

func (m mistake) Error() string     { return m.File + ":3:5: " + m.Text + "\n  excerpt" }
func (m mistake) Place() hint.Place { return hint.Place(m) }

func mistakes() error {
	return errors.Join(
		hint.Wrap(mistake{File: "a.yaml", Line: 3, Column: 5, Path: "services.web", Rule: "unknown-key", Text: "50% of it"}, "did you mean image?"),
		errors.New("two\n::error::forged"),
	)
}

func TestAnnotate(t *testing.T) {
	var b strings.Builder
	Annotate(&b, mistakes(), func(file string) string { return "sub/" + file })
	want := `::error file=sub/a.yaml,line=3,col=5::50%25 of it%0Ahint: did you mean image?
::error::two%0A::error::forged
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestErrorJSONHasPlaces(t *testing.T) {
	var b strings.Builder
	ErrorJSON(&b, mistakes(), time.Unix(0, 0).UTC())
	want := `{"v":1,"type":"error","time":"1970-01-01T00:00:00Z","error":true,"message":"a.yaml:3:5: 50% of it\n  excerpt","hint":"did you mean image?","file":"a.yaml","line":3,"column":5,"path":"services.web","rule":"unknown-key","text":"50% of it"}
{"v":1,"type":"error","time":"1970-01-01T00:00:00Z","error":true,"message":"two\n::error::forged"}
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

// TestFolds: builds that run at once are folded one by one, and no line is lost.
func TestFolds(t *testing.T) {
	web := event.Ref{Kind: event.Image, Name: "demo-web", Service: "web"}
	api := event.Ref{Kind: event.Image, Name: "demo-api", Service: "api"}
	job := event.Ref{Kind: event.Image, Name: "demo-job", Service: "job"}
	var b strings.Builder
	r, err := New(Options{Mode: ModePlain, Err: &b, Folded: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []event.Event{
		event.Output{Ref: web, Text: "one"},
		event.Output{Ref: api, Text: "two"},
		event.Output{Ref: job, Text: "three"},
		event.Status{Ref: api, State: event.Done, Text: "Built"},
		event.Output{Ref: web, Text: "four"},
		event.Status{Ref: web, State: event.Done, Text: "Built"},
		event.Output{Ref: job, Text: "five"},
	} {
		r.Event(e)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	want := `::group::Building web
web | one
 Image demo-api Built
web | four
::endgroup::
::group::Building api
api | two
::endgroup::
::group::Building job
job | three
 Image demo-web Built
job | five
::endgroup::
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}
