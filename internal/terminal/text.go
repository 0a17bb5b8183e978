package terminal

import (
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
)

// Text is a line that may be written on a terminal as it is: strings that passed
// Value or Printed, with colours and links around them. An Output prints no other
// text with colours.
type Text struct {
	s     string
	width int
}

// Value returns s as a Text of one line: a name, a reference, a path, a message.
// Control characters are shown escaped; tabs and line ends become a space.
func Value(s string) Text { return text(Clean(s)) }

// Printed returns a line that a program printed as a Text. With Colored, a reset of
// colours follows a line that has any.
func Printed(s string, f Filter) Text {
	shown := clean(s, f)
	t := Text{shown, runewidth.StringWidth(CleanPrinted(shown))}
	if f == Colored && strings.IndexByte(shown, 0x1b) >= 0 {
		t.s += "\x1b[0m"
	}
	return t
}

func text(s string) Text { return Text{s, runewidth.StringWidth(s)} }

// String returns the bytes that are written, with control sequences.
func (t Text) String() string { return t.s }

// Len is the length of String in bytes.
func (t Text) Len() int { return len(t.s) }

// Width is how many columns of a terminal the text takes.
func (t Text) Width() int { return t.width }

// Join returns the texts one after the other, in one line.
func Join(texts ...Text) Text {
	var all Text
	for _, t := range texts {
		all.s += t.s
		all.width += t.width
	}
	return all
}

// Color is the number of a terminal's colour or weight, the parameter of SGR; 0 is
// none.
type Color uint8

// The colours that are used by name.
const (
	Bold    Color = 1
	Dim     Color = 2
	inverse Color = 7
	Red     Color = 31
	Green   Color = 32
	Yellow  Color = 33
	Blue    Color = 34
)

// In returns the text in a colour.
func (t Text) In(c Color) Text {
	if c == 0 || t.s == "" {
		return t
	}
	t.s = "\x1b[" + strconv.Itoa(int(c)) + "m" + t.s + "\x1b[0m"
	return t
}

// Link returns the text as a link to url (OSC 8). Terminals without links show the
// text alone. An empty url, or one with characters other than printable ASCII,
// adds no link.
func (t Text) Link(url string) Text {
	if url == "" || span([]byte(url), '!', '~') < len(url) {
		return t
	}
	t.s = "\x1b]8;;" + url + "\x1b\\" + t.s + "\x1b]8;;\x1b\\"
	return t
}

// Cut returns the text cut off at width columns. A text that is cut loses its
// colours.
func (t Text) Cut(width int) Text {
	if t.width <= width {
		return t
	}
	return text(runewidth.Truncate(CleanPrinted(t.s), max(width, 0), ""))
}

// Shorten returns the text in at most width columns. "…" stands for the end that is cut
// off, and a text that is cut loses its colours.
func (t Text) Shorten(width int) Text {
	if t.width <= width {
		return t
	}
	return text(runewidth.Truncate(CleanPrinted(t.s), max(width, 0), "…"))
}

// ShortenStart is Shorten that cuts off the start.
func (t Text) ShortenStart(width int) Text {
	if t.width <= width {
		return t
	}
	return text(runewidth.TruncateLeft(CleanPrinted(t.s), t.width-max(width-1, 0), "…"))
}
