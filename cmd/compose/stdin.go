package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// readable is the program's input as long as ctx lasts: a read that is under
// way then ends with ctx's cause. release gives back what it holds.
func (a *app) readable(ctx context.Context) (in io.Reader, release func()) {
	input := terminal.NewInput(a.stdin)
	stop := context.AfterFunc(ctx, func() { _ = input.Close() })
	return boundReader{ctx, input}, func() {
		stop()
		input.Release()
	}
}

// boundReader tells the end of its context from the end of the stream.
type boundReader struct {
	ctx context.Context // as long as which it reads
	r   io.Reader
}

func (b boundReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.ctx.Err() != nil {
		return n, context.Cause(b.ctx)
	}
	return n, err
}

// asked is a question whose last line is the question itself.
func asked(text string) *terminal.Buffer {
	var b terminal.Buffer
	at := strings.LastIndexByte(text, '\n') + 1
	if at > 0 {
		b.Lines(terminal.Lines(text[:at], 0)...)
	}
	b.Add(terminal.Value(text[at:] + " "))
	return &b
}

// ask writes a question to w and returns the line that the user, or a pipe,
// answers it with; "" where there is nobody.
func (a *app) ask(ctx context.Context, w *terminal.Output, question string) (answer string, err error) {
	if m := a.asks.Load(); m != nil { // it reads the input
		return m.ask(ctx, question)
	}
	if err := w.Print(asked(question)); err != nil {
		return "", err
	}
	answer, err = a.readLine(ctx)
	if err != nil {
		fmt.Fprintln(w) // nobody pressed return: what follows begins a line
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the answer: %w", err)
	}
	return answer, nil
}

// readLine takes one line of the program's input and no more of it: the next is
// for the next question. The error is io.EOF where the input ended before the
// line did.
func (a *app) readLine(ctx context.Context) (string, error) {
	in, release := a.readable(ctx)
	defer release()
	var line []byte
	for next := make([]byte, 1); ; {
		n, err := in.Read(next)
		if n > 0 && next[0] == '\n' {
			return strings.TrimSpace(string(line)), nil
		}
		line = append(line, next[:n]...)
		if err != nil {
			return strings.TrimSpace(string(line)), err
		}
	}
}
