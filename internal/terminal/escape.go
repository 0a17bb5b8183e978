package terminal

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Manner says what kind of text goes to a terminal, and so what is left of it.
// In all of them C1 controls, bidirectional controls and bytes that are no UTF-8
// are shown escaped: \u009b, \u202e, \xff.
type Manner uint8

const (
	// name is a text in one line: a tab or a line end is a space, and all other
	// control characters are shown escaped. Colours are left out.
	name Manner = iota
	// document is name with its tabs and line ends.
	document
	// Plain is a line that a program printed. What would move the cursor, and
	// other sequences and control characters, are left out, and its colours.
	Plain
	// Colored is Plain with the colours: ESC [ digits, ; and : and then m.
	Colored
)

// printed tells whether a program printed it.
func (m Manner) printed() bool { return m >= Plain }

// Clean is a text in one line as Value shows it.
func Clean(s string) string { return clean(s, name) }

// CleanPrinted is a line that a program printed, as Plain.
func CleanPrinted(s string) string { return clean(s, Plain) }

func clean(s string, m Manner) string {
	if harmless([]byte(s)) == len(s) {
		return s
	}
	return string(appendClean(nil, []byte(s), m))
}

// appendClean appends text without what a terminal would obey. It is the one
// place that decides so.
func appendClean(dst, text []byte, m Manner) []byte {
	for {
		n := harmless(text)
		dst = append(dst, text[:n]...)
		if text = text[n:]; len(text) == 0 {
			return dst
		}
		dst, n = appendControl(dst, text, m)
		text = text[n:]
	}
}

// harmless is the length of what text begins with that a terminal only shows.
func harmless(text []byte) int {
	i := 0
	for i < len(text) {
		if c := text[i]; c-0x20 < 0x7f-0x20 {
			i++
			continue
		} else if c < 0x80 {
			return i
		}
		r, size := utf8.DecodeRune(text[i:])
		if size == 1 || Commands(r) {
			return i
		}
		i += size
	}
	return i
}

// Commands tells of characters beyond ASCII that command rather than show: C1,
// line and paragraph ends, and those that turn the direction of what follows or
// annotate it.
func Commands(r rune) bool {
	switch {
	case r < 0xa0, r == 0x061c:
		return true
	case r < 0x200e:
		return false
	}
	return r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x206f || r >= 0xfff9 && r <= 0xfffb
}

// appendControl appends what is shown for the character that text begins with,
// which is not harmless, and returns its length. An escape sequence counts as
// one where it is left out or is a colour.
func appendControl(dst, text []byte, m Manner) ([]byte, int) {
	c := text[0]
	switch {
	case c >= 0x80:
		r, size := utf8.DecodeRune(text)
		if size == 1 {
			return fmt.Appendf(dst, `\x%02x`, c), 1
		}
		return fmt.Appendf(dst, `\u%04x`, r), size
	case c == 0x1b:
		n, color := sequence(text)
		if color && m == Colored {
			return append(dst, text[:n]...), n
		}
		if color || m.printed() {
			return dst, n
		}
	case c == '\t' && m != name, c == '\n' && m == document:
		return append(dst, c), 1
	case m.printed():
		return dst, 1
	case m == name && c == '\r' && len(text) > 1 && text[1] == '\n':
		return dst, 1
	case m == name && c >= '\t' && c <= '\r':
		return append(dst, ' '), 1
	case c == 0x7f:
		return append(dst, `\u007f`...), 1 // as JSON would have it
	}
	return fmt.Appendf(dst, `\x%02x`, c), 1
}

// sequence is the length of the escape sequence that b begins with, and whether
// it is a colour. A control character, which a terminal would carry out inside
// the sequence, ends it and is no part of it; one that does not end takes all.
func sequence(b []byte) (n int, color bool) {
	if len(b) < 2 {
		return len(b), false
	}
	switch b[1] {
	case '[':
		n = 2 + span(b[2:], 0x20, 0x3f)
		if n == len(b) || b[n] < 0x40 || b[n] > 0x7e {
			return n, false
		}
		return n + 1, b[n] == 'm' && n < longestColor && span(b[2:n], '0', ';') == n-2 // digits, ; and :
	case ']', 'P', 'X', '^', '_': // strings, which end with BEL or ESC \
		n = 2 + textual(b[2:])
		switch {
		case n < len(b) && b[n] == 0x07:
			return n + 1, false
		case n+1 < len(b) && b[n] == 0x1b && b[n+1] == '\\':
			return n + 2, false
		}
		return n, false
	}
	n = 1 + span(b[1:], 0x20, 0x2f)
	if n < len(b) && b[n] >= 0x30 && b[n] <= 0x7e {
		n++
	}
	return n, false
}

// longestColor is more than a sequence with two colours of three bytes takes.
const longestColor = 128

// span is how many bytes of b, from its start, are from low to high.
func span(b []byte, low, high byte) int {
	i := 0
	for i < len(b) && b[i] >= low && b[i] <= high {
		i++
	}
	return i
}

// textual is how many bytes of b come before a control character.
func textual(b []byte) int {
	i := 0
	for i < len(b) && b[i] >= 0x20 && b[i] != 0x7f {
		i++
	}
	return i
}

// Lines are the lines of a message, as Values but with their tabs. Those behind
// the first begin with two spaces at least, so that a text cannot pretend that
// another message begins.
func Lines(s string) []Text {
	var lines []Text
	for line := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		if len(lines) > 0 && strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "  ") {
			line = "  " + line
		}
		lines = append(lines, text(clean(strings.TrimRight(line, "\r"), document)))
	}
	return lines
}
