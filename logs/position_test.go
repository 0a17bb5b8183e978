package logs

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"
)

// A log that is cut off again and again, at any line, is read completely and
// nothing twice, where times are out of order as two streams written at once
// are, and where they repeat (seed%3 == 0), only a tail is read (1) or the engine
// throws lines away (2). Repeated times with the latter two cannot be told apart.
func TestPosition(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		log := someTimes(rnd, seed%3 == 0)
		first, tail := 0, "all"
		if seed%3 == 1 {
			first = rnd.IntN(len(log)/10 + 1)
			tail = strconv.Itoa(len(log) - first)
		}
		p := newPosition(time.Unix(0, 0), tail)
		var got []int64
		kept, spins := 0, 0
		for len(got) < len(log)-first {
			if spins++; spins > 3000 {
				t.Fatalf("seed %d: stuck at %d of %d lines", seed, len(got), len(log)-first)
			}
			at, tail := p.resume()
			begin := kept
			if tail != "all" {
				begin = first
			}
			left := rnd.IntN(1000)
			for _, ns := range log[begin:] {
				if ns < at.UnixNano() {
					continue
				}
				if p.admit(ns) {
					got = append(got, ns)
				}
				if left--; left < 0 {
					break
				}
			}
			if seed%3 == 2 {
				kept += rnd.IntN(len(got) - kept + 1)
			}
		}
		if !slices.Equal(got, log[first:]) {
			t.Fatalf("seed %d: got %d lines, want %d, or they differ", seed, len(got), len(log)-first)
		}
	}
}

// someTimes makes the times of a log, a bit out of order.
func someTimes(rnd *rand.Rand, repeat bool) []int64 {
	var log []int64
	now := origin
	for range rnd.IntN(2000) {
		if now++; repeat {
			now -= rnd.Int64N(2)
		}
		now += rnd.Int64N(4) * rnd.Int64N(1000)
		log = append(log, now)
	}
	for i := range log {
		if j := i + rnd.IntN(20); j < len(log) && rnd.IntN(3) == 0 {
			log[i], log[j] = log[j], log[i]
		}
	}
	return log
}

func TestPositionOfNothing(t *testing.T) {
	tests := []struct {
		tail, want string
		at         int64
		do         func(*position)
	}{
		{"7", "7", 5, func(*position) {}},
		{"7", "all", 5, (*position).finished},
		{"0", "0", 5, (*position).finished},
		{"0", "all", 6, func(p *position) { p.finished(); p.next(time.Unix(6, 0)) }},
		{"0", "0", 5, func(p *position) { p.next(time.Time{}) }},
		{"7", "7", 5, func(p *position) { p.next(time.Unix(6, 0)) }},
	}
	for i, tt := range tests {
		p := newPosition(time.Unix(5, 0), tt.tail)
		tt.do(p)
		if at, tail := p.resume(); at.Unix() != tt.at || tail != tt.want {
			t.Errorf("%d: resume() = %d, %s, want %d, %s", i, at.Unix(), tail, tt.at, tt.want)
		}
	}
}
