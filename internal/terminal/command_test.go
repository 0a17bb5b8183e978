package terminal

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
)

func TestCommandIsOneLine(t *testing.T) {
	c := Command{Name: "error", Data: "50% of\r\nit: a, b\x1b[2J"}
	c.Set("file", "a:b,c%\n::error::d.yaml")
	c.Set("line", "3")
	want := `::error file=a%3Ab%2Cc%25%0A%3A%3Aerror%3A%3Ad.yaml,line=3::50%25 of%0D%0Ait: a, b\x1b[2J`
	if got := c.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestGuardCommands(t *testing.T) {
	var b bytes.Buffer
	o := OutputOf(&b)
	o.GuardCommands()
	lines := []string{
		"plain", "a::error::b", "::error::b", "  ::set-output name=x::y", "\u00a0::stop-commands::x", "::", "x ##[add-mask]y", "####[group]z",
	}
	for _, l := range lines {
		if err := o.Show(Value(l)); err != nil {
			t.Fatal(err)
		}
	}
	want := `plain
a::error::b
\x3a:error::b
  \x3a:set-output name=x::y
` + "\u00a0" + `\x3a:stop-commands::x
\x3a:
x #\x23[add-mask]y
###\x23[group]z
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
	b.Reset()
	if err := o.Command(Command{Name: "endgroup"}); err != nil || b.String() != "::endgroup::\n" {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

// FuzzGuardCommands: whatever the text for people, the runner finds no command in it.
// What it takes for one: actions/runner, ActionCommand.cs.
func FuzzGuardCommands(f *testing.F) {
	for _, seed := range []string{"::error::x", " \t::a::", "\r::error::", "x ##[error]y", "##\x00[error]", "\u2028::error::", "\xff::error::"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var b bytes.Buffer
		o := OutputOf(&b)
		o.GuardCommands()
		_ = o.Show(append(Lines(text, 0), Value(text), Printed(text, Colored))...) // a buffer takes everything
		for _, line := range strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\n' || r == '\r' }) {
			if strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::") || strings.Contains(line, "##[") {
				t.Errorf("%q became %q", text, line)
			}
		}
	})
}
