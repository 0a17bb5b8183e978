package logs

import "time"

// heap holds the sources that have a line, the one whose line goes first at 0:
// the least time, then the least index. It is written out because it is gone
// through for every line, mostly to find that the same source goes on.
type heap []*source

func (h heap) less(i, j int) bool {
	if h[i].head != h[j].head {
		return h[i].head < h[j].head
	}
	return h[i].index < h[j].index
}

func (h *heap) push(s *source) {
	*h = append(*h, s)
	a := *h
	for i := len(a) - 1; i > 0; {
		up := (i - 1) / 2
		if !a.less(i, up) {
			return
		}
		a[i], a[up] = a[up], a[i]
		i = up
	}
}

// pop removes the first.
func (h *heap) pop() {
	a := *h
	n := len(a) - 1
	a[0], a[n] = a[n], nil
	*h = a[:n]
	h.fix()
}

// fix restores the order after the first one's line has changed.
func (h heap) fix() {
	for i := 0; ; {
		next := 2*i + 1
		if next >= len(h) {
			return
		}
		if right := next + 1; right < len(h) && h.less(right, next) {
			next = right
		}
		if !h.less(next, i) {
			return
		}
		h[i], h[next] = h[next], h[i]
		i = next
	}
}

// oldest is when the line that waits longest arrived.
func (h heap) oldest() time.Time {
	t := h[0].queue[0].arrived
	for _, s := range h[1:] {
		if a := s.queue[0].arrived; a.Before(t) {
			t = a
		}
	}
	return t
}
