package enginetest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"

	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
)

// fanout hands a container's output to those who are attached. None of them
// holds the process up: what they have not taken yet is kept.
type fanout struct {
	mu      sync.Mutex // guards below
	readers map[*outReader]struct{}
}

// outReader is the queue of one who is attached.
type outReader struct {
	streams map[outStream]bool
	raw     bool
	pending []byte
	closed  bool
	grown   chan struct{} // has room for one
}

// attach adds a reader of some streams, multiplexed unless raw.
func (f *fanout) attach(streams map[outStream]bool, raw rawMode) *outReader {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := &outReader{streams: streams, raw: raw == rawStream, grown: make(chan struct{}, 1)}
	if f.readers == nil {
		f.readers = map[*outReader]struct{}{}
	}
	f.readers[r] = struct{}{}
	return r
}

// rawMode says whether a stream is multiplexed.
type rawMode int

const (
	multiplexed rawMode = iota
	rawStream
)

func (f *fanout) detach(r *outReader) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.readers, r)
}

func (f *fanout) write(s outStream, b []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for r := range f.readers {
		switch {
		case !r.streams[s]:
			continue
		case r.raw:
			r.pending = append(r.pending, b...)
		default:
			r.pending = append(r.pending, frame(s, b)...)
		}
		r.wake()
	}
}

// close ends the streams of everybody who is attached.
func (f *fanout) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for r := range f.readers {
		r.closed = true
		r.wake()
		delete(f.readers, r)
	}
}

// end closes one reader's stream.
func (f *fanout) end(r *outReader) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r.closed = true
	r.wake()
	delete(f.readers, r)
}

func (r *outReader) wake() {
	select {
	case r.grown <- struct{}{}:
	default:
	}
}

// take returns what is pending, and whether that was the last.
func (f *fanout) take(r *outReader) ([]byte, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := r.pending
	r.pending = nil
	return b, r.closed
}

// hijacked is a connection taken over from HTTP.
type hijacked struct {
	net.Conn
	in *bufio.Reader
	// gone is closed when the client closed the connection or its half of it,
	// and everything it sent was consumed.
	gone chan struct{}
}

// hijack takes a request's connection over and answers the way Docker does.
func hijack(w http.ResponseWriter, r *request, mediaType string) (*hijacked, error) {
	h, ok := w.(http.Hijacker)
	if !ok {
		return nil, errorf(http.StatusInternalServerError, "error attaching, hijack connection missing")
	}
	conn, buf, err := h.Hijack()
	if err != nil {
		return nil, err
	}
	status := "HTTP/1.1 200 OK\r\nContent-Type: " + mediaType + "\r\n"
	if r.Header.Get("Upgrade") != "" {
		status = "HTTP/1.1 101 UPGRADED\r\nContent-Type: " + mediaType + "\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n", status); err != nil {
		_ = conn.Close()
		return nil, nil // nobody is there to be told
	}
	return &hijacked{conn, buf.Reader, make(chan struct{})}, nil
}

// readInto copies what the client sends until it ends, in the background.
// ended is called then.
func (h *hijacked) readInto(w io.Writer, ended func()) {
	go func() {
		defer close(h.gone)
		_, _ = io.Copy(w, h.in)
		ended()
	}()
}

// track lets Close wait for a stream that HTTP does not know any more.
func (e *Engine) track() (done func(), err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errorf(http.StatusServiceUnavailable, "the engine is shut down")
	}
	e.wg.Add(1)
	return e.wg.Done, nil
}

// containerAttach connects a client with a container's streams until its run
// ends. One that does not run yet is waited for.
func (e *Engine) containerAttach(w http.ResponseWriter, r *request) error {
	done, err := e.track()
	if err != nil {
		return err
	}
	defer done()
	c, err := e.lockContainer(r)
	if err != nil {
		return err
	}
	switch c.state.Status {
	case containertypes.StatePaused:
		e.mu.Unlock()
		return errorf(http.StatusConflict, "container %s is paused, unpause the container before attach", r.vars["id"])
	case containertypes.StateRestarting:
		e.mu.Unlock()
		return errorf(http.StatusConflict, "container %s is restarting, wait until the container is running", r.vars["id"])
	}
	raw := multiplexed
	if c.config.Tty {
		raw = rawStream
	}
	stdin := io.Discard
	if r.flag("stdin") && c.config.OpenStdin {
		if err := c.openStdin(); err != nil {
			e.mu.Unlock()
			return err
		}
		stdin = c.stdinWrite
	}
	streams := map[outStream]bool{stdout: r.flag("stdout"), stderr: r.flag("stderr")}
	reader := c.live.attach(streams, raw)
	defer c.live.detach(reader)
	if !r.flag("stream") {
		c.live.end(reader)
	}
	e.containerEvent(c, events.ActionAttach, nil)
	e.mu.Unlock()

	conn, err := hijack(w, r, streamType(r.version, c.config.Tty))
	if err != nil || conn == nil {
		return err
	}
	conn.readInto(stdin, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if c.config.StdinOnce && c.stdinWrite != nil && stdin == io.Writer(c.stdinWrite) {
			_ = c.stdinWrite.Close()
		}
	})
	if r.flag("logs") {
		c.logs.copyNow(conn, logRequest{streams: streams, tail: -1, raw: raw == rawStream})
	}
	e.pump(conn, c.live, reader)
	_ = conn.Close()
	<-conn.gone
	return nil
}

// pump writes a reader's output to a connection until the output, the client
// or the engine ends.
func (e *Engine) pump(conn *hijacked, f *fanout, r *outReader) {
	gone := conn.gone
	for {
		b, last := f.take(r)
		if len(b) > 0 {
			if _, err := conn.Write(b); err != nil {
				return
			}
		}
		if last {
			return
		}
		select {
		case <-r.grown:
		case <-gone:
			// The client sends no more; it may still read. A write tells.
			gone = nil
		case <-e.ctx.Done():
			return
		}
	}
}

// writer is an io.Writer of one of the streams.
func (f *fanout) writer(s outStream) io.Writer { return fanoutWriter{f, s} }

type fanoutWriter struct {
	f *fanout
	s outStream
}

func (w fanoutWriter) Write(b []byte) (int, error) {
	w.f.write(w.s, b)
	return len(b), nil
}
