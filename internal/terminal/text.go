package terminal

import (
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"
)

// Text is a line of text that may be written on a terminal as it is: what Value
// or Printed left of strings, in colours and links that were put around them. It
// is the only kind of text that an Output prints with colours.
type Text struct {
	s     string
	width int
}

// Value is a text for one line: names, references, paths, messages. Control
// characters of any kind are shown escaped, tabs and line ends as a space.
func Value(s string) Text { return text(Clean(s)) }

// Printed is a line that a program printed; with Colored, its colours end with it.
func Printed(s string, m Manner) Text {
	shown := clean(s, m)
	t := Text{shown, runewidth.StringWidth(CleanPrinted(shown))}
	if m == Colored && strings.IndexByte(shown, 0x1b) >= 0 {
		t.s += "\x1b[0m"
	}
	return t
}

func text(s string) Text { return Text{s, runewidth.StringWidth(s)} }

// String is what is written.
func (t Text) String() string { return t.s }

// Len is in bytes.
func (t Text) Len() int { return len(t.s) }

// Width is in columns, as they are seen.
func (t Text) Width() int { return t.width }

// Join puts texts one behind the other.
func Join(texts ...Text) Text {
	var all Text
	for _, t := range texts {
		all.s += t.s
		all.width += t.width
	}
	return all
}

// Color is the number of a terminal's colour or weight; 0 is none.
type Color uint8

// The colours that have a meaning.
const (
	Bold    Color = 1
	Dim     Color = 2
	inverse Color = 7
	Red     Color = 31
	Green   Color = 32
	Yellow  Color = 33
	Blue    Color = 34
)

// In is the text in a colour.
func (t Text) In(c Color) Text {
	if c == 0 || t.s == "" {
		return t
	}
	t.s = "\x1b[" + strconv.Itoa(int(c)) + "m" + t.s + "\x1b[0m"
	return t
}

// Link is the text, which terminals open url for when it is clicked (OSC 8).
// Those that do not know links show the text alone. What is no URL is no link.
func (t Text) Link(url string) Text {
	if url == "" || span([]byte(url), '!', '~') < len(url) {
		return t
	}
	t.s = "\x1b]8;;" + url + "\x1b\\" + t.s + "\x1b]8;;\x1b\\"
	return t
}

// Cut is the text in at most so many columns. One that is cut loses its colours.
func (t Text) Cut(width int) Text {
	if t.width <= width {
		return t
	}
	return text(runewidth.Truncate(CleanPrinted(t.s), max(width, 0), ""))
}
