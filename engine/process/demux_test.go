package process

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/docker/docker/pkg/stdcopy"
)

func frameOf(stream stdcopy.StdType, claimed uint32, text string) string {
	header := []byte{byte(stream), 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(header[4:], claimed)
	return string(header) + text
}

func TestDemux(t *testing.T) {
	good := frameOf(stdcopy.Stdout, 3, "out") + frameOf(stdcopy.Stderr, 0, "") + frameOf(stdcopy.Stderr, 3, "err") + frameOf(stdcopy.Stdin, 1, "!")
	for _, tt := range []struct{ name, in, out, errs, want string }{
		{"frames", good, "out!", "err", ""},
		{"cut in a header", good + "\x01\x00", "out!", "err", ""},
		{"cut in a frame", good + frameOf(stdcopy.Stdout, 9, "x"), "out!x", "err", ""},
		{"the engine's word", good + frameOf(stdcopy.Systemerr, 5, "gone\n"), "out!", "err", "the engine says: gone"},
		{"no frames", good + "Hello, world", "out!", "err", errNoFrames.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			err := demux(&out, &errs, strings.NewReader(tt.in))
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

// TestDemuxClaims: a frame costs what it brings, not what its header claims.
func TestDemuxClaims(t *testing.T) {
	for _, stream := range []stdcopy.StdType{stdcopy.Stdout, stdcopy.Stderr, stdcopy.Systemerr} {
		in := strings.NewReader(frameOf(stream, 1<<32-1, strings.Repeat("x", 1<<20)))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_ = demux(io.Discard, io.Discard, in)
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
			t.Errorf("a frame for stream %d that claims 4 GiB took %d bytes", stream, taken)
		}
	}
}
