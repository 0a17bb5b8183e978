package main

import (
	"regexp"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/session"
)

// happenings prints events for people, one in a line:
//
//	12:11:21.269  web-1  die          exit code 0 after 26s
//	12:11:24.901  db-1   health       starting → healthy
//
// The day is told where it is another than the last line's.
type happenings struct {
	app     *app
	project string
	day     string
	name    int               // columns of the widest name so far
	health  map[string]string // by container, as it was told last
}

// newHappenings makes the column of names wide enough for the containers that there are.
func newHappenings(a *app, project string, listed []session.Listed) *happenings {
	p := &happenings{app: a, project: project, health: map[string]string{}}
	for _, c := range listed {
		p.health[c.ID] = c.Health
		p.widen(p.short(c.Name))
	}
	return p
}

func (p *happenings) show(h session.Happening) error {
	action, detail, told := p.what(h)
	if !told {
		return nil
	}
	style := p.app.style()
	at := h.Time.Local()
	if p.day == "" {
		p.day = time.Now().Format(time.DateOnly)
	}
	if day := at.Format(time.DateOnly); day != p.day {
		p.day = day
		if err := p.app.stdout.Show(style.Dim(day)); err != nil {
			return err
		}
	}
	name := p.short(h.Attributes["name"])
	p.widen(name)
	cols, _, known := render.Size(p.app.stdout)
	clock := at.Format("15:04:05.000")
	if known && cols < narrowTerminal {
		clock = at.Format("15:04:05")
	}
	who := "  " + runewidth.FillRight(name, p.name) + "  "
	what := terminal.Value(strings.TrimRight(runewidth.FillRight(action, actionWidth)+"  "+detail, " "))
	if known {
		what = what.Shorten(max(cols-len(clock)-runewidth.StringWidth(who), 1))
	}
	return p.app.stdout.Show(terminal.Join(style.Dim(clock), terminal.Value(who), style.Event(h.Action, h.Attributes["exitCode"], what)))
}

// actionWidth is that of the longest usual actions, exec_create and exec_detach. A
// terminal below narrowTerminal is spared milliseconds.
const actionWidth, narrowTerminal = 11, 70

// temporaryName is what a container is called that replaces another, until that is gone.
var temporaryName = regexp.MustCompile(`^[0-9a-f]{12}_`)

// short is a container's name without the project's.
func (p *happenings) short(name string) string {
	return terminal.Clean(strings.TrimPrefix(temporaryName.ReplaceAllString(name, ""), p.project+"-"))
}

func (p *happenings) widen(name string) { p.name = max(p.name, runewidth.StringWidth(name)) }

// what is an event's action and what belongs to it; told is false of a health that is
// what it was: some engines have an event for each check.
func (p *happenings) what(h session.Happening) (action, detail string, told bool) {
	action, rest, _ := strings.Cut(h.Action, ": ")
	if action != "health_status" {
		return action, strings.TrimSpace(rest + " " + detailOf(h)), true
	}
	before := p.health[h.ID]
	p.health[h.ID] = rest
	if before == "" {
		return "health", rest, true
	}
	return "health", before + " → " + rest, before != rest
}

// detailOf is what people want to know of an event beside its name.
func detailOf(h session.Happening) string {
	of := h.Attributes
	switch {
	case of["exitCode"] != "" && of["execDuration"] != "":
		return "exit code " + of["exitCode"] + " after " + ranFor(of["execDuration"])
	case of["exitCode"] != "":
		return "exit code " + of["exitCode"]
	case of["signal"] != "":
		return "signal " + of["signal"]
	case of["oldName"] != "":
		return "was " + strings.TrimPrefix(of["oldName"], "/")
	case h.Action == "create":
		return "image " + of["image"]
	}
	return ""
}

// ranFor is a whole number of them as people say it: "42m10s".
func ranFor(text string) string {
	if d, err := time.ParseDuration(text + "s"); err == nil {
		return d.String()
	}
	return text + "s"
}
