package main

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/collector"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/logs"
	"github.com/compose-orchestrator/compose/session"
	"github.com/compose-orchestrator/compose/session/follow"
)

// logsFlags are those of logs.
type logsFlags struct {
	follow, noColor, noPrefix, timestamps bool
	since, until, tail                    string
	index                                 int

	format, grep, level    string
	embed, invert, sinceUp bool
}

func (a *app) logsCommand() *cobra.Command {
	var f logsFlags
	cmd := a.command("logs [OPTIONS] [SERVICE...]", "View output from containers", func(cmd *cobra.Command, args []string) error {
		return a.showLogs(cmd, f, args)
	})
	fs := cmd.Flags()
	fs.BoolVarP(&f.follow, "follow", "f", false, "Follow log output")
	fs.StringVar(&f.since, "since", "", "Show logs since timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)")
	fs.StringVar(&f.until, "until", "", "Show logs before a timestamp (e.g. 2013-01-02T13:23:37Z) or relative (e.g. 42m for 42 minutes)")
	fs.StringVarP(&f.tail, "tail", "n", "all", "Number of lines to show from the end of the logs for each container")
	fs.BoolVarP(&f.timestamps, "timestamps", "t", false, "Show timestamps")
	indexFlag(fs, &f.index)
	fs.BoolVar(&f.noColor, "no-color", false, "Produce monochrome output")
	fs.BoolVar(&f.noPrefix, "no-log-prefix", false, "Don't print prefix in logs")
	fs.StringVar(&f.format, "format", "text", `Format the lines ("text"|"json")`)
	fs.BoolVar(&f.embed, "embed", false, "With --format json: put a message that is itself JSON in as such")
	fs.StringVar(&f.grep, "grep", "", "Show only lines that match a regular expression")
	fs.BoolVar(&f.invert, "invert", false, "With --grep: show only lines that do not match")
	fs.StringVar(&f.level, "level", "", `Show only lines of a level or above ("trace"|"debug"|"info"|"warn"|"error"|"fatal")`)
	fs.BoolVar(&f.sinceUp, "since-up", false, "Show what containers printed since they were last started")
	return cmd
}

func (a *app) showLogs(cmd *cobra.Command, f logsFlags, services []string) error {
	if f.index > 0 && len(services) != 1 {
		return hint.New("--index requires one service to be selected", "name the one that the container is of")
	}
	o := follow.LogsOptions{Services: services, Follow: f.follow, Index: f.index, Tail: f.tail, Timestamps: f.timestamps}
	var err error
	if o.Since, err = moment("--since", f.since); err != nil {
		return err
	}
	if o.Until, err = moment("--until", f.until); err != nil {
		return err
	}
	if !logs.ValidTail(f.tail) {
		return hint.New(fmt.Sprintf("invalid value for --tail: %q", f.tail), "write a number of lines, or all")
	}
	if o.Filter, err = f.filter(); err != nil {
		return err
	}
	o.SinceUp = f.sinceUp
	collector.Stream()
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	var failed error
	a.logs = render.LogOptions{NoPrefix: f.noPrefix, NoColor: f.noColor, Timestamps: f.timestamps, Failed: func(err error) {
		failed = cmp.Or(failed, err)
		cancel()
	}}
	switch {
	case f.format == "json":
		o.Timestamps, a.logs.Format = true, render.LogJSON
		if f.embed {
			a.logs.Format = render.LogJSONEmbedded
		}
	case f.format != "text":
		return hint.New(fmt.Sprintf("invalid value for --format: %q", f.format), "the values are text and json")
	case f.embed:
		return hint.New("--embed needs --format json", "add --format json, or leave it out")
	}
	id, err := a.identifyWith(ctx, services)
	if err != nil {
		return err
	}
	if len(services) == 0 {
		o.Services = id.Services // not those of another file that shares the project's name
	}
	s := a.session(nil, id.Name)
	defer s.Close()
	if f.follow && f.format == "text" && a.wantsMenu(nil, nil) {
		leave, err := a.logMenu(ctx, s, o)
		if err != nil {
			return err
		}
		defer leave()
	}
	if err = follow.Logs(ctx, s, o); failed != nil {
		return fmt.Errorf("writing the logs: %w", failed)
	}
	return err
}

// logMenu listens to keys until leave is called. Services are those that are named, or
// that have containers.
func (a *app) logMenu(ctx context.Context, s *session.Session, o follow.LogsOptions) (leave func(), err error) {
	names := o.Services
	if len(names) == 0 {
		listed, err := s.List(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range listed {
			names = append(names, c.Service)
		}
		slices.Sort(names)
		names = slices.Compact(names)
	}
	m := a.menu(logKeys, names)
	m.Open(ctx)
	return m.Close, nil
}

// filter is what --grep, --invert and --level say.
func (f *logsFlags) filter() (logs.Filter, error) {
	filter := logs.Filter{Invert: f.invert}
	var err error
	switch {
	case f.grep != "":
		if filter.Match, err = regexp.Compile(f.grep); err != nil {
			return filter, hint.New(fmt.Sprintf("invalid value for --grep: %v", err),
				`write a regular expression such as "timeout|refused"; (?i) in front ignores case`)
		}
	case f.invert:
		return filter, hint.New("--invert needs --grep", "say with --grep what the lines must not contain")
	}
	if f.level != "" {
		if filter.Level, err = logs.ParseLevel(f.level); err != nil {
			return filter, hint.New(fmt.Sprintf("invalid value for --level: %q", f.level),
				"the values are trace, debug, info, warn, error and fatal")
		}
	}
	return filter, nil
}

// moment reads the time that a flag gives.
func moment(flag, text string) (time.Time, error) {
	at, err := logs.ParseTime(text, time.Now())
	if err != nil {
		return time.Time{}, hint.New(fmt.Sprintf("invalid value for %s: %q", flag, text),
			"write a time such as 2013-01-02T13:23:37Z, or a duration ago such as 42m")
	}
	return at, nil
}
