package frames

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"strings"
	"testing"
)

func frameOf(stream byte, claimed uint32, text string) string {
	header := []byte{stream, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(header[4:], claimed)
	return string(header) + text
}

func TestSplit(t *testing.T) {
	good := frameOf(stdout, 3, "out") + frameOf(stderr, 0, "") + frameOf(stderr, 3, "err") + frameOf(stdin, 1, "!")
	for _, tt := range []struct{ name, in, out, errs, want string }{
		{"frames", good, "out!", "err", ""},
		{"cut in a header", good + "\x01\x00", "out!", "err", ""},
		{"cut in a frame", good + frameOf(stdout, 9, "x"), "out!x", "err", ""},
		{"the engine's word", good + frameOf(engine, 5, "gone\n"), "out!", "err", "the engine says: gone"},
		{"no frames", good + "Hello, world", "out!", "err", errNoFrames.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			err := Split(&out, &errs, strings.NewReader(tt.in))
			if got := errorText(err); got != tt.want || out.String() != tt.out || errs.String() != tt.errs {
				t.Errorf("out %q, err %q, error %q", out.String(), errs.String(), got)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestClaims: a frame costs what it brings, not what its header claims.
func TestClaims(t *testing.T) {
	for _, stream := range []byte{stdout, stderr, engine} {
		in := strings.NewReader(frameOf(stream, 1<<32-1, strings.Repeat("x", 1<<20)))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_ = Split(io.Discard, io.Discard, in)
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
			t.Errorf("a frame for stream %d that claims 4 GiB took %d bytes", stream, taken)
		}
	}
}
