//go:build unix

package dial

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// batchPause is between two reads of a socket that has been read empty. In a
	// millisecond an engine writes 100 to 300 lines; Linux takes 277 short ones
	// until the writer waits.
	batchPause = time.Millisecond
	// maxBatchPause is what pauses grow to while nothing comes, each half as long
	// as the waiting so far: an engine may search a long log for its last hour.
	maxBatchPause = 16 * time.Millisecond
)

// dialBatches connects to the unix socket at path, for reading in batches.
//
// An engine writes a log line by line. Whoever waits for such a socket is woken
// for every line, and so is the writer when there is room again: on two
// processors that costs more than reading the log. Go's poller is woken by each
// arrival even while nobody reads, so this connection is not in it. It looks
// from time to time instead, and finds hundreds of lines at once.
func dialBatches(ctx context.Context, path string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	raw, err := c.(*net.UnixConn).SyscallConn()
	if err != nil {
		return nil, err
	}
	b := &batchConn{local: c.LocalAddr(), remote: c.RemoteAddr()}
	// The copy stays non-blocking, and closing the original takes that out of the
	// poller.
	if bad := raw.Control(func(fd uintptr) { b.fd, err = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) }); bad != nil {
		return nil, bad
	}
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return b, nil
}

// batchConn is a connection that has no deadlines. One goroutine may read while
// another writes or closes.
type batchConn struct {
	local, remote net.Addr
	empty         bool // the last read left nothing; the reader's

	mu     sync.Mutex
	fd     int
	closed bool
}

// Read waits for at least a byte, and for batchPause before it looks at a socket
// that it left empty.
func (c *batchConn) Read(p []byte) (int, error) {
	if c.empty {
		time.Sleep(batchPause)
	}
	n, err := c.retry("read", p, unix.Read)
	c.empty = n < len(p)
	if n == 0 && err == nil && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

// Write writes all of p.
func (c *batchConn) Write(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = c.retry("write", p[n:], unix.Write)
		n += m
	}
	return n, err
}

// retry makes a call until it neither would block nor was interrupted.
func (c *batchConn) retry(name string, p []byte, call func(int, []byte) (int, error)) (int, error) {
	for waited := time.Duration(0); ; {
		n, err := c.once(p, call)
		switch err {
		case nil:
			return n, nil
		case unix.EINTR:
		case unix.EAGAIN:
			wait := min(max(waited/2, batchPause), maxBatchPause)
			time.Sleep(wait)
			waited += wait
		default:
			return 0, &net.OpError{Op: name, Net: "unix", Addr: c.remote, Err: err}
		}
	}
}

// once makes a call, which returns at once, unless the connection is closed.
func (c *batchConn) once(p []byte, call func(int, []byte) (int, error)) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, net.ErrClosed
	}
	return call(c.fd, p)
}

// Close ends a Read that waits, after maxBatchPause at the latest.
func (c *batchConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	c.closed = true
	return os.NewSyscallError("close", unix.Close(c.fd))
}

func (c *batchConn) LocalAddr() net.Addr  { return c.local }
func (c *batchConn) RemoteAddr() net.Addr { return c.remote }

func (c *batchConn) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (c *batchConn) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (c *batchConn) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }
