package logs

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// FuzzDecode: whatever an engine sends, its lines do not depend on how it comes in,
// none is longer than MaxLine or has a line end in it, and all together are no more
// than what came.
func FuzzDecode(f *testing.F) {
	records := []record{{t1, 1, "a\n"}, {t1, 2, "b"}, {t2, 1, "c\r\n"}, {t3, 2, "\n"}}
	for _, tty := range []bool{false, true} {
		f.Add(encode(tty, time.UTC, records...), tty, false, uint16(1))
		f.Add(encode(tty, time.FixedZone("", 7200), records...), tty, true, uint16(9))
	}
	f.Add([]byte{1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 'x'}, false, false, uint16(3))
	f.Add([]byte("\x03\x00\x00\x00\x00\x00\x00\x04oops\x01\x00\x00\x00\x00\x00\x00\x00"), false, false, uint16(2))
	f.Add([]byte("9999-12-31T23:59:59.999999999Z a\n0000-01-01T00:00:00.000000000Z b"), true, false, uint16(5))
	f.Fuzz(func(t *testing.T, in []byte, tty, podman bool, size uint16) {
		whole, err := decodeAll(&decoder{src: bytes.NewReader(in), tty: tty, podman: podman})
		rnd := rand.New(rand.NewPCG(1, uint64(size)))
		cut, cutErr := decodeAll(&decoder{src: crumbs{bytes.NewReader(in), rnd, int(size) + 1}, tty: tty, podman: podman})
		if fmt.Sprint(err) != fmt.Sprint(cutErr) || !sameLines(whole, cut) {
			t.Errorf("at once %v, %v; in pieces %v, %v", texts(whole), err, texts(cut), cutErr)
		}
		total := 0
		for _, l := range whole {
			total += len(l.text)
			if len(l.text) > MaxLine || bytes.IndexByte(l.text, '\n') >= 0 {
				t.Errorf("a line of %d bytes: %.80q", len(l.text), l.text)
			}
			if l.stream > event.Stderr {
				t.Errorf("stream %d", l.stream)
			}
		}
		if total > len(in) {
			t.Errorf("%d bytes became %d", len(in), total)
		}
	})
}

func texts(lines []line) (all []string) {
	for _, l := range lines {
		all = append(all, fmt.Sprintf("%d %d %.80q", l.ns, l.stream, l.text))
	}
	return all
}

// FuzzRecords: what Docker makes of a container's lines is made those lines again, in
// their order and of their time and stream.
func FuzzRecords(f *testing.F) {
	f.Add([]byte("a\nb\n\n"), false, uint16(1))
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x01x\n\x00\xff\xfe\r"), false, uint16(7))
	f.Add([]byte("2026-01-02T03:04:05.000000000+00:00 x\ry\r"), true, uint16(30))
	f.Add(bytes.Repeat([]byte("0123456789"), 4000), true, uint16(1000))
	f.Fuzz(func(t *testing.T, said []byte, tty bool, size uint16) {
		if tty && bytes.Contains(said, []byte("Z ")) {
			t.Skip("a terminal's log does not tell the container's stamps from the engine's")
		}
		var want []line
		var in []record
		for i, text := range bytes.Split(said, []byte("\n")) {
			l := line{ns: origin + int64(i)*1e9, stream: event.Stdout, text: text}
			sent := l
			if tty {
				sent.text = append(bytes.Clone(text), '\r')
			} else if len(text)%2 == 1 {
				sent.stream, l.stream = event.Stderr, event.Stderr
			}
			want = append(want, l)
			in = append(in, dockerRecords(sent)...)
		}
		src := crumbs{bytes.NewReader(encode(tty, time.UTC, in...)), rand.New(rand.NewPCG(1, uint64(size))), int(size) + 1}
		got, err := decodeAll(&decoder{src: src, tty: tty})
		if err != nil || !sameLines(got, want) {
			t.Errorf("got %v, %v, want %v", texts(got), err, texts(want))
		}
	})
}

// FuzzStamp: what is read as a time is one by the standard library, also after
// another stamp, whose minute is kept.
func FuzzStamp(f *testing.F) {
	f.Add([]byte("2026-01-02T03:04:05.123456789Z x"), []byte("2026-01-02T03:04:59.000000001Z y"))
	f.Add([]byte("2026-01-02T03:04:05.123456789+02:00 x"), []byte("2026-01-02T03:04:05Z "))
	f.Add([]byte("2026-01-02T03:04:05.123456789Z x"), []byte("2026-01-02T03:04:60.000000000Z y"))
	f.Add([]byte("2026-02-30T03:04:05.123456789Z x"), []byte("2026-01-02T03:04:60.000000000Z y"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var s stamper
		for _, b := range [][]byte{first, second} {
			ns, n := s.parse(b)
			text, _, spaced := strings.Cut(string(b[:min(len(b), stampMax)]), " ")
			at, err := time.Parse(time.RFC3339Nano, text)
			switch {
			case n == 0 && err == nil && spaced:
				t.Errorf("%q is not read", b)
			case n > 0 && (err != nil || ns != at.UnixNano() || n != len(text)+1):
				t.Errorf("%q is read as %d, %d bytes; it is %v, %v", b, ns, n, at, err)
			}
		}
	})
}

// FuzzLevelOf: a level is one of those there are, the line stays as it is, and spaces
// before it say nothing.
func FuzzLevelOf(f *testing.F) {
	for _, seed := range []string{"[INFO] x", `{"level":`, "\x1b[31mERROR\x1b[0m x", "<999>x", "[", "W0102 15:04:05.000000 1 f.go:7] x", `{"level":"warn","msg":"\"`, "a=b level=", ":", "["} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		before := bytes.Clone(line)
		l := LevelOf(line)
		if l > Fatal {
			t.Errorf("level %d", l)
		}
		if !bytes.Equal(line, before) {
			t.Errorf("%q became %q", before, line)
		}
		if indented := LevelOf(append([]byte("\t  "), line...)); len(line) < levelSearch/2 && indented != l {
			t.Errorf("%q has level %d, and indented %d", line, l, indented)
		}
	})
}

// FuzzPosition: of a log that is read again from where the last reading broke off,
// each line is shown once.
func FuzzPosition(f *testing.F) {
	f.Add([]byte{0, 0, 1, 1, 2}, uint16(3))
	f.Add(bytes.Repeat([]byte{0, 1}, 300), uint16(400))
	f.Add(make([]byte, window+100), uint16(window+99)) // more lines of one time than are remembered
	f.Fuzz(func(t *testing.T, steps []byte, broke uint16) {
		var times []int64
		ns := origin
		for _, step := range steps {
			ns += int64(step)
			times = append(times, ns)
		}
		p := newPosition(time.Unix(0, origin), "all")
		shown := 0
		for _, ns := range times[:min(int(broke), len(times))] {
			if p.admit(ns) {
				shown++
			}
		}
		since, _ := p.resume()
		for _, ns := range times {
			if ns >= since.UnixNano() && p.admit(ns) {
				shown++
			}
		}
		if shown != len(times) {
			t.Errorf("%d lines, broken off after %d: %d shown", len(times), broke, shown)
		}
	})
}
