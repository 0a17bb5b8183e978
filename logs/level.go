package logs

import (
	"bytes"
	"fmt"
	"strings"
)

// Level is how serious a line of a log says it is.
type Level uint8

// The levels, by weight. Unknown is that of a line that says none.
const (
	Unknown Level = iota
	Trace
	Debug
	Info
	Warn
	Error
	Fatal
)

// words are the names of levels that programs write, in lower case.
var words = map[string]Level{
	"trace": Trace, "trc": Trace, "verbose": Trace, "finest": Trace, "finer": Trace, "silly": Trace,
	"debug": Debug, "dbg": Debug, "dbug": Debug, "fine": Debug,
	"debug1": Debug, "debug2": Debug, "debug3": Debug, "debug4": Debug, "debug5": Debug,
	"info": Info, "inf": Info, "information": Info, "informational": Info, "notice": Info, "note": Info,
	"log": Info, "system": Info,
	"warn": Warn, "warning": Warn, "wrn": Warn,
	"error": Error, "err": Error, "eror": Error, "severe": Error, "fail": Error,
	"fatal": Fatal, "ftl": Fatal, "critical": Fatal, "crit": Fatal, "panic": Fatal, "emerg": Fatal, "emergency": Fatal,
	"alert": Fatal, "dpanic": Fatal,
}

// longestWord is the length of the longest of words.
const longestWord = len("informational")

// levelSearch is how many bytes of a line are looked at: what follows is the
// message.
const levelSearch = 512

// ParseLevel reads a level's name, as users and programs write it.
func ParseLevel(text string) (Level, error) {
	if l := word([]byte(text)); l != Unknown {
		return l, nil
	}
	return Unknown, fmt.Errorf("unknown level %q: use trace, debug, info, warn, error or fatal", text)
}

// word is the level that a word names, in whatever case.
func word(w []byte) Level {
	if len(w) > longestWord {
		return Unknown
	}
	var lower [longestWord]byte
	n := copy(lower[:], w)
	for i, c := range lower[:n] {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return words[string(lower[:n])]
}

// LevelOf finds the level that a line says it has, in the formats that are
// common: a field of a JSON object or of logfmt (level=, severity=, lvl=),
// [error], <error>, ERROR:, "2026-01-02 03:04:05 ERROR ...", the first letter of
// glog and klog, and that of redis and mongod. Words of the message do not
// count: "found an error" says none.
func LevelOf(line []byte) Level {
	line = plainText(line[:min(len(line), levelSearch)])
	line = bytes.TrimLeft(line, " \t")
	switch {
	case len(line) == 0:
		return Unknown
	case line[0] == '{':
		return jsonLevel(line)
	}
	if l := fieldLevel(line); l != Unknown {
		return l
	}
	if l := glogLevel(line); l != Unknown {
		return l
	}
	return headLevel(line)
}

// plainText is a line without the sequences that colour it: zap and others
// write the level in colour.
func plainText(line []byte) []byte {
	if bytes.IndexByte(line, 0x1b) < 0 {
		return line
	}
	out := make([]byte, 0, len(line))
	for i := 0; i < len(line); i++ {
		if line[i] != 0x1b {
			out = append(out, line[i])
			continue
		}
		for i++; i < len(line) && (line[i] < '@' || line[i] == '['); i++ {
		}
	}
	return out
}

// keys are the names of the field that holds the level.
var keys = [][]byte{
	[]byte("level"), []byte("severity"), []byte("lvl"), []byte("loglevel"), []byte("log_level"),
	[]byte("log.level"), []byte("levelname"), []byte("@l"), []byte("s"),
}

// numbers are bunyan's and pino's levels.
var numbers = map[string]Level{"10": Trace, "20": Debug, "30": Info, "40": Warn, "50": Error, "60": Fatal}

// jsonLevel is the level in a JSON object, of which the end may be missing.
func jsonLevel(line []byte) Level {
	for _, key := range keys {
		rest := line
		for {
			i := bytes.Index(rest, key)
			if i < 0 {
				break
			}
			quoted := i > 0 && rest[i-1] == '"'
			rest = rest[i+len(key):]
			value, ok := bytes.CutPrefix(rest, []byte(`"`))
			value = bytes.TrimLeft(value, " ")
			if !quoted || !ok || len(value) == 0 || value[0] != ':' {
				continue
			}
			value = bytes.TrimLeft(value[1:], " ")
			if l := valueLevel(value); l != Unknown {
				return l
			}
		}
	}
	return Unknown
}

// valueLevel is the level that a value begins with, in quotes or not.
func valueLevel(value []byte) Level {
	value = bytes.TrimLeft(value, `"'`)
	end := bytes.IndexAny(value, "\"', }\t]")
	if end < 0 {
		end = len(value)
	}
	value = value[:end]
	if l, ok := numbers[string(value)]; ok {
		return l
	}
	if l := mongoLetter(value); l != Unknown {
		return l
	}
	return word(value)
}

// mongoLetter is the level in mongod's field "s".
func mongoLetter(value []byte) Level {
	if len(value) == 0 || len(value) > 2 {
		return Unknown
	}
	switch value[0] {
	case 'D':
		return Debug
	case 'I':
		return Info
	case 'W':
		return Warn
	case 'E':
		return Error
	case 'F':
		return Fatal
	}
	return Unknown
}

// fieldLevel is the level in a line of logfmt: level=warn.
func fieldLevel(line []byte) Level {
	for rest := line; ; {
		i := bytes.IndexByte(rest, '=')
		if i < 0 {
			return Unknown
		}
		before, value := rest[:i], rest[i+1:]
		if space := bytes.LastIndexAny(before, " \t{,"); space >= 0 {
			before = before[space+1:]
		}
		for _, key := range keys[:len(keys)-1] { // s= is anything
			if bytes.EqualFold(before, key) {
				if l := valueLevel(value); l != Unknown {
					return l
				}
			}
		}
		rest = value
	}
}

// glogLevel is that of "W0102 15:04:05.000000 1 file.go:7] text".
func glogLevel(line []byte) Level {
	if len(line) < 7 || line[5] != ' ' {
		return Unknown
	}
	for _, c := range line[1:5] {
		if c < '0' || c > '9' {
			return Unknown
		}
	}
	return mongoLetter(line[:1])
}

// headWords is how many words of a line may stand in front of its level: a date,
// a time, a zone, a process, a thread, a logger's name.
const headWords = 7

// headLevel finds the level in a line's head. In brackets or before a colon it
// may be written in any case; alone it is in capitals, or follows nothing but
// what has digits in it (a time, a process). A word that is none of this begins
// the message.
func headLevel(line []byte) Level {
	for n := 0; n < headWords && len(line) > 0; n++ {
		token, rest := cutToken(line)
		line = bytes.TrimLeft(rest, " \t|-")
		marked := token[0] == '[' || token[0] == '<' || token[0] == '(' || token[len(token)-1] == ':'
		for part := range bytes.FieldsFuncSeq(token, isMark) {
			if l := word(part); l != Unknown && (marked || isUpper(part) || n > 0 && len(part) == 3) {
				return l
			}
		}
		switch {
		case len(token) == 1 && n > 0: // redis: "1:M 02 Jan 2026 15:04:05.000 # text"
			switch token[0] {
			case '#':
				return Warn
			case '*':
				return Info
			case '.':
				return Debug
			}
		case !marked && !bytes.ContainsAny(token, "0123456789.:/[") && !isMonth(token) && n > 1:
			if strings.ToLower(string(token)) == string(token) {
				return Unknown // the message has begun
			}
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
func isMark(r rune) bool { return strings.ContainsRune("[]<>():;,|/ \t\"", r) }

func isUpper(w []byte) bool {
	return bytes.ContainsAny(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && !bytes.ContainsAny(w, "abcdefghijklmnopqrstuvwxyz")
}

func isMonth(w []byte) bool {
	return len(w) == 3 && bytes.Contains([]byte("JanFebMarAprMayJunJulAugSepOctNovDec"), w)
}
