package logs

import (
	"bytes"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/docker/docker/pkg/stdcopy"

	"github.com/compose-orchestrator/compose/event"
)

// record is what an engine keeps of a container's output: a line with its end,
// or a piece without.
type record struct {
	ns     int64
	stream event.Stream
	text   string
}

// origin is the time that tests count from.
var origin = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC).UnixNano()

// dockerRecords cuts a line as Docker does: pieces of 16 KiB with one stamp.
func dockerRecords(l line) []record {
	var rs []record
	text := string(l.text) + "\n"
	for len(text) > 16<<10 {
		rs = append(rs, record{l.ns, l.stream, text[:16<<10]})
		text = text[16<<10:]
	}
	return append(rs, record{l.ns, l.stream, text})
}

const stampForm = "2006-01-02T15:04:05.000000000Z07:00"

// encode writes records as an engine does with timestamps on.
func encode(tty bool, loc *time.Location, rs ...record) []byte {
	var b bytes.Buffer
	for _, r := range rs {
		data := []byte(time.Unix(0, r.ns).In(loc).Format(stampForm) + " " + r.text)
		if tty {
			b.Write(data)
		} else {
			stdcopy.NewStdWriter(&b, stdcopy.StdType(r.stream)).Write(data)
		}
	}
	return b.Bytes()
}

// crumbs reads in pieces of random size.
type crumbs struct {
	r   io.Reader
	rnd *rand.Rand
	max int
}

func (c crumbs) Read(p []byte) (int, error) {
	return c.r.Read(p[:min(len(p), 1+c.rnd.IntN(c.max))])
}

// decodeAll decodes a stream to its end. It clones what a slab has that is read
// into again.
func decodeAll(d *decoder) ([]line, error) {
	var all []line
	for {
		ls, err := d.read(nil)
		for _, l := range ls {
			l.text = bytes.Clone(l.text)
			all = append(all, l)
		}
		if err == io.EOF {
			ls, err = d.flush(nil)
			return append(all, ls...), err
		}
		if err != nil {
			return all, err
		}
	}
}

func sameLines(a, b []line) bool {
	return slices.EqualFunc(a, b, func(a, b line) bool {
		return a.ns == b.ns && a.stream == b.stream && bytes.Equal(a.text, b.text)
	})
}
