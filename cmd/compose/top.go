package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) topCommand() *cobra.Command {
	return a.command("top [SERVICE...]", "Display the running processes", func(cmd *cobra.Command, args []string) error {
		s, err := a.openNamed(cmd.Context())
		if err != nil {
			return err
		}
		defer s.Close()
		running, err := s.Top(cmd.Context(), args)
		if err != nil {
			return err
		}
		return a.printProcesses(running)
	})
}

// printProcesses writes one table of all containers' processes. Its columns are
// those of every container: engines need not agree on them.
func (a *app) printProcesses(running []session.Running) error {
	var titles []string
	rows := 0
	for _, r := range running {
		rows += len(r.Rows)
		for _, title := range r.Titles {
			if !slices.Contains(titles, title) {
				titles = append(titles, title)
			}
		}
	}
	if rows == 0 {
		return nil
	}
	if render.IsTerminal(a.stdout) {
		return a.showProcesses(running, titles)
	}
	t := tabwriter.NewWriter(a.stdout, 4, 1, 2, ' ', 0)
	fmt.Fprintln(t, rowOf(append([]string{"SERVICE", "#"}, titles...)))
	for _, r := range running {
		number := strconv.Itoa(r.Container.Number)
		if r.Container.OneOff {
			number = ""
		}
		for _, row := range r.Rows {
			cells := []string{r.Container.Service, number}
			for _, title := range titles {
				cells = append(cells, cellOf(r.Titles, row, title))
			}
			fmt.Fprintln(t, rowOf(cells))
		}
	}
	return t.Flush()
}

// processRanks say which columns a narrow terminal is spared first.
var processRanks = map[string]int{"C": 8, "TTY": 7, "PPID": 6, "STIME": 5, "TIME": 4, "UID": 3, "PID": 2, "CMD": 0, "COMMAND": 0}

// showProcesses is the table on a terminal: no line breaks, and a container is
// named once.
func (a *app) showProcesses(running []session.Running, titles []string) error {
	t := render.Fitted{Columns: []render.FittedColumn{{Title: "SERVICE"}, {Title: "#", Right: true}}}
	for _, title := range titles {
		rank, known := processRanks[title]
		c := render.FittedColumn{Title: title, Rank: rank, Right: strings.HasSuffix(title, "PID") || title == "C"}
		if known && rank == 0 {
			c.Cut = render.CutEnd
		}
		t.Columns = append(t.Columns, c)
	}
	for _, r := range running {
		name := []string{r.Container.Service, strconv.Itoa(r.Container.Number)}
		if r.Container.OneOff {
			name[1] = "run"
		}
		for _, row := range r.Rows {
			cells := slices.Clone(name)
			for _, title := range titles {
				cells = append(cells, cellOf(r.Titles, row, title))
			}
			t.Rows = append(t.Rows, render.Cells(cells...))
			name = []string{"", ""}
		}
	}
	return a.showTable(t)
}

// rowOf is a row for a tabwriter: no cell breaks it.
func rowOf(cells []string) string {
	for i, cell := range cells {
		cells[i] = terminal.Clean(cell)
	}
	return strings.Join(cells, "\t")
}

// cellOf is a row's cell under a title, "-" where it has none.
func cellOf(titles, row []string, title string) string {
	i := slices.Index(titles, title)
	if i < 0 || i >= len(row) {
		return "-"
	}
	return row[i]
}
