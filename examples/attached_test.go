package examples

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// attached is a compose that stays in the foreground.
type attached struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  transcript
	done chan struct{}
	err  error // of Wait, once done is closed
}

// attach starts a command that follows its services. It is ended with the test.
func (s *stack) attach(args ...string) *attached {
	s.t.Helper()
	a := &attached{t: s.t, cmd: s.command(context.Background(), args...), done: make(chan struct{})}
	a.cmd.Stdout, a.cmd.Stderr = &a.out, &a.out
	if err := a.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		defer close(a.done)
		a.err = a.cmd.Wait()
	}()
	s.t.Cleanup(func() {
		_ = a.cmd.Process.Kill() // fails where it has ended, as it should have
		<-a.done
		if s.t.Failed() {
			s.t.Logf("compose %s:\n%s", strings.Join(args, " "), a.out.String())
		}
	})
	return a
}

// interrupt presses Ctrl-C and returns the exit code.
func (a *attached) interrupt() int {
	a.t.Helper()
	if err := a.cmd.Process.Signal(os.Interrupt); err != nil {
		a.t.Fatal(err)
	}
	select {
	case <-a.done:
	case <-time.After(patience):
		a.t.Fatalf("still there %v after Ctrl-C", patience)
	}
	var exit *exec.ExitError
	if a.err != nil && !errors.As(a.err, &exit) {
		a.t.Fatal(a.err)
	}
	return a.cmd.ProcessState.ExitCode()
}

// await waits until the command has printed the text.
func (a *attached) await(want string) {
	a.t.Helper()
	timeout := time.After(patience)
	for {
		text, more := a.out.next()
		if strings.Contains(text, want) {
			return
		}
		select {
		case <-more:
		case <-a.done:
			if !strings.Contains(a.out.String(), want) {
				a.t.Fatalf("ended without printing %q", want)
			}
			return
		case <-timeout:
			a.t.Fatalf("did not print %q within %v", want, patience)
		}
	}
}

// transcript is what a running command printed so far.
type transcript struct {
	mu   sync.Mutex // guards below
	buf  bytes.Buffer
	more chan struct{} // closed at the next write
}

// Write adds to the transcript.
func (o *transcript) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.more != nil {
		close(o.more)
		o.more = nil
	}
	return o.buf.Write(p)
}

// next returns the text so far and a channel that is closed when there is more.
func (o *transcript) next() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.more == nil {
		o.more = make(chan struct{})
	}
	return o.buf.String(), o.more
}

// String is the text so far.
func (o *transcript) String() string {
	text, _ := o.next()
	return text
}
