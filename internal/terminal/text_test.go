package terminal

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestClean: what is left of a text in each manner.
func TestClean(t *testing.T) {
	for _, tt := range []struct{ text, oneLine, multiLine, plain, colored string }{
		{"größe 日本 👨‍👩‍👧", "größe 日本 👨‍👩‍👧", "größe 日本 👨‍👩‍👧", "größe 日本 👨‍👩‍👧", "größe 日本 👨‍👩‍👧"},
		{"\x1b[1;38:5:3mred\x1b[m", "red", "red", "red", "\x1b[1;38:5:3mred\x1b[m"},
		{"a\x1b[2Jb", `a\x1b[2Jb`, `a\x1b[2Jb`, "ab", "ab"},
		{"\x1b[\x1b#8m", `\x1b[\x1b#8m`, `\x1b[\x1b#8m`, "m", "m"},
		{"\x1b[\b\bm", `\x1b[\x08\x08m`, `\x1b[\x08\x08m`, "m", "m"},
		{"\x1b[>4;1m\x1b[?4m\x1b[1 mx", `\x1b[>4;1m\x1b[?4m\x1b[1 mx`, `\x1b[>4;1m\x1b[?4m\x1b[1 mx`, "x", "x"},
		{"\x1b]52;c;aGk=\ax", `\x1b]52;c;aGk=\x07x`, `\x1b]52;c;aGk=\x07x`, "x", "x"},
		{"\x1b]0;a\x1b\\x\x1b]0;b\rc", `\x1b]0;a\x1b\x\x1b]0;b c`, `\x1b]0;a\x1b\x\x1b]0;b\x0dc`, "xc", "xc"},
		{"a\tb\nc\r\nd\re", "a b c d e", "a\tb\nc\\x0d\nd\\x0de", "a\tbcde", "a\tbcde"},
		{"\u009b2J\x9b2J\u202e\u2069\u200f\u061c\u2028", `\u009b2J\x9b2J\u202e\u2069\u200f\u061c\u2028`, `\u009b2J\x9b2J\u202e\u2069\u200f\u061c\u2028`, `\u009b2J\x9b2J\u202e\u2069\u200f\u061c\u2028`, `\u009b2J\x9b2J\u202e\u2069\u200f\u061c\u2028`},
		{"\x7f\x00\xff\xe2\x82", `\u007f\x00\xff\xe2\x82`, `\u007f\x00\xff\xe2\x82`, `\xff\xe2\x82`, `\xff\xe2\x82`},
	} {
		for m, want := range []string{oneLine: tt.oneLine, multiLine: tt.multiLine, Plain: tt.plain, Colored: tt.colored} {
			if got := clean(tt.text, Filter(m)); got != want {
				t.Errorf("%q with filter %d: got %q, want %q", tt.text, m, got, want)
			}
		}
	}
}

// FuzzClean: what is left is text, is shown as wide as it is counted, and is left
// alone when it passes again.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"a", "\x1b[31m", "\x1b[\x1b#8m", "\u202e", "\xff", "a\r\nb\tc"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range []Filter{oneLine, multiLine, Plain, Colored} {
			got := clean(s, m)
			if !utf8.ValidString(got) {
				t.Errorf("filter %d of %q is not UTF-8: %q", m, s, got)
			}
			if again := clean(got, m); again != got {
				t.Errorf("filter %d of %q is %q, and of that %q", m, s, got, again)
			}
			for _, r := range got {
				allowed := r == 0x1b && m == Colored || r == '\t' && m != oneLine || r == '\n' && m == multiLine
				if (r < 0x20 || r == 0x7f || r >= 0x80 && IsControl(r)) && !allowed {
					t.Errorf("filter %d of %q lets %U pass: %q", m, s, r, got)
				}
			}
		}
		if v := Value(s); v.Width() != text(v.String()).width {
			t.Errorf("%q is counted as %d columns", v, v.Width())
		}
	})
}

// TestLines: a message's further lines cannot pretend to be messages.
func TestLines(t *testing.T) {
	var b Buffer
	b.Lines(Lines("boom\nhint: run this\r\n Container x Removed\n\n   deep\x1b[2J\n", 0)...)
	if want := "boom\n  hint: run this\n   Container x Removed\n\n   deep\\x1b[2J\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

// TestLink: what is no URL is no link.
func TestLink(t *testing.T) {
	for url, want := range map[string]string{
		"http://localhost:80": "\x1b]8;;http://localhost:80\x1b\\x\x1b]8;;\x1b\\",
		"":                    "x", "http://a b": "x", "http://\a": "x", "http://\x1b\\": "x", "http://ü": "x",
	} {
		if got := Value("x").Link(url).String(); got != want {
			t.Errorf("%q: got %q, want %q", url, got, want)
		}
	}
}

// pretended is a terminal that keeps what it gets.
type pretended struct{ strings.Builder }

func (*pretended) Size() (int, int, bool) { return 80, 24, true }

// TestOutput: a terminal gets text, in whatever pieces it comes; a pipe gets the
// bytes.
func TestOutput(t *testing.T) {
	const all = "a\tü\n\x1b[2J日本\xff\u202e\r\n"
	for size := 1; size < len(all); size++ {
		var tty pretended
		var pipe strings.Builder
		to := []*Output{OutputOf(&tty), OutputOf(&pipe)}
		for rest := all; rest != ""; {
			n := min(size, len(rest))
			for _, o := range to {
				if got, err := o.Write([]byte(rest[:n])); got != n || err != nil {
					t.Fatal(got, err)
				}
			}
			rest = rest[n:]
		}
		if want := "a\tü\n\\x1b[2J日本\\xff\\u202e\\x0d\n"; tty.String() != want || pipe.String() != all {
			t.Errorf("in pieces of %d: got %q and %q, want %q and the bytes", size, tty.String(), pipe.String(), want)
		}
	}
}

// TestPrintData: data that shares a buffer with texts is filtered with them.
func TestPrintData(t *testing.T) {
	var tty pretended
	var b, above Buffer
	b.Add(Value("x").In(Red))
	b.Data([]byte("\x1b[2J\n"))
	if err := OutputOf(&tty).Print(&b); err != nil {
		t.Fatal(err)
	}
	above.Append(&b)
	if want := "x\\x1b[2J\n"; tty.String() != want || above.String() != want {
		t.Errorf("got %q and %q, want %q", tty.String(), above.String(), want)
	}
}
