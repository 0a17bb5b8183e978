package render

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// object adds a line of a log to the buffer as a JSON object in one line:
//
//	{"service":"web","container":"demo-web-1","number":1,"stream":"stdout",
//	 "time":"2026-01-02T03:04:05.000000006Z","message":"text"}
//
// number is missing for a one-off container. Where the line is not valid UTF-8, the
// invalid bytes are U+FFFD in message, and the field bytes has the line in base64.
// Fields may be added. It does not use encoding/json, which allocates for each line.
func (l *logs) object(e *event.Log) {
	b := append(l.json[:0], l.objectHead(e.Source)...)
	if e.Stream == event.Stderr {
		b = append(b, `"stderr"`...)
	} else {
		b = append(b, `"stdout"`...)
	}
	if !e.Time.IsZero() {
		b = append(b, `,"time":"`...)
		b = e.Time.UTC().AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
	}
	b = append(b, `,"message":`...)
	text := e.Text
	if l.opts.Format == LogJSONEmbedded && embeddable(text) {
		b = append(b, terminal.Clean(string(bytes.TrimSpace(text)))...)
	} else {
		b = appendString(b, text)
		if !utf8.Valid(text) {
			b = append(b, `,"bytes":"`...)
			b = base64.StdEncoding.AppendEncode(b, text)
			b = append(b, '"')
		}
	}
	l.json = append(b, '}', '\n')
	l.buf.Data(l.json)
	if cap(l.json) > 4*writeSize {
		l.json = nil
	}
}

// objectHead returns the beginning of all objects of a container, from the cache.
func (l *logs) objectHead(s event.Source) []byte {
	if head, ok := l.objects[s]; ok {
		return head
	}
	head := appendString([]byte(`{"service":`), []byte(s.Service))
	head = appendString(append(head, `,"container":`...), []byte(s.Name))
	if s.Number > 0 {
		head = strconv.AppendInt(append(head, `,"number":`...), int64(s.Number), 10)
	}
	head = append(head, `,"stream":`...)
	if l.objects == nil {
		l.objects = map[event.Source][]byte{}
	}
	l.objects[s] = head
	return head
}

// embeddable tells whether a message is a JSON object or array in one line.
func embeddable(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 0 && (text[0] == '{' || text[0] == '[') && utf8.Valid(text) &&
		!bytes.ContainsAny(text, "\r\n") && json.Valid(text)
}

// appendString appends text as a JSON string. Bytes that are not valid UTF-8 become
// U+FFFD; characters that control a terminal are escaped.
func appendString(dst, text []byte) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for len(text) > 0 {
		n := 0
		for n < len(text) && text[n] >= 0x20 && text[n] < 0x7f && text[n] != '"' && text[n] != '\\' {
			n++
		}
		dst = append(dst, text[:n]...)
		if text = text[n:]; len(text) == 0 {
			break
		}
		switch c := text[0]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c < 0x20 || c == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			r, size := utf8.DecodeRune(text)
			if terminal.IsControl(r) {
				dst = fmt.Appendf(dst, `\u%04x`, r)
			} else {
				dst = utf8.AppendRune(dst, r)
			}
			text = text[size:]
			continue
		}
		text = text[1:]
	}
	return append(dst, '"')
}
