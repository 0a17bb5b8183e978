package build

import (
	"bytes"
	"context"
	"strings"
	"sync/atomic"

	bkclient "github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/progress/progressui"
	digest "github.com/opencontainers/go-digest"
)

// watch shows a build's progress as lines of output until statuses is closed,
// and then sends what it saw of a failed step.
func (b *Builder) watch(j job, statuses <-chan *bkclient.SolveStatus) <-chan stepFailure {
	watched := make(chan stepFailure, 1)
	out := &lineWriter{emit: func(line string) { b.out(j, line) }}
	go func() {
		seen := newSteps()
		shown := make(chan *bkclient.SolveStatus)
		done := make(chan struct{})
		go func() {
			defer close(done)
			b.show(out, shown)
		}()
		for s := range statuses {
			seen.add(s)
			shown <- s
		}
		out.end()
		close(shown)
		<-done
		watched <- seen.failure()
	}()
	return watched
}

// collect reads statuses to their end and sends what it saw of a failed step.
func collect(statuses <-chan *bkclient.SolveStatus) <-chan stepFailure {
	collected := make(chan stepFailure, 1)
	go func() {
		seen := newSteps()
		for s := range statuses {
			seen.add(s)
		}
		collected <- seen.failure()
	}()
	return collected
}

// show reads statuses to their end.
func (b *Builder) show(out *lineWriter, statuses chan *bkclient.SolveStatus) {
	mode := progressui.PlainMode
	if b.o.Quiet {
		mode = progressui.QuietMode
	}
	display, err := progressui.NewDisplay(out, mode)
	if err == nil {
		// It ends with the channel; its warnings are among the lines.
		_, err = display.UpdateFrom(context.Background(), statuses)
	}
	if err != nil {
		out.emit(err.Error())
	}
	for range statuses {
	}
	out.flush()
}

// maxLine is from how many bytes on a line without an end comes in pieces.
const maxLine = 64 << 10

// lineWriter cuts what the display writes into lines. It is used by one
// goroutine, but for end.
type lineWriter struct {
	emit  func(line string)
	rest  []byte // of a line whose end has not come yet
	ended atomic.Bool
	mute  bool
}

// repetition is the line after which the display repeats the output of failed steps, which
// the error has as well. The lines of steps begin with "#".
const repetition = "------"

// end says that the build is over, and that only what is left will be written.
func (w *lineWriter) end() { w.ended.Store(true) }

// Write implements io.Writer; it never fails.
func (w *lineWriter) Write(p []byte) (int, error) {
	n := len(p)
	for {
		line, rest, ok := bytes.Cut(p, []byte("\n"))
		if !ok {
			if w.rest = append(w.rest, line...); len(w.rest) > maxLine {
				w.flush()
			}
			return n, nil
		}
		w.line(string(append(w.rest, line...)))
		w.rest, p = w.rest[:0], rest
	}
}

func (w *lineWriter) line(text string) {
	text = strings.TrimRight(text, "\r")
	if w.ended.Load() && text == repetition {
		w.mute = true
	}
	if !w.mute {
		w.emit(text)
	}
}

// flush emits a last line that has no end.
func (w *lineWriter) flush() {
	if len(w.rest) > 0 {
		w.line(string(w.rest))
		w.rest = nil
	}
}

// keptLines is how much of a failed step's output goes into the error.
const keptLines = 20

// stepFailure is what a build printed of the step that failed.
type stepFailure struct {
	step   string // as in "[2/3] RUN make"; "": no step failed
	output []string
}

// steps remembers the last lines of every step.
type steps struct {
	names  map[digest.Digest]string
	tails  map[digest.Digest]*tail
	failed digest.Digest
}

func newSteps() *steps {
	return &steps{names: map[digest.Digest]string{}, tails: map[digest.Digest]*tail{}}
}

func (s *steps) add(status *bkclient.SolveStatus) {
	for _, v := range status.Vertexes {
		s.names[v.Digest] = v.Name
		if v.Error != "" && !strings.HasSuffix(v.Error, context.Canceled.Error()) && s.failed == "" {
			s.failed = v.Digest
		}
	}
	for _, l := range status.Logs {
		t := s.tails[l.Vertex]
		if t == nil {
			t = &tail{}
			s.tails[l.Vertex] = t
		}
		t.write(l.Data)
	}
}

func (s *steps) failure() stepFailure {
	f := stepFailure{step: s.names[s.failed]}
	if t := s.tails[s.failed]; t != nil {
		f.output = t.all()
	}
	return f
}

// tail keeps the last lines of what is written to it.
type tail struct {
	lines []string
	rest  string
}

func (t *tail) write(p []byte) {
	parts := strings.Split(t.rest+string(p), "\n")
	if len(parts[len(parts)-1]) > maxLine {
		parts = append(parts, "")
	}
	t.rest = parts[len(parts)-1]
	t.lines = append(t.lines, parts[:len(parts)-1]...)
	if extra := len(t.lines) - keptLines; extra > 0 {
		t.lines = append(t.lines[:0], t.lines[extra:]...)
	}
}

func (t *tail) all() []string {
	if t.rest == "" {
		return t.lines
	}
	return append(t.lines, t.rest)
}
