package main

import (
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/session"
)

// showContainers is ps on a terminal: what people look for, ports as addresses
// to click on where they are web pages.
func (a *app) showContainers(listed []session.Listed, f psFlags, s *session.Session) error {
	header := []string{"Name", "Service", "Status"}
	extra := f.extraColumns()
	for _, c := range extra {
		header = append(header, c.Title())
	}
	header = append(header, "Ports")
	style := a.style()
	var rows [][]terminal.Text
	for _, c := range listed {
		row := []terminal.Text{terminal.Value(c.Name), terminal.Value(c.Service), style.State(c.State, c.Health, c.Fares())}
		for _, e := range extra {
			row = append(row, terminal.Value(e.Text(c)))
		}
		rows = append(rows, append(row, endpoints(s.Endpoints(c), style)))
	}
	return render.Grid(a.stdout, header, rows)
}

func endpoints(list []session.Endpoint, style render.Style) terminal.Text {
	var parts []terminal.Text
	for i, e := range list {
		if i > 0 {
			parts = append(parts, terminal.Value(", "))
		}
		parts = append(parts, style.Link(e.URL, e.Text))
	}
	return terminal.Join(parts...)
}

// style is how results may be written to standard output.
func (a *app) style() render.Style {
	return render.StyleOf(a.stdout, a.look())
}
