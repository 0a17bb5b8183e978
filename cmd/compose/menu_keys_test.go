package main

import (
	"reflect"
	"strings"
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
		{"escape ends the filter and the search", []string{"web", "worker"}, []string{"fwe\r/x\r", "\x1b", "\x1b"}, []any{showOnly("web"), searchFor("x"), showAll{}}},
		{"tab completes", []string{"web", "worker"}, []string{"rwo\t", "x\r"}, []any{tell("no such service: workerx")}},
		{"corrected", nil, []string{"/aü\x7f\x7fb\x15c d\r"}, []any{searchFor("c d")}},
		{"too much corrected", nil, []string{"/\x7f\x7f\r"}, []any{searchFor("")}},
	} {
		k := newMenuKeys(upKeys, c.services)
		k.ready, k.published = true, c.services
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
		k := newMenuKeys(upKeys, []string{"web", "worker"})
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
	k := newMenuKeys(upKeys, []string{"web", "worker"})
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
	if got, want := shown(), []string{"detach", "filter: worker", "search: x", "open", "keys", "stop"}; !reflect.DeepEqual(got, want) {
		t.Errorf("the footer is %q, want %q", got, want)
	}
	k.ready = true
	if got, want := shown(), []string{"detach", "watch", "restart", "rebuild", "filter: worker", "search: x", "open", "keys", "stop"}; !reflect.DeepEqual(got, want) {
		t.Errorf("the footer is %q, want %q", got, want)
	}
}

// Only services that publish ports have a page; where it is one, nobody is asked.
func TestMenuOpen(t *testing.T) {
	for _, c := range []struct {
		published []string
		want      []any
		choices   []string
	}{
		{nil, []any{tell("no service publishes a port")}, nil},
		{[]string{"api"}, []any{follow.Command{Verb: follow.Open, Service: "api"}}, nil},
		{[]string{"api", "web"}, nil, []string{"api", "web"}},
	} {
		k := newMenuKeys(upKeys, []string{"api", "db", "web"})
		k.ready, k.published = true, c.published
		if got := k.press([]byte("o")); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %v, want %v", c.published, got, c.want)
		}
		if got := k.footer().Choices; !reflect.DeepEqual(got, c.choices) {
			t.Errorf("%q: the choices are %q, want %q", c.published, got, c.choices)
		}
	}
}

// The choices are those that the typed text may stand for, the likeliest first.
func TestMenuChoices(t *testing.T) {
	k := newMenuKeys(upKeys, []string{"api-web", "db", "web", "web2"})
	k.ready = true
	for _, c := range []struct {
		keys string
		want []string
	}{
		{"r", []string{"api-web", "db", "web", "web2"}},
		{"we", []string{"web", "web2", "api-web"}},
		{"b2", []string{"web2"}},
		{"x", nil},
	} {
		k.press([]byte(c.keys))
		if got := k.footer().Choices; !reflect.DeepEqual(got, c.want) {
			t.Errorf("after %q: %q, want %q", c.keys, got, c.want)
		}
	}
}

// TestMenuHelp: what each key does is said, and keys have a rank of their own: the last
// that a narrow terminal loses is what stops.
func TestMenuHelp(t *testing.T) {
	for _, keys := range [][]menuKey{upKeys, logKeys} {
		k := newMenuKeys(keys, nil)
		help := string(k.press([]byte("?"))[0].(tell))
		ranks := map[int]string{}
		for _, key := range keys {
			if !strings.Contains(help, key.help) || key.help == "" {
				t.Errorf("%s has no help", key.key)
			}
			if other, taken := ranks[key.rank]; taken && key.does != "" {
				t.Errorf("%s has the rank of %s", key.key, other)
			}
			if key.does != "" {
				ranks[key.rank] = key.key
			}
		}
		if ranks[0] != "ctrl-c" {
			t.Errorf("%s is the last to go", ranks[0])
		}
	}
}
