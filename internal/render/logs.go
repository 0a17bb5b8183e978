package render

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/terminal"
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
	// Failed is told of lines that could not be written: a full disk. nil: nobody
	// is.
	Failed func(error)
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
// Lines that come together are written together.
// A pipe gets the lines' bytes as they are, a terminal gets them without what
// would move its cursor.
type logs struct {
	opts     LogOptions
	out, err stream
	progress stream // takes what hooks print while no logs are followed; zero: not these
	followed bool   // there was an Attached
	width    int    // columns of the longest name
	heads    map[headKey]terminal.Text
	objects  map[event.Source][]byte // what objects of a container begin with
	json     []byte                  // the object at hand
	colors   map[string]terminal.Color
	buf      terminal.Buffer // lines that are not written yet
	toErr    bool            // they are for err
	front    terminal.Buffer // what goes before the line at hand
	browse   *browsing       // nil: what is past is not kept

	last struct { // of heads, the one that was used last
		key  headKey
		head terminal.Text
	}
}

// stream is where logs go, and what it can do.
type stream struct {
	to       printer
	style    style
	terminal bool
}

// newStream returns w as a stream.
func (o Options) newStream(w io.Writer) stream {
	s := stream{to: terminal.OutputOf(w), style: o.style(w), terminal: IsTerminal(w) || o.ANSI == ANSIAlways}
	if o.Logs.NoColor {
		s.style = false
	}
	return s
}

func newLogs(out, err stream, o LogOptions) *logs {
	progress := err
	if !o.Split {
		err = out
	}
	return &logs{opts: o, out: out, err: err, progress: progress, heads: map[headKey]terminal.Text{}, colors: map[string]terminal.Color{}}
}

// event prints what belongs to logs, and tells whether e did.
func (l *logs) event(e event.Event) bool {
	switch e := e.(type) {
	case event.Log:
		l.line(&e)
		l.flush()
	case event.Logs:
		for i := range e {
			l.line(&e[i])
		}
		l.flush()
	case event.Exit:
		if l.opts.Format != LogText {
			return true
		}
		text := fmt.Sprintf("%s exited with code %d", shortName(e.Source), e.Code)
		if e.Restarting {
			text += " (restarting)"
		}
		show(l.out.to, terminal.Value(text))
	case event.Attached:
		l.attach(e)
	case event.Output:
		if e.Ref.Kind != event.Container || !l.followed && l.progress.to == nil {
			return false
		}
		l.hooked(e)
	default:
		return false
	}
	return true
}

// hooked prints a line of a hook, "web-1 ->  | text": among the logs where these
// are followed, as a part of progress else.
func (l *logs) hooked(o event.Output) {
	l.flush()
	l.toErr = false
	if !l.followed {
		out := l.out
		l.out = l.progress
		defer func() { l.out = out }()
	}
	src := event.Source{Name: o.Ref.Name, Service: o.Ref.Service, Number: o.Ref.Number}
	l.front.Begin(l.prefix(src, " ->"))
	l.text([]byte(o.Text))
	l.flush()
}

// attach makes the prefixes equally wide and gives the services their colours.
func (l *logs) attach(e event.Attached) {
	l.followed = true
	names := make([]string, len(e.Sources))
	services := make([]string, len(e.Sources))
	for i, s := range e.Sources {
		names[i], services[i] = terminal.Clean(shortName(s)), s.Service
		l.widen(names[i])
	}
	slices.Sort(services)
	for _, s := range services {
		l.color(s)
	}
	if !e.Quiet && len(names) > 0 && l.opts.Format == LogText {
		show(l.out.to, terminal.Value("Attaching to "+strings.Join(names, ", ")))
	}
}

// line formats a line into the buffer.
func (l *logs) line(e *event.Log) {
	if !l.browse.shows(e.Source.Service) {
		return
	}
	l.turn(l.opts.Split && e.Stream == event.Stderr && l.opts.Format == LogText)
	if l.opts.Format != LogText {
		l.object(e)
		return
	}
	if l.opts.NoPrefix {
		l.front.Begin(terminal.Text{})
	} else {
		l.front.Begin(l.head(e.Source))
	}
	if l.opts.Timestamps && !e.Time.IsZero() {
		l.front.Stamp(e.Time)
	}
	l.text(e.Text)
}

// writeSize is how many bytes of lines that came together are written at once.
const writeSize = 32 << 10

// turn sees to it that the buffer is for the stream that comes next, and not
// full: lines of both streams keep their order.
func (l *logs) turn(toErr bool) {
	if toErr != l.toErr || l.buf.Len() >= writeSize {
		l.flush()
		l.toErr = toErr
	}
}

// stream is the one that the buffer is for.
func (l *logs) stream() stream {
	if l.toErr {
		return l.err
	}
	return l.out
}

// flush writes what is in the buffer.
func (l *logs) flush() {
	if l.buf.Len() == 0 {
		return
	}
	l.browse.keep(&l.buf)
	if err := l.stream().to.Print(&l.buf); err != nil && l.opts.Failed != nil {
		l.opts.Failed(err)
	}
	l.buf.Reset(4 * writeSize) // more was for a line of megabytes
}

// text formats a text, each of its lines behind front.
func (l *logs) text(text []byte) {
	to := l.stream()
	for more := true; more; {
		var line []byte
		line, text, more = bytes.Cut(text, []byte("\n"))
		if to.terminal {
			from := l.buf.Len()
			l.buf.Printed(&l.front, line, to.style.filter())
			l.browse.mark(&l.buf, from)
		} else {
			l.buf.DataLine(&l.front, line)
		}
	}
}

// headKey is what the beginnings of lines are kept by.
type headKey struct {
	source event.Source
	toErr  bool
}

// head is what the lines of a container begin with: "web-1  | ".
func (l *logs) head(s event.Source) terminal.Text {
	key := headKey{s, l.toErr}
	if l.last.key == key && l.last.head.Len() > 0 {
		return l.last.head
	}
	head, ok := l.heads[key]
	if !ok {
		head = l.prefix(s, "")
		l.heads[key] = head
	}
	l.last.key, l.last.head = key, head
	return head
}

// widen makes room for a container's name in the prefixes.
func (l *logs) widen(name string) {
	if n := runewidth.StringWidth(name); n > l.width {
		l.width = n
		clear(l.heads)
		l.last.head = terminal.Text{}
	}
}

// prefix is "web-1  | ", as wide as those of the others; mark goes behind the
// name.
func (l *logs) prefix(s event.Source, mark string) terminal.Text {
	name := terminal.Clean(shortName(s)) + mark
	if mark == "" {
		l.widen(name)
	}
	name = runewidth.FillRight(name, l.width)
	return terminal.Join(l.stream().style.of(l.color(s.Service), name+"  |"), terminal.Value(" "))
}

// palette are the colours of services. Red is left to what goes wrong.
var palette = []terminal.Color{36, 33, 32, 35, 34, 96, 93, 92, 95, 94}

// color is the service's colour: those not known from an Attached get the next.
func (l *logs) color(service string) terminal.Color {
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
