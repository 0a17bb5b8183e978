package terminal

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Filter is a rule for what of a text from elsewhere a terminal gets. Under every
// rule C1 controls, bidirectional controls and bytes that are not UTF-8 are
// replaced by their escaped forms: \u009b, \u202e, \xff.
type Filter uint8

const (
	// oneLine is for names and messages of one line. Tabs and line ends become a
	// space, colours are removed, other control characters are shown escaped.
	oneLine Filter = iota
	// multiLine is oneLine, but tabs and line ends stay.
	multiLine
	// Plain is for a line that a program printed. Colours, other escape sequences
	// and control characters are removed.
	Plain
	// Colored is Plain, but colours stay: ESC [ digits, ; and : and then m.
	Colored
)

// printed tells whether the filter is for lines that a program printed.
func (f Filter) printed() bool { return f >= Plain }

// Clean returns s as Value shows it, in one line.
func Clean(s string) string { return clean(s, oneLine) }

// CleanPrinted returns a line that a program printed as Plain leaves it.
func CleanPrinted(s string) string { return clean(s, Plain) }

func clean(s string, f Filter) string {
	if printableLen([]byte(s)) == len(s) {
		return s
	}
	return string(appendClean(nil, []byte(s), f))
}

// appendClean appends text without what controls a terminal. All text that is shown
// passes through it; no other function decides what a terminal may get.
func appendClean(dst, text []byte, f Filter) []byte {
	for {
		n := printableLen(text)
		dst = append(dst, text[:n]...)
		if text = text[n:]; len(text) == 0 {
			return dst
		}
		dst, n = appendControl(dst, text, f)
		text = text[n:]
	}
}

// printableLen is the length in bytes of the longest beginning of text that holds
// no character that controls a terminal.
func printableLen(text []byte) int {
	i := 0
	for i < len(text) {
		if c := text[i]; c-0x20 < 0x7f-0x20 {
			i++
			continue
		} else if c < 0x80 {
			return i
		}
		r, size := utf8.DecodeRune(text[i:])
		if size == 1 || IsControl(r) {
			return i
		}
		i += size
	}
	return i
}

// IsControl tells whether a character beyond ASCII controls a terminal: C1
// controls, line and paragraph separators, bidirectional controls, and
// interlinear annotations. r must be 0x80 or more.
func IsControl(r rune) bool {
	switch {
	case r < 0xa0, r == 0x061c:
		return true
	case r < 0x200e:
		return false
	}
	return r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x206f || r >= 0xfff9 && r <= 0xfffb
}

// appendControl appends what is shown for the control character that text begins
// with, and returns how many bytes of text that replaces. An escape sequence is
// replaced as a whole where it is removed or is a colour that stays.
func appendControl(dst, text []byte, f Filter) ([]byte, int) {
	c := text[0]
	switch {
	case c >= 0x80:
		r, size := utf8.DecodeRune(text)
		if size == 1 {
			return fmt.Appendf(dst, `\x%02x`, c), 1
		}
		return fmt.Appendf(dst, `\u%04x`, r), size
	case c == 0x1b:
		n, color := sequenceLen(text)
		if color && f == Colored {
			return append(dst, text[:n]...), n
		}
		if color || f.printed() {
			return dst, n
		}
	case c == '\t' && f != oneLine, c == '\n' && f == multiLine:
		return append(dst, c), 1
	case f.printed():
		return dst, 1
	case f == oneLine && c == '\r' && len(text) > 1 && text[1] == '\n':
		return dst, 1
	case f == oneLine && c >= '\t' && c <= '\r':
		return append(dst, ' '), 1
	case c == 0x7f:
		return append(dst, `\u007f`...), 1 // as JSON would have it
	}
	return fmt.Appendf(dst, `\x%02x`, c), 1
}

// sequenceLen returns the length in bytes of the escape sequence that b begins
// with, and whether it sets a colour. A control character inside the sequence ends
// it and is not part of it: terminals carry it out. A sequence without an end is
// all of b.
func sequenceLen(b []byte) (n int, color bool) {
	if len(b) < 2 {
		return len(b), false
	}
	switch b[1] {
	case '[':
		n = 2 + span(b[2:], 0x20, 0x3f)
		if n == len(b) || b[n] < 0x40 || b[n] > 0x7e {
			return n, false
		}
		return n + 1, b[n] == 'm' && n < maxColorLen && span(b[2:n], '0', ';') == n-2 // digits, ; and :
	case ']', 'P', 'X', '^', '_': // strings, which end with BEL or ESC \
		n = 2 + textLen(b[2:])
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

// maxColorLen is the length in bytes above which a sequence is no colour. Foreground
// and background as 24 bits take less than 40.
const maxColorLen = 128

// span returns how many bytes at the start of b are in the range low to high.
func span(b []byte, low, high byte) int {
	i := 0
	for i < len(b) && b[i] >= low && b[i] <= high {
		i++
	}
	return i
}

// textLen returns how many bytes of b come before its first control character.
func textLen(b []byte) int {
	i := 0
	for i < len(b) && b[i] >= 0x20 && b[i] != 0x7f {
		i++
	}
	return i
}

// Lines returns the lines of a message, each as a Value that keeps its tabs. All
// but the first begin with two spaces at least, so that no text looks like the
// beginning of another message. Lines longer than cols are broken between words; with
// cols 0 none is.
func Lines(s string, cols int) []Text {
	var lines []Text
	for line := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		if len(lines) > 0 && strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "  ") {
			line = "  " + line
		}
		line = clean(strings.TrimRight(line, "\r"), multiLine)
		indent := len(line) - len(strings.TrimLeft(line, " ")) + 2
		for _, part := range Broken(line, cols, indent) {
			lines = append(lines, text(part))
		}
	}
	return lines
}
