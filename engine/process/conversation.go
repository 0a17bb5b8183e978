package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/moby/term"

	"github.com/compose-orchestrator/compose/engine/api"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/frames"
)

// Size is a terminal's, in characters.
type Size struct{ Rows, Cols uint }

// box is the size as the engine's requests have it; nil where it is not known.
func (s Size) box() *[2]uint {
	if s == (Size{}) {
		return nil
	}
	return &[2]uint{s.Rows, s.Cols}
}

// Streams are the user's ends of a conversation with a process.
type Streams struct {
	// In is what the process reads; nil: nothing. Close ends a Read under way,
	// which Interact relies on: the process may end first.
	In       io.ReadCloser
	Out, Err io.Writer
	// DetachKeys end the conversation and leave the process alone where it has a
	// terminal: "ctrl-p,ctrl-q"; "": docker's default.
	DetachKeys string
}

// Ends of a conversation that are not the process's end.
var (
	// ErrDetached: the user typed the keys to detach.
	ErrDetached = errors.New("read escape sequence")
	// ErrGone: the terminal went away, and with it the user.
	ErrGone = errors.New("the terminal went away")
	// ErrNoReader: what the process prints cannot be written. The cause is
	// wrapped too.
	ErrNoReader = errors.New("writing the output")
)

// defaultDetachKeys are docker's: ctrl-p, ctrl-q.
const defaultDetachKeys = "ctrl-p,ctrl-q"

// DetachKeys reads a sequence as docker's config.json has it. Its error is a
// hint.Error.
func DetachKeys(keys string) ([]byte, error) {
	if keys == "" {
		keys = defaultDetachKeys
	}
	b, err := term.ToBytes(keys)
	if err != nil {
		return nil, hint.New(fmt.Sprintf("invalid detach keys %q", keys),
			`write keys comma-separated, such as "ctrl-p,ctrl-q" or "ctrl-x"`)
	}
	return b, nil
}

// Conversation is a connection with the streams of a process in a container.
type Conversation struct {
	conn types.HijackedResponse
	tty  bool // one stream, not multiplexed
	// once: the process's standard input ends with this conversation's. Where it
	// does not, the engine takes the end of the input for that of the whole.
	once bool
}

// AttachOptions say which streams of a container's first process to connect.
type AttachOptions struct {
	Stdin      bool
	Once       bool // its standard input ends with the first who attaches
	TTY        bool // it has a terminal
	DetachKeys string
}

// Attach connects with a container's first process, which may not have started yet:
// then nothing of what it prints is missed. Its error wraps the engine's.
func Attach(ctx context.Context, c api.Client, id string, o AttachOptions) (*Conversation, error) {
	conn, err := c.ContainerAttach(ctx, id, container.AttachOptions{
		Stream: true, Stdin: o.Stdin, Stdout: true, Stderr: true, DetachKeys: o.DetachKeys,
	})
	if err != nil {
		return nil, fmt.Errorf("attaching to the container: %w", err)
	}
	return &Conversation{conn: conn, tty: o.TTY, once: o.Once}, nil
}

// Close ends the conversation; the process goes on.
func (t *Conversation) Close() { t.conn.Close() }

// Interact copies between the user and the process until all that the process
// printed has come: then it returns nil. The end of In closes the process's
// standard input and nothing else. Other ends are ErrDetached, ErrGone,
// ErrNoReader, ctx's error and the loss of the connection.
func (t *Conversation) Interact(ctx context.Context, s Streams) error {
	defer t.conn.Close()
	// The connection knows no context: closing it ends the copying.
	stop := context.AfterFunc(ctx, t.conn.Close)
	defer stop()
	keys, err := DetachKeys(s.DetachKeys)
	if err != nil {
		return err
	}
	output := make(chan error, 1)
	go func() { output <- t.copyOut(s) }()
	left := make(chan error, 1)
	if s.In != nil {
		var typing sync.WaitGroup
		typing.Go(func() {
			if err := t.copyIn(s.In, keys); err != nil {
				left <- err
			}
		})
		defer func() {
			_ = s.In.Close()
			typing.Wait()
		}()
	}
	select {
	case err := <-left:
		t.conn.Close()
		<-output
		return err
	case err := <-output:
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
}

// copyIn sends what the user types until it ends. The error is why the user is
// not there any more; nil: what the process prints still counts.
func (t *Conversation) copyIn(in io.Reader, keys []byte) error {
	if t.tty {
		in = term.NewEscapeProxy(in, keys)
	}
	keyboard := &input{r: in}
	_, err := io.Copy(t.conn.Conn, keyboard)
	switch {
	case errors.As(err, &term.EscapeError{}):
		return ErrDetached
	case !keyboard.ended: // the process has
		return nil
	case t.tty: // in raw mode nobody can type an end
		return ErrGone
	case t.once:
		_ = t.conn.CloseWrite() // fails where the process has ended
	}
	return nil
}

// input remembers that it ended: a copy's error does not tell whose it is.
type input struct {
	r     io.Reader
	ended bool
}

func (i *input) Read(p []byte) (int, error) {
	n, err := i.r.Read(p)
	i.ended = i.ended || err != nil
	return n, err
}

// copyOut writes what the process prints until the engine ends the stream, which
// it does when it has sent everything.
func (t *Conversation) copyOut(s Streams) error {
	out, errs := &output{w: s.Out}, &output{w: s.Err}
	var err error
	if t.tty {
		_, err = io.Copy(out, t.conn.Reader)
	} else {
		err = frames.Split(out, errs, t.conn.Reader)
	}
	for _, o := range []*output{out, errs} {
		if o.err != nil {
			return fmt.Errorf("%w: %w", ErrNoReader, o.err)
		}
	}
	if err != nil {
		return fmt.Errorf("reading the output: %w", err)
	}
	return nil
}

// output remembers that a write failed: a copy's error does not tell whose it is.
type output struct {
	w   io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	o.err = err
	return n, err
}
