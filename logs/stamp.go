package logs

import (
	"bytes"
	"time"
)

const (
	// stampLen is the length of an engine's timestamp in UTC with the space
	// behind it: "2006-01-02T15:04:05.000000000Z ".
	stampLen = 31
	// stampMax is the length of one with a zone's offset, as Podman writes it.
	stampMax = stampLen + len("+00:00") - 1
	// minuteLen is how much of a stamp changes once a minute.
	minuteLen = len("2006-01-02T15:04")
)

// stamper parses the timestamps that the engine puts in front of lines. Nearly
// every stamp shares its minute with the one before, so that only seconds are
// computed.
type stamper struct {
	minute [minuteLen]byte
	base   int64 // Unix nanoseconds of minute, in UTC
}

// parse reads the stamp at the start of b. It returns the time in Unix
// nanoseconds and the stamp's length with the space behind it, or 0, 0.
func (s *stamper) parse(b []byte) (ns int64, n int) {
	if len(b) >= stampLen && b[29] == 'Z' && b[30] == ' ' && string(b[:minuteLen]) == string(s.minute[:]) {
		if ns, ok := seconds(b[minuteLen:29]); ok {
			return s.base + ns, stampLen
		}
	}
	return s.parseSlow(b)
}

// parseSlow reads a stamp of any RFC 3339 form.
func (s *stamper) parseSlow(b []byte) (ns int64, n int) {
	n = bytes.IndexByte(b[:min(len(b), stampMax)], ' ')
	if n < minuteLen {
		return 0, 0
	}
	t, err := time.Parse(time.RFC3339Nano, string(b[:n]))
	if err != nil {
		return 0, 0
	}
	if b[n-1] == 'Z' {
		copy(s.minute[:], b)
		s.base = t.Truncate(time.Minute).UnixNano()
	}
	return t.UnixNano(), n + 1
}

// seconds reads ":05.000000000" as nanoseconds.
func seconds(b []byte) (ns int64, ok bool) {
	if b[0] != ':' || b[3] != '.' || b[1] > '5' {
		return 0, false
	}
	for i, c := range b {
		if i == 0 || i == 3 {
			continue
		}
		if c < '0' || c > '9' {
			return 0, false
		}
		ns = ns*10 + int64(c-'0')
	}
	return ns, true
}
