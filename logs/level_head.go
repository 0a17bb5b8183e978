package logs

import (
	"bytes"
	"strings"
)

// severities are syslog's, by their number.
var severities = [8]Level{Fatal, Fatal, Fatal, Error, Warn, Info, Info, Debug}

// syslogLevel is that of "<11>Jan  2 15:04:05 host app: text": the priority is a
// facility times eight and a severity.
func syslogLevel(line []byte) Level {
	priority := 0
	for i := 1; i < min(len(line), 5); i++ {
		switch c := line[i]; {
		case line[0] == '<' && c == '>' && i > 1:
			return severities[priority%8]
		case c < '0' || c > '9':
			return Unknown
		default:
			priority = priority*10 + int(c-'0')
		}
	}
	return Unknown
}

// glogLevel is that of "W0102 15:04:05.000000 1 file.go:7] text". The date may
// have a year in front, of two digits or four.
func glogLevel(line []byte) Level {
	date, rest, _ := bytes.Cut(line, []byte(" "))
	if n := len(date); n != 5 && n != 7 && n != 9 || len(rest) == 0 {
		return Unknown
	}
	for _, c := range date[1:] {
		if c < '0' || c > '9' {
			return Unknown
		}
	}
	return letter(date[:1])
}

// headWords is how many words of a line may stand in front of its level: a date,
// a time, a zone, a process, a thread, a logger's name.
const headWords = 7

// headLevel finds the level in a line's head. In brackets or before a colon it
// may be written in any case; alone it is in capitals, or follows nothing but
// what has digits in it (a time, a process) and is short or ends with a tab. A
// word that is none of this begins the message.
func headLevel(line []byte) Level {
	first, _ := cutToken(line)
	numbers := false // nothing but those has come
	for n := 0; n < headWords && len(line) > 0; n++ {
		token, rest := cutToken(line)
		line = bytes.TrimLeft(rest, " \t|-")
		marked := token[0] == '[' || token[0] == '<' || token[0] == '(' || token[len(token)-1] == ':'
		for part := range bytes.FieldsFuncSeq(token, isMark) {
			if i := bytes.LastIndexByte(part, '.'); i >= 0 && marked && isUpper(part[i+1:]) {
				part = part[i+1:] // Monolog: app.ERROR
			}
			alone := isUpper(part) || numbers && (len(part) == 3 || bytes.HasPrefix(rest, []byte("\t")))
			if l := word(part); l != Unknown && (marked || alone) {
				return l
			}
		}
		if l := letterLevel(token, n); l != Unknown {
			return l
		}
		syslogHost := n == 3 && isMonth(first)
		if !marked && !syslogHost && n > 1 && isLower(token) && !bytes.ContainsAny(token, "0123456789.:/[=") && !isMonth(token) {
			return Unknown // the message has begun
		}
		numbers = (numbers || n == 0) && bytes.ContainsAny(token, "0123456789")
	}
	return Unknown
}

// letterLevel is the level in a token, the n-th of its line, that says it in a
// letter or a sign.
func letterLevel(token []byte, n int) Level {
	switch {
	case n == 0 && len(token) > 3 && token[0] == '[' && token[2] == ' ' && '0' <= token[3] && token[3] <= '9':
		return letter(token[1:2]) // Jupyter: "[W 15:04:05.000 App] text"
	case n == 0:
	case len(token) == 2 && token[1] == '!':
		return letter(token[:1]) // Telegraf: "2026-01-02T15:04:05Z W! text"
	case len(token) == 1: // redis: "1:M 02 Jan 2026 15:04:05.000 # text"
		switch token[0] {
		case '#':
			return Warn
		case '*':
			return Info
		case '.':
			return Debug
		}
	}
	return Unknown
}

// cutToken is the first word of a line, which is not empty, and what follows.
// What stands in brackets is one word.
func cutToken(line []byte) (token, rest []byte) {
	if line[0] == '[' {
		if i := bytes.IndexByte(line, ']'); i > 0 {
			return line[:i+1], line[i+1:]
		}
	}
	i := bytes.IndexAny(line, " \t|")
	switch {
	case i < 0:
		return line, nil
	case i == 0:
		return line[:1], line[1:]
	}
	return line[:i], line[i:]
}

// isMark separates a level's word from what it stands in: "[main:ERROR]".
func isMark(r rune) bool { return strings.ContainsRune("[]<>():;,|/! \t\"", r) }

const (
	capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	smalls   = "abcdefghijklmnopqrstuvwxyz"
)

func isUpper(w []byte) bool { return bytes.ContainsAny(w, capitals) && !bytes.ContainsAny(w, smalls) }

func isLower(w []byte) bool { return bytes.ContainsAny(w, smalls) && !bytes.ContainsAny(w, capitals) }

func isMonth(w []byte) bool {
	return len(w) == 3 && bytes.Contains([]byte("JanFebMarAprMayJunJulAugSepOctNovDec"), w)
}
