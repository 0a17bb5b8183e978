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
	NoColor    bool // no colours in the prefixes, also where Options allow them
	Timestamps bool // print the engine's time before each line
	// Split prints the standard error of containers to Options.Err, as up does.
	// Otherwise both streams go to Options.Out.
	Split bool
	// Format is how a line is written. The zero value is LogText.
	Format LogFormat
	// Failed is called with the error of each write that failed, as on a full disk.
	// nil: the error is dropped.
	Failed func(error)
}

// LogFormat is how lines of logs are written.
type LogFormat uint8

// The formats of logs.
const (
	LogText LogFormat = iota
	// LogJSON writes an object for each line; see docs/logs.md. Nothing else goes
	// to the output.
	LogJSON
	// LogJSONEmbedded is LogJSON, but a message that is a JSON object or array is
	// written as that and not as a string.
	LogJSONEmbedded
)

// logs prints the lines of containers with a prefix: "web-1  | text". Lines of one
// event are written together. A pipe gets their bytes as they are; a terminal gets
// them without control sequences other than colours.
type logs struct {
	opts     LogOptions
	out, err stream
	progress stream // gets the output of hooks while no logs are followed; zero: another display shows it
	followed bool   // an event.Attached came
	width    int    // of the longest name, in columns
	heads    map[headKey]terminal.Text
	objects  map[event.Source][]byte // the beginning of a container's objects
	json     []byte                  // memory of object, used again for each line
	colors   map[string]terminal.Color
	buf      terminal.Buffer // lines that are not written yet
	toErr    bool            // buf is for err, otherwise for out
	front    terminal.Buffer // the prefix of the present line, with its time
	view     *logView        // nil: all lines are shown and none is kept

	last struct { // the head that was used last, found without the map
		key  headKey
		head terminal.Text
	}
}

// stream is where lines of logs are written.
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
	progress.terminal = progress.to != nil // it is said to people, on a pipe too
	if !o.Split {
		err = out
	}
	return &logs{opts: o, out: out, err: err, progress: progress, heads: map[headKey]terminal.Text{}, colors: map[string]terminal.Color{}}
}

// event prints e if it is about logs, and tells whether it is.
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
		switch {
		case e.Replaced && l.out.terminal: // scripts look for the code
			text = shortName(e.Source) + " replaced"
		case e.Restarting:
			text += " (restarting)"
		}
		show(l.out.to, terminal.Value(text))
	case event.Attached:
		l.attach(e)
	case event.Output:
		if e.Ref.Kind != event.Container || !l.followed && l.progress.to == nil {
			return false
		}
		l.hookLine(e)
	default:
		return false
	}
	return true
}

// hookLine prints a line that a hook printed, "web-1 ->  | text": to the logs while
// they are followed, otherwise to progress.
func (l *logs) hookLine(o event.Output) {
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

// attach gives all prefixes the width of the longest name, and each service a
// colour, in the order of the services' names.
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

// line adds a line to the buffer.
func (l *logs) line(e *event.Log) {
	if !l.view.shows(e.Source.Service) {
		return
	}
	l.use(l.opts.Split && e.Stream == event.Stderr && l.opts.Format == LogText)
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

// writeSize is the number of buffered bytes above which lines of one event are
// written.
const writeSize = 32 << 10

// use prepares the buffer for a line for err or out. Lines of the other stream are
// written first, so that the order of lines is kept, and so is a full buffer.
func (l *logs) use(toErr bool) {
	if toErr != l.toErr || l.buf.Len() >= writeSize {
		l.flush()
		l.toErr = toErr
	}
}

// stream returns the stream that the buffer is for.
func (l *logs) stream() stream {
	if l.toErr {
		return l.err
	}
	return l.out
}

// flush writes the buffer and empties it.
func (l *logs) flush() {
	if l.buf.Len() == 0 {
		return
	}
	l.view.keep(&l.buf)
	if err := l.stream().to.Print(&l.buf); err != nil && l.opts.Failed != nil {
		l.opts.Failed(err)
	}
	l.buf.Reset(4 * writeSize) // more memory was needed by a very long line
}

// text adds each line of a text, with front before it.
func (l *logs) text(text []byte) {
	to := l.stream()
	for more := true; more; {
		var line []byte
		line, text, more = bytes.Cut(text, []byte("\n"))
		if to.terminal {
			from := l.buf.Len()
			l.buf.Printed(&l.front, line, to.style.filter())
			l.view.mark(&l.buf, from)
		} else {
			l.buf.DataLine(&l.front, line)
		}
	}
}

// headKey is the key of logs.heads.
type headKey struct {
	source event.Source
	toErr  bool
}

// head returns the prefix of a container's lines from the cache.
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

// widen makes prefixes at least as wide as a name. Cached prefixes are dropped where
// the width changes.
func (l *logs) widen(name string) {
	if n := runewidth.StringWidth(name); n > l.width {
		l.width = n
		clear(l.heads)
		l.last.head = terminal.Text{}
	}
}

// prefix returns "web-1  | " in the service's colour, padded to the width of all
// prefixes. mark is added to the name.
func (l *logs) prefix(s event.Source, mark string) terminal.Text {
	name := terminal.Clean(shortName(s)) + mark
	if mark == "" {
		l.widen(name)
	}
	name = runewidth.FillRight(name, l.width)
	return terminal.Join(l.stream().style.of(l.color(s.Service), name+"  |"), terminal.Value(" "))
}

// palette are the colours of services, as numbers of SGR. Red is for errors only.
var palette = []terminal.Color{36, 33, 32, 35, 34, 96, 93, 92, 95, 94}

// color returns the service's colour. A service without one gets the next of the
// palette.
func (l *logs) color(service string) terminal.Color {
	c, ok := l.colors[service]
	if !ok {
		c = palette[len(l.colors)%len(palette)]
		l.colors[service] = c
	}
	return c
}

// shortName returns the container's name without the project's: "web-1",
// "web-run-0123456789ab". A name set by container_name is returned as it is.
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
