package logs

import (
	"bytes"
	"fmt"
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
	"trace": Trace, "trc": Trace, "trce": Trace, "verbose": Trace, "vrb": Trace, "finest": Trace, "finer": Trace, "silly": Trace,
	"debug": Debug, "dbg": Debug, "dbug": Debug, "fine": Debug,
	"debug1": Debug, "debug2": Debug, "debug3": Debug, "debug4": Debug, "debug5": Debug,
	"info": Info, "inf": Info, "information": Info, "informational": Info, "notice": Info, "note": Info,
	"log": Info, "system": Info, "success": Info,
	"warn": Warn, "warning": Warn, "wrn": Warn,
	"error": Error, "err": Error, "eror": Error, "severe": Error, "fail": Error,
	"fatal": Fatal, "ftl": Fatal, "critical": Fatal, "crit": Fatal, "panic": Fatal, "emerg": Fatal, "emergency": Fatal,
	"alert": Fatal, "dpanic": Fatal,
}

// keys are the names of the field that holds the level, in lower case.
var keys = map[string]bool{
	"level": true, "severity": true, "lvl": true, "loglevel": true, "log_level": true, "log.level": true,
	"levelname": true, "level_name": true, "severitytext": true, "severity_text": true, "@l": true,
}

// longestWord is the length of the longest of words and keys.
const longestWord = len("informational")

// levelSearch is how many bytes of a line that is no JSON are looked at: what
// follows is the message.
const levelSearch = 512

// ParseLevel reads a level's name, as users and programs write it. The error is about a
// name that is none.
func ParseLevel(text string) (Level, error) {
	if l := word([]byte(text)); l != Unknown {
		return l, nil
	}
	return Unknown, fmt.Errorf("unknown level %q: use trace, debug, info, warn, error or fatal", text)
}

// word is the level that a word names, in whatever case.
func word(w []byte) Level {
	var folded [longestWord]byte
	return words[string(fold(&folded, w))]
}

// fold writes a word into dst, in lower case; nothing of one that is longer than
// all that we know.
func fold(dst *[longestWord]byte, w []byte) []byte {
	if len(w) > longestWord {
		return nil
	}
	n := copy(dst[:], w)
	for i, c := range dst[:n] {
		if 'A' <= c && c <= 'Z' {
			dst[i] = c + 'a' - 'A'
		}
	}
	return dst[:n]
}

// LevelOf finds the level that a line says it has, in the formats that are
// common: a field of a JSON object or of logfmt (level=, severity=, lvl=),
// syslog's priority, [error], <error>, ERROR:, "2026-01-02 03:04:05 ERROR ...",
// the first letter of glog and klog, and that of redis and mongod. Words of the
// message do not count: "found an error" says none.
func LevelOf(line []byte) Level {
	if text := bytes.TrimLeft(line, " \t"); len(text) > 0 && text[0] == '{' {
		return jsonLevel(text) // all of it: the message may stand first
	}
	line = plainText(line[:min(len(line), levelSearch)])
	line = bytes.TrimLeft(line, " \t")
	if len(line) == 0 {
		return Unknown
	}
	for _, find := range []func([]byte) Level{fieldLevel, syslogLevel, glogLevel} {
		if l := find(line); l != Unknown {
			return l
		}
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

// numbers are bunyan's and pino's levels.
var numbers = map[string]Level{"10": Trace, "20": Debug, "30": Info, "40": Warn, "50": Error, "60": Fatal}

// jsonLevel is the level in a JSON object, of which the end may be missing: the
// first field that holds one.
func jsonLevel(line []byte) Level {
	level := Unknown
	var folded [longestWord]byte
	for rest := line; ; {
		i := bytes.IndexByte(rest, ':')
		if i < 0 {
			return level
		}
		name, isName := bytes.CutSuffix(bytes.TrimRight(rest[:i], " "), []byte(`"`))
		rest = rest[i+1:]
		start := bytes.LastIndexByte(name, '"')
		if !isName || start < 0 || name[len(name)-1] == '\\' { // of JSON in a string
			continue
		}
		switch key := fold(&folded, name[start+1:]); {
		case keys[string(key)], string(key) == "s":
			if l := valueLevel(bytes.TrimLeft(rest, " ")); l != Unknown {
				return l
			}
		case string(key) == "@t": // Serilog's, which says any level but this one
			level = Info
		}
	}
}

// valueLevel is the level that a value begins with, in quotes or not.
func valueLevel(value []byte) Level {
	value = bytes.TrimLeft(value, `"'`)
	end := bytes.IndexAny(value, "\"', }\t]+-") // slog: ERROR+2
	if end < 0 {
		end = len(value)
	}
	value = value[:end]
	if l, ok := numbers[string(value)]; ok {
		return l
	}
	if l := letter(value); l != Unknown {
		return l
	}
	return word(value)
}

// letter is the level that a letter says; mongod has D1 to D5.
func letter(value []byte) Level {
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
	var folded [longestWord]byte
	for rest := line; ; {
		i := bytes.IndexByte(rest, '=')
		if i < 0 {
			return Unknown
		}
		before, value := rest[:i], rest[i+1:]
		if space := bytes.LastIndexAny(before, " \t{,"); space >= 0 {
			before = before[space+1:]
		}
		if keys[string(fold(&folded, before))] {
			if l := valueLevel(value); l != Unknown {
				return l
			}
		}
		rest = value
	}
}
