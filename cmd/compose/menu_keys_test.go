package main

import (
	"reflect"
	"testing"

	"github.com/compose-orchestrator/compose/session/follow"
)

func TestMenuKeys(t *testing.T) {
	for _, c := range []struct {
		name     string
		services []string
		keys     []string
		want     []any
	}{
		{"detach", nil, []string{"d"}, []any{follow.Command{Verb: follow.Detach}}},
		{"nothing", nil, []string{"x\r\x1b\x03"}, nil},
		{"watch", nil, []string{"w"}, []any{follow.Command{Verb: follow.ToggleWatch}}},
		{"the only service", []string{"web"}, []string{"r"}, []any{follow.Command{Verb: follow.Restart, Service: "web"}}},
		{"by its beginning", []string{"web", "worker"}, []string{"b", "wo", "\r"}, []any{follow.Command{Verb: follow.Rebuild, Service: "worker"}}},
		{"by its middle", []string{"web", "worker"}, []string{"oork\r"}, []any{follow.Command{Verb: follow.Open, Service: "worker"}}},
		{"its name goes before", []string{"web2", "web"}, []string{"rweb\r"}, []any{follow.Command{Verb: follow.Restart, Service: "web"}}},
		{"none such", []string{"web", "worker"}, []string{"rz\rd"}, []any{tell("no such service: z"), follow.Command{Verb: follow.Detach}}},
		{"left", []string{"web", "worker"}, []string{"r", "\x1b", "r\r"}, nil},
		{"an arrow is no escape", []string{"web", "worker"}, []string{"rwe", "\x1b[A", "\r"}, []any{follow.Command{Verb: follow.Restart, Service: "web"}}},
		{"all again", []string{"web", "worker"}, []string{"fwe\r", "f\r"}, []any{showOnly("web"), showOnly("")}},
		{"corrected", nil, []string{"/aü\x7f\x7fb\x15c d\r"}, []any{searchFor("c d")}},
		{"too much corrected", nil, []string{"/\x7f\x7f\r"}, []any{searchFor("")}},
	} {
		k := newMenuKeys(c.services)
		k.ready = true
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
		k.ready = true
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

// What needs running services is offered when there are some; the rest always is.
func TestMenuWhileComingUp(t *testing.T) {
	k := newMenuKeys([]string{"web", "worker"})
	for _, key := range []string{"w", "r", "b"} {
		if got, want := k.press([]byte(key)), []any{tell("not yet: the project still comes up")}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
	got := k.press([]byte("fwo\r/x\rd"))
	if want := []any{showOnly("worker"), searchFor("x"), follow.Command{Verb: follow.Detach}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	shown := func() (does []string) {
		for _, key := range k.footer().Keys {
			does = append(does, key.Does)
		}
		return does
	}
	if got, want := shown(), []string{"detach", "filter: worker", "search: x", "open", "stop"}; !reflect.DeepEqual(got, want) {
		t.Errorf("the footer is %q, want %q", got, want)
	}
	k.ready = true
	if got, want := shown(), []string{"detach", "watch", "restart", "rebuild", "filter: worker", "search: x", "open", "stop"}; !reflect.DeepEqual(got, want) {
		t.Errorf("the footer is %q, want %q", got, want)
	}
}
