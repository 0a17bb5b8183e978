package progress

import (
	"strconv"
	"testing"

	"github.com/compose-orchestrator/compose/event"
)

// TestTransfer shows the progress of a pull after each event about a part.
func TestTransfer(t *testing.T) {
	var tr Transfer
	for i, tt := range []struct {
		part       event.Part
		done       float64
		got, total int64
		layers     [2]int
	}{
		{event.Part{ID: "a", Text: "Pulling fs layer"}, 0, 0, 0, [2]int{0, 1}},
		{event.Part{ID: "a", Text: "Downloading", Current: 50, Total: 100}, 0.4, 50, 100, [2]int{0, 1}},
		{event.Part{ID: "b", Text: "Downloading", Current: 0, Total: 300}, 0.4, 50, 400, [2]int{0, 2}}, // never falls
		{event.Part{ID: "b", Text: "Download complete"}, 0.7, 350, 400, [2]int{0, 2}},                  // 0.1 + 0.6
		{event.Part{ID: "a", Text: "Extracting", Current: 100, Total: 100}, 0.85, 400, 400, [2]int{0, 2}},
		{event.Part{ID: "b", Text: "Pull complete", Done: true}, 1, 400, 400, [2]int{1, 2}},
		{event.Part{ID: "a", Text: "Pull complete", Done: true}, 1, 400, 400, [2]int{2, 2}},
	} {
		tr.add(tt.part)
		got, total := tr.Sizes()
		done, all := tr.Layers()
		if d := tr.Done - tt.done; d > 1e-9 || d < -1e-9 || got != tt.got || total != tt.total || [2]int{done, all} != tt.layers {
			t.Errorf("after event %d: got %v, %d of %d, %d of %d layers, want %v, %d of %d, %v", i, tr.Done, got, total, done, all, tt.done, tt.got, tt.total, tt.layers)
		}
	}
}

// TestTransferIsBounded: an engine that names parts without an end is kept of no more
// than an image may have.
func TestTransferIsBounded(t *testing.T) {
	var tr Transfer
	for i := range 4 * maxParts {
		tr.add(event.Part{ID: strconv.Itoa(i), Text: "Downloading", Current: 1, Total: 2})
	}
	tr.add(event.Part{ID: "0", Text: "Pull complete", Done: true})
	if done, all := tr.Layers(); done != 1 || all != maxParts {
		t.Errorf("%d of %d parts are done, want 1 of %d", done, all, maxParts)
	}
}
