package main

import (
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// happenings prints events for people, one in a line:
//
//	12:11:21.269  web-1  die     exit code 0 after 26s
//
// The day is told where it is another than the last line's.
type happenings struct {
	app     *app
	project string
	day     string
	name    int // columns of the widest name so far
}

func (p *happenings) show(h list.Event) error {
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
	name := terminal.Clean(strings.TrimPrefix(h.Attributes["name"], p.project+"-"))
	p.name = max(p.name, runewidth.StringWidth(name))
	who := "  " + runewidth.FillRight(name, p.name) + "  "
	clock := at.Format("15:04:05.000")
	what := p.what(h, len(clock)+runewidth.StringWidth(who))
	return p.app.stdout.Show(terminal.Join(style.Dim(clock), terminal.Value(who), style.Event(h.Action, h.Attributes["exitCode"], what)))
}

// actionWidth is that of the longest usual actions, exec_create and
// health_status, which wide terminals have room to align by.
const actionWidth, wideTerminal = 13, 70

// what is the action and what belongs to it, in the columns that the terminal
// has behind those taken.
func (p *happenings) what(h list.Event, taken int) string {
	cols, _, ok := render.Size(p.app.stdout)
	known := ok && cols > 0
	action, rest, _ := strings.Cut(h.Action, ": ")
	if !known || cols >= wideTerminal {
		action = runewidth.FillRight(action, actionWidth)
	}
	text := strings.TrimSpace(terminal.Clean(action + " " + strings.TrimSpace(rest+" "+detailOf(h))))
	if known {
		text = runewidth.Truncate(text, max(cols-taken, 1), "…")
	}
	return text
}

// detailOf is what people want to know of an event beside its name.
func detailOf(h list.Event) string {
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
