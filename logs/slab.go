package logs

import (
	"sync"
	"sync/atomic"
)

// slab is a buffer that lines are cut from. It is read into again once nobody
// holds it: the decoder that fills it, batches with lines of it.
type slab struct {
	buf   []byte
	users atomic.Int32
}

// slabs are those of bufMax that nobody holds.
var slabs = sync.Pool{New: func() any { return &slab{buf: make([]byte, bufMax)} }}

// newSlab returns a slab of a size in bytes, held once.
func newSlab(size int) *slab {
	if size != bufMax {
		s := &slab{buf: make([]byte, size)}
		s.hold()
		return s
	}
	s := slabs.Get().(*slab)
	s.hold()
	return s
}

func (s *slab) hold() { s.users.Add(1) }

// release ends a hold.
func (s *slab) release() {
	if s.users.Add(-1) == 0 && len(s.buf) == bufMax {
		slabs.Put(s)
	}
}
