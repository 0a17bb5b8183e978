package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/session"
)

type statsFlags struct {
	format, sort      string
	noStream, noTrunc bool
}

func (a *app) statsCommand() *cobra.Command {
	var o session.StatsOptions
	var f statsFlags
	cmd := a.command("stats [OPTIONS] [SERVICE...]", "Display a live stream of container(s) resource usage statistics", func(cmd *cobra.Command, args []string) error {
		o.Services = args
		return a.stats(cmd, o, f)
	})
	fs := cmd.Flags()
	fs.BoolVarP(&o.All, "all", "a", false, "Show all containers (default shows just running)")
	fs.StringVar(&f.format, "format", "table", `Format output: "table", "json", a Go template, or "table TEMPLATE"`)
	fs.BoolVar(&f.noStream, "no-stream", false, "Disable streaming stats and only pull the first result")
	fs.BoolVar(&f.noTrunc, "no-trunc", false, "Do not truncate output")
	fs.StringVar(&f.sort, "sort", "name", `Order of the containers: "name", or the highest "cpu", "memory", "net", "block" or "pids" first`)
	return cmd
}

func (a *app) stats(cmd *cobra.Command, o session.StatsOptions, f statsFlags) error {
	formats, err := session.ConfiguredFormats(a.getenv("DOCKER_CONFIG"))
	if err != nil {
		return err
	}
	if !cmd.Flags().Changed("format") {
		f.format = cmp.Or(formats.Stats, f.format)
	}
	// Mistakes are told before anything is measured.
	if err := f.write(&bytes.Buffer{}, []session.Stats{{}}); err != nil {
		return err
	}
	if _, ok := statsOrders[f.sort]; !ok {
		return hint.New(fmt.Sprintf("unknown order %q", f.sort), "the orders are name, cpu, memory, net, block and pids")
	}
	s, err := a.openLooking(cmd.Context(), o.Services)
	if err != nil {
		return err
	}
	defer s.Close()
	people := render.IsTerminal(a.stdout) && f.format == "table"
	if f.noStream {
		now, err := s.Stats(cmd.Context(), o)
		if err != nil {
			return err
		}
		if people {
			return a.showTable(f.table(now))
		}
		return f.write(a.stdout, now)
	}
	if render.IsTerminal(a.stdout) && a.ansi() != string(render.ANSINever) {
		screen := a.newScreen()
		defer func() { _ = screen.Close() }() // a terminal that is gone needs nothing
		o.AtOnce = people
		return readerGone(s.FollowStats(cmd.Context(), o, func(now []session.Stats) error {
			if people {
				return screen.Show(f.table(now).Lines(screen.Room(), a.style()))
			}
			var frame bytes.Buffer
			if err := f.write(&frame, now); err != nil {
				return err
			}
			var lines []terminal.Text
			for line := range strings.SplitSeq(strings.TrimSuffix(frame.String(), "\n"), "\n") {
				lines = append(lines, terminal.Value(line))
			}
			return screen.Show(lines)
		}))
	}
	return readerGone(s.FollowStats(cmd.Context(), o, func(now []session.Stats) error {
		var all bytes.Buffer
		if err := f.write(&all, now); err != nil {
			return err
		}
		_, err := a.stdout.Write(all.Bytes())
		return err
	}))
}

// write prints what programs read.
func (f *statsFlags) write(w io.Writer, now []session.Stats) error {
	now = f.sorted(now)
	if !f.noTrunc {
		for i := range now {
			now[i] = now[i].Short()
		}
	}
	return render.Listing[session.Stats]{Items: now, Columns: statsColumns, Lines: true}.Write(w, f.format)
}

// table is what people look at.
func (f *statsFlags) table(now []session.Stats) render.Fitted {
	t := render.Fitted{Columns: []render.FittedColumn{
		{Title: "NAME", Cut: render.CutEnd}, {Title: "CPU %", Right: true}, {Title: "MEM USAGE / LIMIT", Right: true, Rank: 2}, {Title: "MEM %", Right: true, Rank: 1},
		{Title: "NET I/O", Right: true, Rank: 4}, {Title: "BLOCK I/O", Right: true, Rank: 5}, {Title: "PIDS", Right: true, Rank: 3}, {Title: "CONTAINER ID", Rank: 6},
	}}
	row := func(s session.Stats) []render.Cell {
		return render.Cells(s.Name, s.CPUPerc, s.MemUsage, s.MemPerc, s.NetIO, s.BlockIO, s.PIDs, s.ID)
	}
	var total session.Usage
	for _, s := range f.sorted(now) {
		if !f.noTrunc {
			s = s.Short()
		}
		if s.Usage == nil {
			t.Rows = append(t.Rows, render.Cells(s.Name, "-", "-", "-", "-", "-", "-", s.ID))
			continue
		}
		total = total.Add(*s.Usage)
		t.Rows = append(t.Rows, row(s))
	}
	if len(now) > 1 && slices.ContainsFunc(now, func(s session.Stats) bool { return s.Usage != nil }) {
		t.Total = row(total.Stats())
		t.Total[0] = render.Cells(fmt.Sprintf("%d containers", len(now)))[0]
	}
	return t
}

// sorted is a copy in the order that was asked for; equal ones stay as they are,
// by name.
func (f *statsFlags) sorted(now []session.Stats) []session.Stats {
	now = slices.Clone(now)
	if of := statsOrders[f.sort]; of != nil {
		slices.SortStableFunc(now, func(a, b session.Stats) int { return cmp.Compare(weightOf(b, of), weightOf(a, of)) })
	}
	return now
}

func weightOf(s session.Stats, of func(session.Usage) float64) float64 {
	if s.Usage == nil {
		return -1
	}
	return of(*s.Usage)
}

// statsOrders are the values of --sort; nil: as it comes.
var statsOrders = map[string]func(session.Usage) float64{
	"name":   nil,
	"cpu":    func(u session.Usage) float64 { return u.CPU },
	"memory": func(u session.Usage) float64 { return float64(u.Memory) },
	"net":    func(u session.Usage) float64 { return float64(u.Received + u.Sent) },
	"block":  func(u session.Usage) float64 { return float64(u.Read + u.Wrote) },
	"pids":   func(u session.Usage) float64 { return float64(u.PIDs) },
}

var statsColumns = []render.Column[session.Stats]{
	{Field: "ID", Header: "Container ID", Text: func(s session.Stats) string { return s.ID }},
	{Field: "Name", Text: func(s session.Stats) string { return s.Name }},
	{Field: "CPUPerc", Header: "CPU %", Text: func(s session.Stats) string { return s.CPUPerc }},
	{Field: "MemUsage", Header: "Mem usage / limit", Text: func(s session.Stats) string { return s.MemUsage }},
	{Field: "MemPerc", Header: "Mem %", Text: func(s session.Stats) string { return s.MemPerc }},
	{Field: "NetIO", Header: "Net I/O", Text: func(s session.Stats) string { return s.NetIO }},
	{Field: "BlockIO", Header: "Block I/O", Text: func(s session.Stats) string { return s.BlockIO }},
	{Field: "PIDs", Text: func(s session.Stats) string { return s.PIDs }},
}
