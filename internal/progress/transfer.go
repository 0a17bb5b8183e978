package progress

import (
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// Transfer adds the parts of a pull up.
type Transfer struct {
	parts map[string]event.Part
	done  float64 // 0 to 1, never falls
}

// Of a layer's way, this much is its download; the rest is the unpacking.
const downloadShare = 0.8

// Known tells whether there was any part.
func (t *Transfer) Known() bool { return len(t.parts) > 0 }

// add takes the news of a part in.
func (t *Transfer) add(p event.Part) {
	if t.parts == nil {
		t.parts = map[string]event.Part{}
	}
	if p.Total == 0 {
		p.Total = t.parts[p.ID].Total // news without numbers keep what is known
	}
	t.parts[p.ID] = p
	var sum, total float64
	for _, p := range t.parts {
		sum += float64(p.Total) * share(p)
		total += float64(p.Total)
	}
	if total > 0 {
		t.done = max(t.done, sum/total)
	}
}

// share is how far a part is, from 0 to 1.
func share(p event.Part) float64 {
	if p.Done {
		return 1
	}
	var f float64
	if p.Total > 0 {
		f = min(float64(p.Current)/float64(p.Total), 1)
	}
	switch text := strings.ToLower(p.Text); {
	case strings.HasPrefix(text, "extract"), strings.HasPrefix(text, "unpack"):
		return downloadShare + (1-downloadShare)*f
	case strings.HasPrefix(text, "download complete"), strings.HasPrefix(text, "verif"):
		return downloadShare
	}
	return downloadShare * f
}

// Done is how much of the work is done, from 0 to 1. It never falls.
func (t *Transfer) Done() float64 { return t.done }

// Sizes are the bytes that are here, and all; total is 0 where no sizes are known.
func (t *Transfer) Sizes() (got, total int64) {
	for _, p := range t.parts {
		total += p.Total
		if share(p) >= downloadShare {
			got += p.Total
		} else {
			got += min(p.Current, p.Total)
		}
	}
	return got, total
}

// Layers are the number of the parts that are finished, and of all.
func (t *Transfer) Layers() (finished, all int) {
	for _, p := range t.parts {
		if p.Done {
			finished++
		}
	}
	return finished, len(t.parts)
}
