package render

import (
	"bytes"
	"strings"
)

// cleaning says what appendClean leaves in.
type cleaning struct {
	// afterCR is printed after a carriage return inside the line, so that what
	// overwrites the line does not overwrite its prefix.
	afterCR []byte
	colors  bool
}

// appendClean appends a line for a terminal that others write to as well: it
// may colour its text, and must not move the cursor, clear the screen, switch
// the character set or ring. Bytes that are no UTF-8 pass: a terminal shows
// them as it likes.
func appendClean(dst, line []byte, c cleaning) []byte {
	line = bytes.TrimRight(line, "\r")
	colored := false
	for i := 0; i < len(line); {
		b := line[i]
		switch {
		case b == 0x1b:
			n := escapeLen(line[i:])
			if c.colors && isColor(line[i:i+n]) {
				dst = append(dst, line[i:i+n]...)
				colored = true
			}
			i += n
			continue
		case b == '\r':
			dst = append(append(dst, '\r'), c.afterCR...)
		case b == 0xc2 && i+1 < len(line) && line[i+1] >= 0x80 && line[i+1] < 0xa0:
			i++ // a control character in two bytes
		case b >= 0x20 && b != 0x7f, b == '\t':
			dst = append(dst, b)
		}
		i++
	}
	if colored {
		dst = append(dst, "\x1b[0m"...)
	}
	return dst
}

// isColor tells of the sequences that set colours and weights.
func isColor(seq []byte) bool {
	return len(seq) > 2 && seq[1] == '[' && seq[len(seq)-1] == 'm' && seq[2] != '?' && seq[2] != '>'
}

// escapeLen is the length of the escape sequence that b begins with; one that
// does not end takes all of b.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return len(b)
	}
	switch b[1] {
	case '[':
		for i := 2; i < len(b); i++ {
			if b[i] >= 0x40 && b[i] <= 0x7e {
				return i + 1
			}
		}
		return len(b)
	case ']', 'P', 'X', '^', '_': // strings, which end with BEL or ESC \
		for i := 2; i < len(b); i++ {
			if b[i] == 0x07 {
				return i + 1
			}
			if b[i] == 0x1b && i+1 < len(b) && b[i+1] == '\\' {
				return i + 2
			}
		}
		return len(b)
	}
	for i := 1; i < len(b); i++ {
		if b[i] >= 0x30 {
			return i + 1
		}
	}
	return len(b)
}

// cleanText is a text for a line of the live region: no control characters but
// tabs, and no colours of its own.
func cleanText(s string) string {
	return strings.ReplaceAll(string(appendClean(nil, []byte(s), cleaning{})), "\r", " ")
}

// Clean is a text for a terminal without control characters and colours.
func Clean(s string) string { return cleanText(s) }
