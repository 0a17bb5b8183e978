package main

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/session/follow"
)

// menuKeys turns keys into what they do. It is a state machine without streams:
// either keys are waited for, or a text is typed behind a prompt.
type menuKeys struct {
	services []string
	ready    bool   // everything is up
	only     string // the service whose logs alone are shown; "": all
	search   string // what is searched for; "": nothing
	prompt   string
	typed    string
	// entered does what the typed text says; a service's name where choosing.
	entered  func(text string) any
	choosing bool
	answers  chan<- string // takes one answer, to a question of the program
}

// What keys do beside commands of the session.
type (
	showOnly  string // the logs of a service; "": of all
	searchFor string // a text; "": nothing any more
	tell      string // the user
)

func newMenuKeys(services []string) *menuKeys { return &menuKeys{services: services} }

// footer is what the terminal shows at the bottom.
func (k *menuKeys) footer() render.Footer {
	if k.entered != nil {
		f := render.Footer{Prompt: k.prompt, Typed: k.typed}
		if name := k.chosen(); k.choosing && name != "" && name != k.typed {
			f.Typed += " → " + name
		}
		return f
	}
	keys := []render.Key{{Key: "d", Does: "detach"}}
	if k.ready {
		keys = append(keys, render.Key{Key: "w", Does: "watch"}, render.Key{Key: "r", Does: "restart"}, render.Key{Key: "b", Does: "rebuild"})
	}
	return render.Footer{Keys: append(keys,
		render.Key{Key: "f", Does: with("filter", k.only)}, render.Key{Key: "/", Does: with("search", k.search)},
		render.Key{Key: "o", Does: "open"}, render.Key{Key: "ctrl-c", Does: "stop"},
	)}
}

// with is what a key does, and with what at present.
func with(does, what string) string {
	if what == "" {
		return does
	}
	return does + ": " + what
}

// press takes what one read of the terminal brought. What begins with an escape
// and goes on is a key without a meaning here, such as an arrow.
func (k *menuKeys) press(keys []byte) (did []any) {
	if len(keys) > 1 && keys[0] == 0x1b {
		return nil
	}
	for len(keys) > 0 {
		r, n := utf8.DecodeRune(keys)
		keys = keys[n:]
		var d any
		if k.entered != nil {
			d = k.edit(r)
		} else {
			d = k.command(r)
		}
		if d != nil {
			did = append(did, d)
		}
	}
	return did
}

// command begins what a key stands for.
func (k *menuKeys) command(r rune) any {
	ask := func(prompt string, verb follow.Verb) any {
		return k.choose(prompt, func(name string) any { return follow.Command{Verb: verb, Service: name} })
	}
	switch r {
	case 'w', 'r', 'b':
		if !k.ready {
			return tell("not yet: the project still comes up")
		}
	}
	switch r {
	case 'd':
		return follow.Command{Verb: follow.Detach}
	case 'w':
		return follow.Command{Verb: follow.ToggleWatch}
	case 'r':
		return ask("restart which service?", follow.Restart)
	case 'b':
		return ask("rebuild which service?", follow.Rebuild)
	case 'o':
		return ask("open a page of which service?", follow.Open)
	case 'f':
		k.prompt = "show only which service? (none: all)"
		k.choosing = true
		k.entered = func(name string) any { k.only = name; return showOnly(name) }
	case '/':
		k.prompt = "search:"
		k.entered = func(text string) any { k.search = text; return searchFor(text) }
	}
	return nil
}

// choose asks for a service, where there are several.
func (k *menuKeys) choose(prompt string, then func(string) any) any {
	if len(k.services) == 1 {
		return then(k.services[0])
	}
	k.prompt, k.choosing = prompt, true
	k.entered = func(name string) any {
		if name == "" {
			return nil
		}
		return then(name)
	}
	return nil
}

// chosen is the service that the typed text stands for: its name, or the first
// that begins with it, else that has it in it.
func (k *menuKeys) chosen() string {
	if k.typed == "" || slices.Contains(k.services, k.typed) {
		return k.typed
	}
	for _, fits := range []func(s, part string) bool{strings.HasPrefix, strings.Contains} {
		for _, s := range k.services {
			if fits(s, k.typed) {
				return s
			}
		}
	}
	return ""
}

// edit takes a key of a text.
func (k *menuKeys) edit(r rune) any {
	switch r {
	case '\r', '\n':
		return k.enter()
	case 0x1b, 0x03, 0x04: // escape, ctrl-c, ctrl-d
		k.leave()
	case 0x7f, '\b':
		_, n := utf8.DecodeLastRuneInString(k.typed)
		k.typed = k.typed[:len(k.typed)-n]
	case 0x15: // ctrl-u
		k.typed = ""
	case '\t':
		if name := k.chosen(); k.choosing && name != "" {
			k.typed = name
		}
	default:
		if unicode.IsPrint(r) && r != utf8.RuneError {
			k.typed += string(r)
		}
	}
	return nil
}

func (k *menuKeys) enter() any {
	text := k.typed
	if k.choosing && text != "" {
		if text = k.chosen(); text == "" {
			text = k.typed
			k.leave()
			return tell("no such service: " + text)
		}
	}
	did := k.entered(text)
	k.leave()
	return did
}

// leave ends the typing. A question that was not answered has "" as its answer.
func (k *menuKeys) leave() {
	if k.answers != nil {
		close(k.answers)
	}
	k.entered, k.typed, k.choosing, k.answers = nil, "", false, nil
}

// question asks for the answer to a question of the program, in place of what is
// being typed.
func (k *menuKeys) question(text string) <-chan string {
	k.leave()
	answers := make(chan string, 1)
	k.prompt, k.answers = text, answers
	k.entered = func(text string) any {
		answers <- text
		return nil
	}
	return answers
}
