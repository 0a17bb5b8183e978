package document

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// UTF8Help is what to do about a file that is not UTF-8.
const UTF8Help = "save the file as UTF-8, as `iconv -f ENCODING -t UTF-8` does"

// ForeignEncoding says what speaks against a file being a text in UTF-8: the
// encoding that it has instead; "": nothing. Single bytes are not looked at.
func ForeignEncoding(content []byte) string {
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("\xfe\xff")):
		return "this is UTF-16 and not UTF-8"
	case wide(content, 0), wide(content, 1):
		return "this looks like UTF-16 without a byte order mark, and not like UTF-8"
	}
	return ""
}

// wide tells whether every other byte of the beginning is NUL, from an offset on.
func wide(content []byte, from int) bool {
	const enough = 64
	sample := content[:min(len(content), enough)]
	if len(sample) < 4 {
		return false
	}
	for i, c := range sample {
		if (c == 0) != (i%2 == from) {
			return false
		}
	}
	return true
}

// BadByte is the offset of the first byte of a text that is no UTF-8, or NUL; -1:
// there is none.
func BadByte(content []byte) int {
	for i := 0; i < len(content); {
		r, size := utf8.DecodeRune(content[i:])
		if r == 0 || r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// InUTF8 is a text that may be UTF-16, which a byte order mark says, as YAML
// allows it.
func InUTF8(content []byte) []byte {
	order := binary.ByteOrder(binary.LittleEndian)
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xfe")):
	case bytes.HasPrefix(content, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return content
	}
	units := make([]uint16, 0, len(content)/2)
	for i := 2; i+1 < len(content); i += 2 {
		units = append(units, order.Uint16(content[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}
