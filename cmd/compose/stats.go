package main

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/engine"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/session"
)

type statsFlags struct {
	format            string
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
	return cmd
}

func (a *app) stats(cmd *cobra.Command, o session.StatsOptions, f statsFlags) error {
	// A template's mistake is told before anything is measured.
	if err := f.write(&bytes.Buffer{}, []engine.Stats{{}}); err != nil {
		return err
	}
	s, err := a.openLooking(cmd.Context(), o.Services)
	if err != nil {
		return err
	}
	defer s.Close()
	if f.noStream {
		now, err := s.Stats(cmd.Context(), o)
		if err != nil {
			return err
		}
		return f.write(a.stdout, now)
	}
	var screen *render.Screen
	if render.IsTerminal(a.stdout) && a.ansi() != string(render.ANSINever) {
		screen = render.NewScreen(a.stdout)
	}
	err = s.FollowStats(cmd.Context(), o, func(now []engine.Stats) error {
		var frame bytes.Buffer
		if err := f.write(&frame, now); err != nil {
			return err
		}
		if screen != nil {
			return screen.Show(strings.Split(strings.TrimSuffix(frame.String(), "\n"), "\n"))
		}
		_, err := a.stdout.Write(frame.Bytes())
		return err
	})
	return readerGone(err)
}

func (f *statsFlags) write(w io.Writer, now []engine.Stats) error {
	if !f.noTrunc {
		short := make([]engine.Stats, len(now))
		for i := range now {
			short[i] = now[i].Short()
		}
		now = short
	}
	return render.Listing[engine.Stats]{Items: now, Columns: statsColumns, Lines: true}.Write(w, f.format)
}

var statsColumns = []render.Column[engine.Stats]{
	{Field: "ID", Header: "Container ID", Text: func(s engine.Stats) string { return s.ID }},
	{Field: "Name", Text: func(s engine.Stats) string { return s.Name }},
	{Field: "CPUPerc", Header: "CPU %", Text: func(s engine.Stats) string { return s.CPUPerc }},
	{Field: "MemUsage", Header: "Mem usage / limit", Text: func(s engine.Stats) string { return s.MemUsage }},
	{Field: "MemPerc", Header: "Mem %", Text: func(s engine.Stats) string { return s.MemPerc }},
	{Field: "NetIO", Header: "Net I/O", Text: func(s engine.Stats) string { return s.NetIO }},
	{Field: "BlockIO", Header: "Block I/O", Text: func(s engine.Stats) string { return s.BlockIO }},
	{Field: "PIDs", Text: func(s engine.Stats) string { return s.PIDs }},
}
