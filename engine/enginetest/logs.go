package enginetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	timetypes "github.com/docker/docker/api/types/time"
	"github.com/docker/docker/api/types/versions"
)

// outStream tells the outputs of a process apart, by stdcopy's numbers.
type outStream byte

const (
	stdout outStream = 1
	stderr outStream = 2
)

// logLine is a line of a container's log, with its line end if it had one.
type logLine struct {
	time   time.Time
	stream outStream
	text   []byte
}

// logBuffer is a container's log, kept over its restarts.
type logBuffer struct {
	mu      sync.Mutex // guards below
	lines   []logLine
	partial map[outStream]*logLine // what has no line end yet
	running bool
	ends    []int         // where in lines each run that is over ended
	grown   chan struct{} // closed when there are more lines or the run ended
}

func newLogBuffer() *logBuffer {
	return &logBuffer{partial: map[outStream]*logLine{}, grown: make(chan struct{})}
}

// open begins a run's log.
func (l *logBuffer) open() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running = true
}

// close ends a run's log: what had no line end is a line now.
func (l *logBuffer) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range []outStream{stdout, stderr} {
		if p := l.partial[s]; p != nil {
			l.lines = append(l.lines, *p)
			delete(l.partial, s)
		}
	}
	if l.running {
		l.ends = append(l.ends, len(l.lines))
	}
	l.running = false
	l.notify()
}

func (l *logBuffer) notify() {
	close(l.grown)
	l.grown = make(chan struct{})
}

// write adds what a process wrote.
func (l *logBuffer) write(s outStream, b []byte, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(b) > 0 {
		line, rest, ended := bytes.Cut(b, []byte("\n"))
		p := l.partial[s]
		if p == nil {
			p = &logLine{time: now, stream: s}
			l.partial[s] = p
		}
		p.text = append(p.text, line...)
		if ended {
			p.text = append(p.text, '\n')
			l.lines = append(l.lines, *p)
			delete(l.partial, s)
		}
		b = rest
	}
	l.notify()
}

// run is the number of the run that goes on, or of the next one.
func (l *logBuffer) run() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.ends)
}

// after returns the lines of a run, and of those before it, from position i on,
// whether the run goes on, and a channel that closes when either changes. Who
// follows a run does not follow the next one, however soon that begins.
func (l *logBuffer) after(i, run int) (lines []logLine, running bool, grown <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	end := len(l.lines)
	if run < len(l.ends) {
		return l.lines[i:max(i, l.ends[run]):end], false, l.grown
	}
	return l.lines[i:end:end], l.running, l.grown
}

// output is a writer of one of the container's streams: to its log and to
// those who are attached.
func (c *container) output(s outStream) io.Writer {
	if c.config.Tty {
		return terminal{output{c, stdout}} // a terminal has one stream
	}
	return output{c, s}
}

type output struct {
	c      *container
	stream outStream
}

func (o output) Write(b []byte) (int, error) {
	if o.c.host.LogConfig.Type != "none" {
		o.c.logs.write(o.stream, b, time.Now())
	}
	o.c.live.write(o.stream, b)
	return len(b), nil
}

// terminal turns line ends into those of a terminal.
type terminal struct{ w io.Writer }

func (t terminal) Write(b []byte) (int, error) {
	_, err := t.w.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")))
	return len(b), err
}

// frame is a piece of a multiplexed stream.
func frame(s outStream, b []byte) []byte {
	out := make([]byte, 8, 8+len(b))
	out[0] = byte(s)
	binary.BigEndian.PutUint32(out[4:], uint32(len(b)))
	return append(out, b...)
}

// logRequest is what a client wants of a log.
type logRequest struct {
	streams      map[outStream]bool
	since, until time.Time
	tail         int // negative: all
	timestamps   bool
	follow       bool
	raw          bool // of a terminal: not multiplexed
	run          int  // the one to follow
}

func (r *request) logRequest() (logRequest, error) {
	l := logRequest{
		streams:    map[outStream]bool{stdout: r.flag("stdout"), stderr: r.flag("stderr")},
		timestamps: r.flag("timestamps"), follow: r.flag("follow"), tail: -1,
	}
	if !l.streams[stdout] && !l.streams[stderr] {
		return l, errorf(http.StatusBadRequest, "Bad parameters: you must choose at least one stream")
	}
	if n, err := strconv.Atoi(r.query("tail")); err == nil {
		l.tail = n
	}
	for name, t := range map[string]*time.Time{"since": &l.since, "until": &l.until} {
		v := r.query(name)
		if v == "" || v == "0" {
			continue
		}
		s, ns, err := timetypes.ParseTimestamps(v, 0)
		if err != nil {
			return l, errorf(http.StatusBadRequest, "%v", err)
		}
		*t = time.Unix(s, ns)
	}
	return l, nil
}

// containerLogs serves a log. Following ends with the container's run, at once
// if there is none.
func (e *Engine) containerLogs(w http.ResponseWriter, r *request) error {
	l, err := r.logRequest()
	if err != nil {
		return err
	}
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	l.raw = c.config.Tty
	l.run = c.logs.run() // before the answer, upon which the next may begin
	driver := c.host.LogConfig.Type
	e.mu.Unlock()
	if driver == "none" {
		return errorf(http.StatusNotImplemented, "configured logging driver does not support reading")
	}
	w.Header().Set("Content-Type", streamType(r.version, l.raw))
	w.WriteHeader(http.StatusOK)
	flush(w)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(e.ctx, cancel)()
	c.logs.copy(ctx, w, l)
	return nil
}

// streamType is the media type of a container's output.
func streamType(version string, raw bool) string {
	if raw || versions.LessThan(version, "1.42") {
		return "application/vnd.docker.raw-stream"
	}
	return "application/vnd.docker.multiplexed-stream"
}

// copy writes the log as asked for, and goes on until the run or ctx ends if
// it is to follow.
func (l *logBuffer) copy(ctx context.Context, w io.Writer, r logRequest) {
	var elapsed <-chan time.Time
	if !r.until.IsZero() {
		t := time.NewTimer(max(0, time.Until(r.until)))
		defer t.Stop()
		elapsed = t.C
	}
	next, first := 0, true
	for {
		lines, running, grown := l.after(next, r.run)
		next += len(lines)
		if first {
			lines = r.lastOf(lines)
			first = false
		}
		for _, line := range lines {
			if !r.wants(line) {
				continue
			}
			if _, err := w.Write(r.format(line)); err != nil {
				return
			}
		}
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		if !r.follow || !running {
			return
		}
		select {
		case <-grown:
		case <-elapsed:
			return
		case <-ctx.Done():
			return
		}
	}
}

// lastOf leaves the tail that was asked for.
func (r logRequest) lastOf(lines []logLine) []logLine {
	if r.tail < 0 {
		return lines
	}
	var wanted []logLine
	for _, line := range lines {
		if r.wants(line) {
			wanted = append(wanted, line)
		}
	}
	return wanted[max(0, len(wanted)-r.tail):]
}

func (r logRequest) wants(line logLine) bool {
	return r.streams[line.stream] && !line.time.Before(r.since) &&
		(r.until.IsZero() || !line.time.After(r.until))
}

func (r logRequest) format(line logLine) []byte {
	text := line.text
	if r.timestamps {
		stamp := line.time.UTC().Format("2006-01-02T15:04:05.000000000Z07:00")
		text = append([]byte(stamp+" "), text...)
	}
	if r.raw {
		return text
	}
	return frame(line.stream, text)
}

// copyNow writes what there is of the log.
func (l *logBuffer) copyNow(w io.Writer, r logRequest) {
	r.follow = false
	l.copy(context.Background(), w, r)
}
