package terminal

import (
	"errors"
	"io"
	"sync"

	"github.com/muesli/cancelreader"
)

// Input reads a stream, and can be closed while a Read is under way: that ends
// with io.EOF, and nothing is taken from the stream after it. The stream itself
// stays open.
type Input struct {
	r      cancelreader.CancelReader // nil: the stream cannot be waited for
	pieces chan piece                // in place of r
	done   chan struct{}
	close  func()
	rest   []byte
}

// piece is what one Read of the stream returned.
type piece struct {
	b   []byte
	err error
}

// NewInput returns an Input of a stream. It belongs to one reader.
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
	// A file that the system's poll refuses does not block for long. Other
	// readers may: then the last Read stays behind until the process ends.
	in.pieces = make(chan piece)
	go in.pump(stream)
	return in
}

func (in *Input) pump(stream io.Reader) {
	for {
		b := make([]byte, 32<<10)
		n, err := stream.Read(b)
		select {
		case in.pieces <- piece{b[:n], err}:
		case <-in.done:
			return
		}
		if err != nil {
			return
		}
	}
}

// Read reads from the stream until Close.
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
	case got := <-in.pieces:
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

// Close ends the reading. Release frees what the waiting took, once no Read is
// under way.
func (in *Input) Close() error {
	in.close()
	return nil
}

// Release gives back what an Input holds of the system. It is called last.
func (in *Input) Release() {
	in.close()
	if in.r != nil {
		_ = in.r.Close()
	}
}
