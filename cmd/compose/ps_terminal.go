package main

import (
	"strings"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/session"
)

// showContainers is ps on a terminal: what people look for, ports as addresses
// to click on where they are web pages. A narrow terminal has one port in a line, and
// is spared the service, which the name ends in.
func (a *app) showContainers(listed []session.Listed, f psFlags, s *session.Session) error {
	t := render.Fitted{Columns: []render.FittedColumn{
		{Title: "NAME", Cut: render.CutStart, Keep: 12}, {Title: "SERVICE", Rank: 3}, {Title: "STATUS", Cut: render.CutEnd, Keep: 16},
	}}
	extra := f.extraColumns()
	for _, c := range extra {
		t.Columns = append(t.Columns, render.FittedColumn{Title: strings.ToUpper(c.Title()), Rank: 1})
	}
	t.Columns = append(t.Columns, render.FittedColumn{Title: "PORTS", Rank: 2})
	style := a.style()
	for _, c := range listed {
		row := append(render.Cells(c.Name, c.Service), render.Cell{fares(c, style)})
		for _, e := range extra {
			row = append(row, render.Cells(e.Text(c))...)
		}
		t.Rows = append(t.Rows, append(row, endpoints(s.Endpoints(c), style)))
	}
	if f.noTrunc {
		return a.stdout.Show(t.Lines(render.FitTo{}, style)...)
	}
	return a.showTable(t)
}

// fares is how a container fares in few words, in its colour: one that ends over and over is not well
// while it runs for a moment.
func fares(c session.Listed, style render.Style) terminal.Text {
	state := c.State
	if c.Restarted {
		state = string(planner.Restarting)
	}
	return style.State(state, c.Health, c.BriefStatus())
}

func endpoints(list []session.Endpoint, style render.Style) render.Cell {
	parts := make(render.Cell, len(list))
	for i, e := range list {
		parts[i] = style.Link(e.URL, e.Text)
	}
	return parts
}
