package limits

import (
	"bytes"
	"strconv"
)

// NamesFiles tells whether a file could include or extend others; false is
// certain. An escape could spell the key: "\u0069nclude".
func NamesFiles(content []byte) bool {
	return bytes.Contains(content, []byte("include")) || bytes.Contains(content, []byte("extends")) ||
		bytes.IndexByte(content, '\\') >= 0 && bytes.IndexByte(content, '"') >= 0
}

// DocumentsOf is an upper bound of the documents of a file: of what ends or begins one.
func DocumentsOf(content []byte) int {
	n := 1
	for line := range bytes.Lines(content) {
		if !bytes.HasPrefix(line, []byte("---")) && !bytes.HasPrefix(line, []byte("...")) {
			continue
		}
		if len(line) == 3 || bytes.IndexByte([]byte(" \t\r\n"), line[3]) >= 0 { // "-----BEGIN" is none
			n++
		}
	}
	return n
}

// PartsOf is an upper bound of a file's keys and values.
func PartsOf(content []byte) int {
	n := 0
	for _, c := range content {
		switch c {
		case '\n', ',', '[', '{', '?':
			n++
		}
	}
	return n
}

// MayGrow tells whether a file could exceed a limit; false is certain.
func MayGrow(content []byte) bool {
	const few = 8 // aliases cannot grow to much, unless they merge themselves
	if bytes.IndexByte(content, '&') >= 0 && (bytes.Count(content, []byte("*")) >= few || bytes.Contains(content, []byte("<<"))) {
		return true
	}
	if DocumentsOf(content) > few {
		return true
	}
	const tags = 100 // that take something back
	if bytes.Count(content, []byte("!")) > tags {
		return true
	}
	if max(product(longestKey(content), PartsOf(content)), len(content)*serviceFields) > ComposePaths.Value {
		return true
	}
	const usual = 20 // levels of brackets, and three times as many columns
	if len(content) > UsualSize && PartsOf(content) > ComposeServices.Value {
		return true // it may have too many keys, services, dependencies
	}
	brackets, indent := nesting(content)
	return brackets > usual || indent > 3*usual || ranges(content) > maxPorts
}

// longestKey is an upper bound of the bytes of a key: those of a line, unless the file may
// have keys of several.
func longestKey(content []byte) int {
	if bytes.IndexByte(content, '&') >= 0 || bytes.Contains(content, []byte("? ")) || bytes.Contains(content, []byte("?\n")) {
		return len(content)
	}
	longest := 0
	for line := range bytes.Lines(content) {
		longest = max(longest, len(line))
	}
	return longest
}

// nesting is how deep a file nests at most: brackets, whether they are in a
// text or not, and the widest indentation, dashes and question marks included.
func nesting(content []byte) (brackets, indentation int) {
	open, indent := 0, 0
	starting := true
	for _, c := range content {
		switch c {
		case '[', '{':
			open++
			brackets = max(brackets, open)
		case ']', '}':
			open = max(0, open-1)
		}
		switch {
		case c == '\n' || c == '\r':
			starting, indent = true, 0
		case starting && (c == ' ' || c == '-' || c == '?'):
			indent++
			indentation = max(indentation, indent)
		default:
			starting = false
		}
	}
	return brackets, indentation
}

// ranges is an upper bound of the ports that the file's ranges stand for.
func ranges(content []byte) int {
	total := 0
	for rest := content; ; {
		i := bytes.IndexByte(rest, '-')
		if i < 0 {
			return total
		}
		from, to := i, i+1
		for from > 0 && isDigit(rest[from-1]) {
			from--
		}
		for to < len(rest) && isDigit(rest[to]) {
			to++
		}
		total += rangeSize(string(rest[from:i]), string(rest[i+1:to]))
		rest = rest[i+1:]
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// rangeSize is how many ports a range stands for; 0 if it is none.
func rangeSize(from, to string) int {
	first, err := strconv.ParseUint(from, 10, 16)
	last, err2 := strconv.ParseUint(to, 10, 16)
	if err != nil || err2 != nil || last < first {
		return 0
	}
	return int(last-first) + 1
}
