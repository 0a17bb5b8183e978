package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session/follow"
)

// menuKeys turns keys into what they do. It is a state machine without streams:
// either keys are waited for, or a text is typed behind a prompt.
type menuKeys struct {
	keys      []menuKey
	services  []string
	published []string // those of the services that publish ports
	ready     bool     // everything is up
	only      string   // the service whose logs alone are shown; "": all
	search    string   // what is searched for; "": nothing
	prompt    string
	typed     string
	choices   []string // what may be typed; nil: anything
	// entered does what the typed text says; one of the choices where there are some.
	entered func(text string) any
	answers chan<- string // takes one answer, to a question of the program
}

// menuKey is a key that does something.
type menuKey struct {
	key   string // as it is shown
	does  string // in the line of keys; "": it is not there
	help  string
	press rune // 0: a signal, which the terminal sends
	// rank is the order in which keys are left out of a narrow line: the highest first.
	rank  int
	ready bool // it does nothing before everything is up
}

// upKeys are those of an attached up.
var upKeys = []menuKey{
	{key: "d", does: "detach", press: 'd', rank: 3, help: "leave; the containers run on"},
	{key: "w", does: "watch", press: 'w', rank: 8, ready: true, help: "watch files, or stop watching"},
	{key: "r", does: "restart", press: 'r', rank: 4, ready: true, help: "restart a service"},
	{key: "b", does: "rebuild", press: 'b', rank: 7, ready: true, help: "build and recreate a service"},
	filterKey,
	searchKey,
	{key: "o", does: "open", press: 'o', rank: 9, help: "open a service's page"},
	helpKey,
	clearKey,
	{key: "ctrl-c", does: "stop", help: "stop; again: kill"},
}

// logKeys are those of logs --follow.
var logKeys = []menuKey{
	filterKey, searchKey, helpKey, clearKey,
	{key: "ctrl-c", does: "end", help: "end; the containers run on"},
}

// Keys of both.
var (
	filterKey = menuKey{key: "f", does: "filter", press: 'f', rank: 5, help: "show one service's lines"}
	searchKey = menuKey{key: "/", does: "search", press: '/', rank: 6, help: "find a text in the lines"}
	helpKey   = menuKey{key: "?", does: "keys", press: '?', rank: 2, help: "list the keys"}
	clearKey  = menuKey{key: "esc", press: 0x1b, help: "end filter and search"}
)

// activeRank is that of a filter and a search that are on: they stay in sight.
const activeRank = 1

// What keys do beside commands of the session.
type (
	showOnly  string   // the logs of a service; "": of all
	searchFor string   // a text; "": nothing any more
	showAll   struct{} // no filter, no search
	tell      string   // the user
)

func newMenuKeys(keys []menuKey, services []string) *menuKeys {
	return &menuKeys{keys: keys, services: services}
}

// know takes in a project's services.
func (k *menuKeys) know(p *project.Project) {
	k.services, k.published = p.ServiceNames(), nil
	for _, name := range k.services {
		if len(p.Services[name].Ports) > 0 {
			k.published = append(k.published, name)
		}
	}
}

// footer is what the terminal shows at the bottom.
func (k *menuKeys) footer() render.Footer {
	if k.entered != nil {
		return render.Footer{Prompt: k.prompt, Typed: k.typed, Choices: k.fitting()}
	}
	var f render.Footer
	for _, key := range k.keys {
		if key.does == "" || key.ready && !k.ready {
			continue
		}
		on := map[string]string{filterKey.key: k.only, searchKey.key: k.search}[key.key]
		if key.does = with(key.does, on); on != "" {
			key.rank = activeRank
		}
		f.Keys = append(f.Keys, render.Key{Key: key.key, Does: key.does, Rank: key.rank})
	}
	return f
}

// with is what a key does, and with what at present.
func with(does, what string) string {
	if what == "" {
		return does
	}
	return does + ": " + what
}

// help lists the keys.
func (k *menuKeys) help() tell {
	lines := []string{"keys:"}
	for _, key := range k.keys {
		lines = append(lines, fmt.Sprintf("%-6s  %s", key.key, key.help))
	}
	return tell(strings.Join(lines, "\n"))
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
	at := slices.IndexFunc(k.keys, func(key menuKey) bool { return key.press == r })
	if at < 0 || r == 0 {
		return nil
	}
	if k.keys[at].ready && !k.ready {
		return tell("not yet: the project still comes up")
	}
	ask := func(prompt string, verb follow.Verb, of []string) any {
		return k.choose(prompt, of, func(name string) any { return follow.Command{Verb: verb, Service: name} })
	}
	switch r {
	case 'd':
		return follow.Command{Verb: follow.Detach}
	case 'w':
		return follow.Command{Verb: follow.ToggleWatch}
	case 'r':
		return ask("restart which service?", follow.Restart, k.services)
	case 'b':
		return ask("rebuild which service?", follow.Rebuild, k.services)
	case 'o':
		if len(k.published) == 0 {
			return tell("no service publishes a port")
		}
		return ask("open a page of which service?", follow.Open, k.published)
	case 'f':
		k.prompt, k.choices = "show only which service?", k.services
		k.entered = func(name string) any { k.only = name; return showOnly(name) }
	case '/':
		k.prompt, k.choices = "search:", nil
		k.entered = func(text string) any { k.search = text; return searchFor(text) }
	case '?':
		return k.help()
	case 0x1b:
		if k.only != "" || k.search != "" {
			k.only, k.search = "", ""
			return showAll{}
		}
	}
	return nil
}

// choose asks for a service, where there are several.
func (k *menuKeys) choose(prompt string, of []string, then func(string) any) any {
	if len(of) == 1 {
		return then(of[0])
	}
	k.prompt, k.choices = prompt, of
	k.entered = func(name string) any {
		if name == "" {
			return nil
		}
		return then(name)
	}
	return nil
}

// fitting are the choices that the typed text may stand for, the one that it does first:
// that name, then those that begin with it, then those that have it in them.
func (k *menuKeys) fitting() (names []string) {
	for _, fits := range []func(s, part string) bool{
		func(s, part string) bool { return s == part }, strings.HasPrefix, strings.Contains,
	} {
		for _, s := range k.choices {
			if fits(s, k.typed) && !slices.Contains(names, s) {
				names = append(names, s)
			}
		}
	}
	return names
}

// chosen is the choice that the typed text stands for; "": none.
func (k *menuKeys) chosen() string {
	if names := k.fitting(); k.typed != "" && len(names) > 0 {
		return names[0]
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
		if name := k.chosen(); name != "" {
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
	if len(k.choices) > 0 && text != "" {
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
	k.entered, k.typed, k.choices, k.answers = nil, "", nil, nil
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
