package render_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/screentest"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

func values(texts ...string) []terminal.Text {
	var all []terminal.Text
	for _, t := range texts {
		all = append(all, terminal.Value(t))
	}
	return all
}

// TestFittedCountsWhatIsSeen: colours and links take no room.
func TestFittedCountsWhatIsSeen(t *testing.T) {
	style := render.StyleOf(io.Discard, render.Options{ANSI: render.ANSIAlways})
	table := render.Fitted{
		Columns: []render.FittedColumn{{Title: "NAME"}, {Title: "STATUS"}, {Title: "PORTS"}},
		Rows: [][]render.Cell{
			{{terminal.Value("web")}, {style.State("running", "", "Up")}, {style.Link("http://localhost:80", "a"), terminal.Value("81")}},
			{{terminal.Value("größer名")}, {terminal.Value("Exited")}, {}},
		},
	}
	var b terminal.Buffer
	b.Lines(table.Lines(render.FitTo{}, style)...)
	want := "\x1b[1mNAME       STATUS   PORTS\x1b[0m\n" +
		"web        \x1b[32mUp\x1b[0m       \x1b]8;;http://localhost:80\x1b\\a\x1b]8;;\x1b\\, 81\n" +
		"größer名   Exited\n"
	if b.String() != want {
		t.Errorf("got\n%q\nwant\n%q", b.String(), want)
	}
}

func TestStyleOfAPipe(t *testing.T) {
	var b bytes.Buffer
	plain := render.StyleOf(&b, render.Options{})
	if got := terminal.Join(plain.Link("http://x", "text"), plain.State("exited", "", "Exited")).String(); got != "textExited" {
		t.Errorf("got %q, want text alone", got)
	}
	noColor := render.StyleOf(&b, render.Options{ANSI: render.ANSIAlways, NoColor: true})
	if got := noColor.State("running", "unhealthy", "Up").String(); got != "Up" {
		t.Errorf("got %q, want no colour", got)
	}
	if got := noColor.Link("http://x", "text").String(); !strings.Contains(got, "\x1b]8;;http://x") {
		t.Errorf("got %q, want a link: it is no colour", got)
	}
	if got := noColor.Link("", "text").String(); got != "text" {
		t.Errorf("got %q, want no link", got)
	}
}

// TestScreen shows frames, each in one write and as much as fits; what is not new
// is not written.
func TestScreen(t *testing.T) {
	v := screentest.New(6, 3)
	s := render.NewScreen(v, nil)
	for i, tt := range []struct {
		lines  []terminal.Text
		writes int
		want   string
	}{
		{values("longer", "b", "does not fit"), 1, "longe\nb\n"},
		{values("longer", "b"), 1, "longe\nb\n"},
		{[]terminal.Text{terminal.Value("longer"), terminal.Value("c").In(terminal.Bold)}, 2, "longe\nc\n"},
		{values("d"), 3, "d\n"},
	} {
		if err := s.Show(tt.lines); err != nil {
			t.Fatal(err)
		}
		if got := v.Screen(); got != tt.want || v.Writes() != tt.writes {
			t.Errorf("frame %d: got %q in %d writes, want %q in %d", i, got, v.Writes(), tt.want, tt.writes)
		}
	}
	if err := s.Close(); err != nil || v.Hidden() || len(v.Unknown()) > 0 {
		t.Errorf("in the end: %v, cursor hidden: %v, not understood: %q", err, v.Hidden(), v.Unknown())
	}
}
