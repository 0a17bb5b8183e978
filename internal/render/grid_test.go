package render_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/internal/render"
)

func TestGridCountsWhatIsSeen(t *testing.T) {
	var b bytes.Buffer
	style := render.StyleOf(&b, render.Options{ANSI: render.ANSIAlways})
	rows := [][]string{
		{"web", style.State("running", "", "Up"), style.Link("http://localhost:80", "a")},
		{"größer名", "Exited", ""},
	}
	if err := render.Grid(&b, []string{"Name", "Status", "Ports"}, rows); err != nil {
		t.Fatal(err)
	}
	want := "NAME       STATUS   PORTS\n" +
		"web        \x1b[32mUp\x1b[0m       \x1b]8;;http://localhost:80\x1b\\a\x1b]8;;\x1b\\\n" +
		"größer名   Exited   \n"
	if b.String() != want {
		t.Errorf("got\n%q\nwant\n%q", b.String(), want)
	}
}

func TestStyleOfAPipe(t *testing.T) {
	var b bytes.Buffer
	plain := render.StyleOf(&b, render.Options{})
	if got := plain.Link("http://x", "text") + plain.State("exited", "", "Exited"); got != "textExited" {
		t.Errorf("got %q, want text alone", got)
	}
	noColor := render.StyleOf(&b, render.Options{ANSI: render.ANSIAlways, NoColor: true})
	if got := noColor.State("running", "unhealthy", "Up"); got != "Up" {
		t.Errorf("got %q, want no colour", got)
	}
	if got := noColor.Link("http://x", "text"); !strings.Contains(got, "\x1b]8;;http://x") {
		t.Errorf("got %q, want a link: it is no colour", got)
	}
	if got := noColor.Link("", "text"); got != "text" {
		t.Errorf("got %q, want no link", got)
	}
}

// sized is a terminal of a size.
type sized struct {
	bytes.Buffer
	writes     int
	cols, rows int
}

func (s *sized) Size() (int, int, bool) { return s.cols, s.rows, true }

func (s *sized) Write(p []byte) (int, error) {
	s.writes++
	return s.Buffer.Write(p)
}

func TestScreen(t *testing.T) {
	w := &sized{cols: 4, rows: 3}
	s := render.NewScreen(w)
	for _, lines := range [][]string{{"longer", "b", "does not fit"}, {"c"}} {
		if err := s.Show(lines); err != nil {
			t.Fatal(err)
		}
	}
	want := "\x1b[2J\x1b[Hlong\x1b[K\r\nb\x1b[K\r\n\x1b[J" + "\x1b[Hc\x1b[K\r\n\x1b[J"
	if w.String() != want || w.writes != 2 {
		t.Errorf("got %q in %d writes, want %q in 2", w.String(), w.writes, want)
	}
}
