package main

import (
	"reflect"
	"testing"

	"github.com/compose-orchestrator/compose/session"
)

func TestMenuKeys(t *testing.T) {
	for _, c := range []struct {
		name     string
		services []string
		keys     []string
		want     []any
	}{
		{"detach", nil, []string{"d"}, []any{session.Command{Verb: session.Detach}}},
		{"nothing", nil, []string{"x\r\x1b\x03"}, nil},
		{"watch", nil, []string{"w"}, []any{session.Command{Verb: session.ToggleWatch}}},
		{"the only service", []string{"web"}, []string{"r"}, []any{session.Command{Verb: session.Restart, Service: "web"}}},
		{"by its beginning", []string{"web", "worker"}, []string{"b", "wo", "\r"}, []any{session.Command{Verb: session.Rebuild, Service: "worker"}}},
		{"by its middle", []string{"web", "worker"}, []string{"oork\r"}, []any{session.Command{Verb: session.Open, Service: "worker"}}},
		{"its name goes before", []string{"web2", "web"}, []string{"rweb\r"}, []any{session.Command{Verb: session.Restart, Service: "web"}}},
		{"none such", []string{"web", "worker"}, []string{"rz\rd"}, []any{tell("no such service: z"), session.Command{Verb: session.Detach}}},
		{"left", []string{"web", "worker"}, []string{"r", "\x1b", "r\r"}, nil},
		{"an arrow is no escape", []string{"web", "worker"}, []string{"rwe", "\x1b[A", "\r"}, []any{session.Command{Verb: session.Restart, Service: "web"}}},
		{"all again", []string{"web", "worker"}, []string{"fwe\r", "f\r"}, []any{showOnly("web"), showOnly("")}},
		{"corrected", nil, []string{"/aü\x7f\x7fb\x15c d\r"}, []any{searchFor("c d")}},
		{"too much corrected", nil, []string{"/\x7f\x7f\r"}, []any{searchFor("")}},
	} {
		k := newMenuKeys(c.services)
		var got []any
		for _, keys := range c.keys {
			got = append(got, k.press([]byte(keys))...)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestMenuQuestion(t *testing.T) {
	for keys, want := range map[string]string{"y\r": "y", "\x1b": "", "\r": ""} {
		k := newMenuKeys([]string{"web", "worker"})
		k.press([]byte("rwe"))
		answer := k.question("Sure?")
		if f := k.footer(); f.Prompt != "Sure?" || f.Typed != "" {
			t.Errorf("the footer is %+v", f)
		}
		k.press([]byte(keys))
		if got := <-answer; got != want || k.footer().Prompt != "" {
			t.Errorf("%q: answer %q, footer %+v", keys, got, k.footer())
		}
	}
}
