package logs

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"
)

// A log that is cut off again and again, at any line, is read completely and
// nothing twice, also where times repeat and are out of order as two streams
// written at once are, and where the engine has thrown its first lines away.
func TestPosition(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var log []int64
		now := origin
		for range rnd.IntN(2000) {
			now += rnd.Int64N(4) * rnd.Int64N(1000)
			log = append(log, now)
		}
		first := 0 // where a tail begins
		if seed%3 == 0 {
			first = rnd.IntN(len(log)/10 + 1)
			for first > 0 && first < len(log) && log[first] == log[first-1] {
				first++
			}
		}
		for i := range log {
			if first > 0 {
				break
			}
			if j := i + rnd.IntN(20); j < len(log) && rnd.IntN(3) == 0 {
				log[i], log[j] = log[j], log[i]
			}
		}

		p := newPosition()
		var got []int64
		for kept := 0; len(got) < len(log)-first; {
			tail := "all"
			if first > 0 {
				tail = strconv.Itoa(len(log) - first)
			}
			at, tail := p.resume(time.Unix(0, 0), tail)
			since := at.UnixNano()
			begin := kept
			if tail != "all" {
				begin = first
			}
			left := rnd.IntN(1000)
			for _, ns := range log[begin:] {
				if ns < since {
					continue
				}
				if p.admit(ns) {
					got = append(got, ns)
				}
				if left--; left < 0 {
					break
				}
			}
			// The log is rotated: lines that were read go. (A line goes unseen
			// where it has the very time of one that was read and is gone.)
			if first == 0 && rnd.IntN(4) == 0 {
				kept += rnd.IntN(max(len(got)-kept-50, 0) + 1)
			}
		}
		if !slices.Equal(got, log[first:]) {
			t.Fatalf("seed %d: got %d lines, want %d, or they differ", seed, len(got), len(log)-first)
		}
	}
}

func TestPositionOfNothing(t *testing.T) {
	if at, tail := newPosition().resume(time.Unix(5, 0), "7"); !at.Equal(time.Unix(5, 0)) || tail != "7" {
		t.Errorf("resume() = %v, %s, want what was asked for first", at, tail)
	}
}
