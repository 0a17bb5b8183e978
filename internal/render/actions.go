package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// Annotate writes an error as annotations of GitHub Actions, one for each of the errors
// that were joined: with file and line where they are known. path makes a path in the
// repository of a file's name. An error of the write is dropped.
func Annotate(w io.Writer, err error, path func(string) string) {
	each(err, func(e error, message string, hints []string) {
		text := message
		c := terminal.Command{Name: "error"}
		if p, ok := hint.PlaceOf(e); ok && p.File != "" {
			text = p.Text
			c.Set("file", path(p.File))
			if p.Line > 0 {
				c.Set("line", fmt.Sprint(p.Line))
			}
			if p.Column > 0 {
				c.Set("col", fmt.Sprint(p.Column))
			}
		}
		for _, line := range hint.LogsOf(e) {
			text += "\n| " + line
		}
		for _, h := range hints {
			text += "\nhint: " + h
		}
		c.Data = text
		_ = terminal.OutputOf(w).Command(c)
	})
}

// folds fold the output of builds on GitHub Actions: the lines of one build at a time
// are a group; those of others wait until it has ended.
type folds struct {
	to   *terminal.Output
	open event.Ref   // whose lines are printed; zero: no group is open
	next []event.Ref // that have lines which wait, in their order
	kept map[event.Ref][]terminal.Text
	done map[event.Ref]bool
}

func newFolds(to *terminal.Output) *folds {
	return &folds{to: to, kept: map[event.Ref][]terminal.Text{}, done: map[event.Ref]bool{}}
}

// line prints a line of a build, or keeps it.
func (f *folds) line(ref event.Ref, text terminal.Text) {
	switch {
	case f.open == ref:
		show(f.to, text)
	case f.open == event.Ref{}:
		f.begin(ref)
		show(f.to, text)
	default:
		if f.kept[ref] == nil {
			f.next = append(f.next, ref)
		}
		f.kept[ref] = append(f.kept[ref], text)
	}
}

// ended closes the group of a build that is over, and prints what waited for that.
func (f *folds) ended(ref event.Ref) {
	if f.open != ref {
		f.done[ref] = true
		return
	}
	f.end()
	for len(f.next) > 0 {
		ref := f.next[0]
		f.next = f.next[1:]
		f.begin(ref)
		show(f.to, f.kept[ref]...)
		delete(f.kept, ref)
		if !f.done[ref] {
			return // the rest comes as it is printed
		}
		f.end()
	}
}

// close prints all that is left.
func (f *folds) close() {
	for _, ref := range f.next {
		f.done[ref] = true
	}
	if f.open != (event.Ref{}) {
		f.ended(f.open)
	}
}

func (f *folds) begin(ref event.Ref) {
	f.open = ref
	name := ref.Service
	if name == "" {
		name = ref.Name
	}
	_ = f.to.Command(terminal.Command{Name: "group", Data: "Building " + strings.TrimSpace(name)})
}

func (f *folds) end() {
	f.open = event.Ref{}
	_ = f.to.Command(terminal.Command{Name: "endgroup"})
}
