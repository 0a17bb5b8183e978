package render

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/event"
)

// LogOptions say how the logs of containers are printed.
type LogOptions struct {
	NoPrefix   bool
	NoColor    bool // no colours in the prefixes, whatever Options say
	Timestamps bool // as the engine stamped the lines
	// Split sends the standard error of containers to Options.Err, as up does.
	// Else both their streams go to Options.Out.
	Split bool
	// Format is how a line is written; LogText where it is not said.
	Format LogFormat
}

// LogFormat is a way to write the lines of logs.
type LogFormat uint8

// The formats of logs.
const (
	LogText LogFormat = iota
	// LogJSON writes an object for each line; see docs/logs.md. Nothing else goes
	// to the output.
	LogJSON
	// LogJSONEmbedded is LogJSON with messages that are JSON put in as such.
	LogJSONEmbedded
)

// logs prints the lines of containers behind their prefixes: "web-1  | text".
// A pipe gets the lines' bytes as they are, a terminal gets them without what
// would move its cursor.
type logs struct {
	opts     LogOptions
	out, err stream
	width    int                     // columns of the longest name
	heads    map[event.Source][]byte // what objects of a container begin with
	colors   map[string]color
	buf      []byte
	browse   *browsing // nil: what is past is not kept
}

// stream is where logs go, and what it can do.
type stream struct {
	w        io.Writer
	style    style
	terminal bool
}

// newStream returns w as a stream.
func (o Options) newStream(w io.Writer) stream {
	s := stream{w: w, style: o.style(w), terminal: IsTerminal(w)}
	if o.Logs.NoColor {
		s.style = false
	}
	return s
}

func newLogs(out, err stream, o LogOptions) *logs {
	if !o.Split {
		err = out
	}
	return &logs{opts: o, out: out, err: err, colors: map[string]color{}}
}

// event prints what belongs to logs, and tells whether e did.
func (l *logs) event(e event.Event) bool {
	switch e := e.(type) {
	case event.Log:
		if !l.browse.shows(e.Source.Service) {
			return true
		}
		if l.opts.Format != LogText {
			l.object(e)
			break
		}
		l.log(e)
	case event.Exit:
		if l.opts.Format != LogText {
			return true
		}
		text := fmt.Sprintf("%s exited with code %d", shortName(e.Source), e.Code)
		if e.Restarting {
			text += " (restarting)"
		}
		fmt.Fprintln(l.out.w, text)
	case event.Attached:
		l.attach(e)
	case event.Output:
		if e.Ref.Kind != event.Container {
			return false
		}
		src := event.Source{Name: e.Ref.Name, Service: e.Ref.Service, Number: e.Ref.Number}
		l.write(l.out, l.prefix(l.out, src, " ->"), []byte(e.Text))
	default:
		return false
	}
	return true
}

// attach makes the prefixes equally wide and gives the services their colours.
func (l *logs) attach(e event.Attached) {
	names := make([]string, len(e.Sources))
	services := make([]string, len(e.Sources))
	for i, s := range e.Sources {
		names[i], services[i] = shortName(s), s.Service
		l.width = max(l.width, runewidth.StringWidth(names[i]))
	}
	slices.Sort(services)
	for _, s := range services {
		l.color(s)
	}
	if !e.Quiet && len(names) > 0 && l.opts.Format == LogText {
		fmt.Fprintln(l.out.w, "Attaching to "+strings.Join(names, ", "))
	}
}

func (l *logs) log(e event.Log) {
	to := l.out
	if e.Stream == event.Stderr {
		to = l.err
	}
	prefix := ""
	if !l.opts.NoPrefix {
		prefix = l.prefix(to, e.Source, "")
	}
	if l.opts.Timestamps && !e.Time.IsZero() {
		prefix += e.Time.UTC().Format("2006-01-02T15:04:05.000000000Z") + " "
	}
	l.write(to, prefix, e.Text)
}

// write prints text, each of its lines behind the prefix, in a single write.
func (l *logs) write(to stream, prefix string, text []byte) {
	l.buf = l.buf[:0]
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		l.buf = append(l.buf, prefix...)
		if to.terminal {
			l.buf = l.browse.mark(appendClean(l.buf, line, cleaning{afterCR: prefix, colors: bool(to.style)}), len(l.buf))
		} else {
			l.buf = append(l.buf, line...)
		}
		l.buf = append(l.buf, '\n')
	}
	l.browse.keep(l.buf)
	_, _ = to.w.Write(l.buf)
}

// prefix is "web-1  | ", as wide as those of the others.
func (l *logs) prefix(to stream, s event.Source, mark string) string {
	name := shortName(s) + mark
	if mark == "" {
		l.width = max(l.width, runewidth.StringWidth(name))
	}
	name = runewidth.FillRight(name, l.width)
	return to.style.in(l.color(s.Service), name+"  |") + " "
}

// palette are the colours of services. Red is left to what goes wrong.
var palette = []color{"36", "33", "32", "35", "34", "96", "93", "92", "95", "94"}

// color is the service's colour: those not known from an Attached get the next.
func (l *logs) color(service string) color {
	c, ok := l.colors[service]
	if !ok {
		c = palette[len(l.colors)%len(palette)]
		l.colors[service] = c
	}
	return c
}

// shortName is the container's name without the project's: "web-1",
// "web-run-0123456789ab". One that the file names keeps its name.
func shortName(s event.Source) string {
	for _, sep := range []string{"-", "_"} {
		replica := fmt.Sprint(s.Service, sep, s.Number)
		if s.Number > 0 && strings.HasSuffix(s.Name, sep+replica) {
			return replica
		}
		oneOff := sep + s.Service + sep + "run" + sep
		if i := strings.LastIndex(s.Name, oneOff); s.Number == 0 && i >= 0 {
			return s.Name[i+len(sep):]
		}
	}
	return s.Name
}
