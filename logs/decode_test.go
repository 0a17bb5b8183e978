package logs

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/docker/docker/pkg/stdcopy"

	"github.com/compose-orchestrator/compose/event"
)

const (
	t1 = 1_000_000_001
	t2 = 2_000_000_002
	t3 = 3_000_000_003
)

type decodeCase struct {
	name   string
	tty    bool
	podman bool
	loc    *time.Location
	in     []record
	want   []string
}

func decodeCases() []decodeCase {
	full := strings.Repeat("x", 16<<10)
	at := func(ns int64) string { return time.Unix(0, ns).UTC().Format(stampForm) }
	east := time.FixedZone("", 2*60*60)
	return []decodeCase{
		{name: "streams", in: []record{{t1, 1, "a\n"}, {t1, 2, "b\n"}, {t2, 1, "c\n"}},
			want: []string{"1 1 a", "1 2 b", "2 1 c"}},
		{name: "empty lines", in: []record{{t1, 1, "\n"}, {t2, 1, "\n"}},
			want: []string{"1 1 ", "2 1 "}},
		{name: "NUL, invalid UTF-8 and CR pass", in: []record{{t1, 1, "\x00\xff\xfe\r\n"}},
			want: []string{"1 1 \x00\xff\xfe\r"}},
		{name: "no line end", in: []record{{t1, 1, "a\n"}, {t2, 1, "b"}},
			want: []string{"1 1 a", "2 1 b"}},
		{name: "long line", in: []record{{t1, 1, full}, {t1, 1, full}, {t1, 1, "end\n"}, {t2, 1, "b\n"}},
			want: []string{"1 1 " + full + full + "end", "2 1 b"}},
		{name: "long line as long as its pieces", in: []record{{t1, 1, full}, {t1, 1, "\n"}, {t2, 1, "b\n"}},
			want: []string{"1 1 " + full, "2 1 b"}},
		{name: "long lines of both streams at once",
			in:   []record{{t1, 1, full}, {t2, 2, full}, {t2, 2, "err\n"}, {t3, 2, "b\n"}, {t1, 1, "out\n"}},
			want: []string{"2 2 " + full + "err", "3 2 b", "1 1 " + full + "out"}},
		{name: "a run after one without a line end", in: []record{{t1, 1, "$ "}, {t2, 1, "b\n"}},
			want: []string{"1 1 $ ", "2 1 b"}},
		{name: "pieces stamped anew", podman: true, in: []record{{t1, 1, "a"}, {t2, 1, "b"}, {t3, 1, "c\n"}},
			want: []string{"1 1 abc"}},
		{name: "full pieces stamped anew (journald)", in: []record{{t1, 1, full}, {t2, 1, "b\n"}},
			want: []string{"1 1 " + full + "b"}},
		{name: "a zone's offset", loc: east, in: []record{{t1, 1, "a\n"}, {t2, 2, "b\n"}},
			want: []string{"1 1 a", "2 2 b"}},

		{name: "terminal", tty: true, in: []record{{t1, 1, "a\r\n"}, {t2, 1, "\r\n"}, {t3, 1, "b\rc\r\n"}},
			want: []string{"1 1 a", "2 1 ", "3 1 b\rc"}},
		{name: "terminal, no line end", tty: true, in: []record{{t1, 1, "a\r\n"}, {t2, 1, "b"}},
			want: []string{"1 1 a", "2 1 b"}},
		{name: "terminal, long line", tty: true, in: []record{{t1, 1, full}, {t1, 1, full}, {t1, 1, "end\r\n"}, {t2, 1, "b\r\n"}},
			want: []string{"1 1 " + full + full + "end", "2 1 b"}},
		{name: "terminal, long line as long as its pieces", tty: true, in: []record{{t1, 1, full}, {t1, 1, "\r\n"}, {t2, 1, "b\r\n"}},
			want: []string{"1 1 " + full, "2 1 b"}},
		{name: "terminal, a run after one without a line end", tty: true, in: []record{{t1, 1, "$ "}, {t2, 1, "b\r\n"}},
			want: []string{"1 1 $ ", "2 1 b"}},
		{name: "terminal, a long run after one without a line end", tty: true,
			in:   []record{{t1, 1, "$ "}, {t2, 1, full}, {t2, 1, "b\r\n"}},
			want: []string{"1 1 $ ", "2 1 " + full + "b"}},
		{name: "terminal, pieces stamped anew", tty: true, podman: true, loc: east, in: []record{{t1, 1, "a"}, {t2, 1, "b"}, {t3, 1, "c\r\n"}},
			want: []string{"1 1 abc"}},
		{name: "terminal, the container prints times", tty: true, in: []record{{t2, 1, at(t1) + " a Z \r\n"}},
			want: []string{"2 1 " + at(t1) + " a Z "}},
	}
}

func TestDecode(t *testing.T) {
	for _, tt := range decodeCases() {
		for _, size := range []int{1, 7, 100, 1 << 20} {
			t.Run(fmt.Sprint(tt.name, "/", size), func(t *testing.T) {
				loc := tt.loc
				if loc == nil {
					loc = time.UTC
				}
				rnd := rand.New(rand.NewPCG(1, uint64(size)))
				src := crumbs{bytes.NewReader(encode(tt.tty, loc, tt.in...)), rnd, size}
				got, err := decodeAll(&decoder{src: src, tty: tt.tty, podman: tt.podman})
				if err != nil {
					t.Fatal(err)
				}
				compare(t, got, tt.want)
			})
		}
	}
}

// compare expects lines as "<seconds> <stream> <text>".
func compare(t *testing.T, got []line, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		g, w := "none", "none"
		if i < len(got) {
			g = fmt.Sprintf("%d %d %s", got[i].ns/1e9, got[i].stream, got[i].text)
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("line %d: got %.80q (%d bytes), want %.80q (%d bytes)", i, g, len(g), w, len(w))
		}
	}
}

// Whatever the sizes of lines and reads, what Docker makes of lines is made
// lines again.
func TestDecodeProperty(t *testing.T) {
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		tty := seed%2 == 0
		var want []line
		var in []record
		for i := range 1 + rnd.IntN(40) {
			n := rnd.IntN(100)
			if rnd.IntN(8) == 0 {
				n = rnd.IntN(100_000)
			}
			l := line{ns: origin + int64(i)*1e7*int64(rnd.IntN(2000)), stream: event.Stdout, text: make([]byte, n)}
			for i := range l.text {
				l.text[i] = "ab Z:0T-.\x00\xff"[rnd.IntN(11)]
			}
			sent := l
			if tty {
				sent.text = append(bytes.Clone(l.text), '\r')
			} else if rnd.IntN(3) == 0 {
				sent.stream, l.stream = event.Stderr, event.Stderr
			}
			want = append(want, l)
			in = append(in, dockerRecords(sent)...)
		}
		src := crumbs{bytes.NewReader(encode(tty, time.UTC, in...)), rnd, 1 + rnd.IntN(40_000)}
		got, err := decodeAll(&decoder{src: src, tty: tty})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !sameLines(got, want) {
			t.Fatalf("seed %d: got %d lines, want %d, or they differ", seed, len(got), len(want))
		}
	}
}

// A line beyond MaxLine arrives in parts, and no more than it is kept.
func TestDecodeHugeLine(t *testing.T) {
	for _, tty := range []bool{false, true} {
		end := ""
		if tty {
			end = "\r"
		}
		text := bytes.Repeat([]byte("0123456789abcde\n")[:15], (2*MaxLine+12345)/15)
		in := dockerRecords(line{ns: t1, stream: 1, text: append(bytes.Clone(text), end...)})
		in = append(in, record{t2, 1, "next" + end + "\n"})
		got, err := decodeAll(&decoder{src: bytes.NewReader(encode(tty, time.UTC, in...)), tty: tty})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 4 {
			t.Fatalf("tty %v: got %d events, want 3 and the next line", tty, len(got))
		}
		var joined []byte
		for _, l := range got[:3] {
			if len(l.text) > MaxLine || l.ns != t1 {
				t.Errorf("tty %v: a part of %d bytes at %d", tty, len(l.text), l.ns)
			}
			joined = append(joined, l.text...)
		}
		if !bytes.Equal(joined, text) {
			t.Errorf("tty %v: the parts are not the line", tty)
		}
	}
}

// A frame larger than any buffer, from engines that do not cut lines.
func TestDecodeHugeFrame(t *testing.T) {
	text := bytes.Repeat([]byte("x"), 3_000_000)
	in := encode(false, time.UTC, record{t1, 2, string(text) + "\n"}, record{t2, 1, "b\n"})
	got, err := decodeAll(&decoder{src: bytes.NewReader(in)})
	if want := []line{{t1, 2, text}, {t2, 1, []byte("b")}}; err != nil || !sameLines(got, want) {
		t.Errorf("got %d lines and %v, want 2", len(got), err)
	}
}

func TestDecodeFaults(t *testing.T) {
	good := encode(false, time.UTC, record{t1, 1, "a\n"})
	var said bytes.Buffer
	said.Write(good)
	stdcopy.NewStdWriter(&said, stdcopy.Systemerr).Write([]byte("Error grabbing logs: invalid character\n"))
	tests := []struct {
		name, want string
		in         []byte
	}{
		{"the engine's error", "the engine says: Error grabbing logs: invalid character", said.Bytes()},
		{"cut in a header", "unexpected EOF", append(bytes.Clone(good), 1, 0, 0)},
		{"cut in a frame", "unexpected EOF", append(bytes.Clone(good), good[:20]...)},
		{"no frames", errFrames.Error(), append(bytes.Clone(good), "2026-01-01T00:00:00Z hello"...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decodeAll(&decoder{src: bytes.NewReader(tt.in)})
			if err == nil || err.Error() != tt.want {
				t.Errorf("got error %v, want %s", err, tt.want)
			}
			if len(got) < 1 || string(got[0].text) != "a" {
				t.Errorf("got %d lines, want the one before the error", len(got))
			}
		})
	}
	broken := errors.New("broken")
	_, err := decodeAll(&decoder{src: readerFunc(func([]byte) (int, error) { return 0, broken })})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestStamps(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	var s stamper
	for range 5000 {
		// Few minutes, so that most are read by the short way.
		at := time.Unix(origin/1e9+rnd.Int64N(180), rnd.Int64N(1e9))
		for _, form := range []string{stampForm, time.RFC3339Nano, time.RFC3339} {
			for _, loc := range []*time.Location{time.UTC, time.FixedZone("", -9000)} {
				text := at.In(loc).Format(form)
				want, err := time.Parse(time.RFC3339Nano, text)
				if err != nil {
					t.Fatal(err)
				}
				ns, n := s.parse([]byte(text + " x"))
				if ns != want.UnixNano() || n != len(text)+1 {
					t.Fatalf("parse(%q) = %d, %d, want %d, %d", text, ns, n, want.UnixNano(), len(text)+1)
				}
			}
		}
	}
	for _, text := range []string{"", " ", "2026-02-03T04:05:06Z", "2026-02-03T04:05:66.000000000Z x",
		"2026-02-03T04:05:06.00000000xZ y", "hello world, this is no stamp at all"} {
		if ns, n := s.parse([]byte(text)); n != 0 {
			t.Errorf("parse(%q) = %d, %d, want none", text, ns, n)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	var in []record
	for i := range 10_000 {
		in = append(in, record{origin + int64(i)*1e6, 1, "GET /index.html HTTP/1.1 200 1234 a line of a common length\n"})
	}
	data := encode(false, time.UTC, in...)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	lines := make([]line, 0, 2000)
	for b.Loop() {
		d := &decoder{src: bytes.NewReader(data)}
		for err := error(nil); err == nil; {
			_, err = d.read(lines[:0])
		}
	}
}
