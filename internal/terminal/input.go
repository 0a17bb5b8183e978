package terminal

import (
	"errors"
	"io"
	"sync"

	"github.com/muesli/cancelreader"
)

// Input reads a stream and can be closed during a Read, which then returns io.EOF.
// Nothing is read from the stream after Close. The stream itself stays open.
type Input struct {
	r      cancelreader.CancelReader // nil: the system cannot wait for the stream; chunks is used
	chunks chan chunk                // read by pump
	done   chan struct{}
	close  func()
	rest   []byte // of a chunk, not returned yet
}

// chunk is the result of one Read of the stream.
type chunk struct {
	b   []byte
	err error
}

// NewInput returns an Input that reads stream. One goroutine at a time may call
// Read. The caller calls Close and, when no Read is running, Release.
func NewInput(stream io.Reader) *Input {
	in := &Input{done: make(chan struct{})}
	in.close = sync.OnceFunc(func() { close(in.done) })
	if f, ok := stream.(cancelreader.File); ok {
		if r, err := cancelreader.NewReader(f); err == nil {
			in.r = r
			in.close = sync.OnceFunc(func() { close(in.done); r.Cancel() })
			return in
		}
	}
	// Reads of a file that poll refuses do not block for long. Reads of other
	// streams may: then pump's last Read runs until the process ends.
	in.chunks = make(chan chunk)
	go in.pump(stream)
	return in
}

// pump sends what it reads until Close, or until a Read fails.
func (in *Input) pump(stream io.Reader) {
	for {
		b := make([]byte, 32<<10)
		n, err := stream.Read(b)
		select {
		case in.chunks <- chunk{b[:n], err}:
		case <-in.done:
			return
		}
		if err != nil {
			return
		}
	}
}

// Read reads from the stream. It returns io.EOF after Close, and the stream's errors.
func (in *Input) Read(p []byte) (int, error) {
	if in.r != nil {
		n, err := in.r.Read(p)
		if errors.Is(err, cancelreader.ErrCanceled) {
			err = io.EOF
		}
		return n, err
	}
	if len(in.rest) > 0 {
		n := copy(p, in.rest)
		in.rest = in.rest[n:]
		return n, nil
	}
	select {
	case got := <-in.chunks:
		n := copy(p, got.b)
		in.rest = got.b[n:]
		if got.err != nil {
			in.close() // the pump has ended
		}
		if len(in.rest) > 0 {
			return n, nil
		}
		return n, got.err
	case <-in.done:
		return 0, io.EOF
	}
}

// Close ends a running Read and all later ones. It returns nil. It may be called
// more than once and at any time.
func (in *Input) Close() error {
	in.close()
	return nil
}

// Release closes the descriptors that waiting for the stream needs. It is called
// when no Read is running; it closes the Input first.
func (in *Input) Release() {
	in.close()
	if in.r != nil {
		_ = in.r.Close()
	}
}
