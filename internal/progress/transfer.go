package progress

import (
	"slices"
	"strings"

	"github.com/compose-orchestrator/compose/event"
)

// Transfer is the progress of a pull: the sum of its parts, which are layers.
type Transfer struct {
	Parts []Part `json:"parts,omitempty"` // in the order of their first events
	// Done is the share of the work that is done, from 0 to 1. It never falls, even
	// when a new part adds work.
	Done float64 `json:"done,omitempty"`
}

// Part is the latest progress of a part.
type Part struct {
	ID      string `json:"id"`
	Text    string `json:"text,omitempty"` // the engine's word: "Downloading"
	Current int64  `json:"current,omitempty"`
	Total   int64  `json:"total,omitempty"` // bytes, as Current; 0: not known
	Done    bool   `json:"done,omitempty"`
}

// downloadShare is the download's share of the work on a layer; the rest is its
// extraction.
const downloadShare = 0.8

// Known tells whether there was any part.
func (t *Transfer) Known() bool { return len(t.Parts) > 0 }

// maxParts bounds the parts that are kept. An image has 127 layers at most; an engine
// that names parts without an end takes no more time and memory than that.
const maxParts = 1000

// add takes the progress of a part. A part's known total is kept where the event has
// none.
func (t *Transfer) add(e event.Part) {
	p := Part{ID: e.ID, Text: e.Text, Current: e.Current, Total: e.Total, Done: e.Done}
	i := slices.IndexFunc(t.Parts, func(known Part) bool { return known.ID == p.ID })
	switch {
	case i < 0 && len(t.Parts) == maxParts:
		return
	case i < 0:
		t.Parts = append(t.Parts, p)
	default:
		if p.Total == 0 {
			p.Total = t.Parts[i].Total
		}
		t.Parts[i] = p
	}
	var done, total float64
	for _, p := range t.Parts {
		done += float64(p.Total) * p.share()
		total += float64(p.Total)
	}
	if total > 0 {
		t.Done = max(t.Done, done/total)
	}
}

// share is how much of the part's work is done, from 0 to 1.
func (p Part) share() float64 {
	if p.Done {
		return 1
	}
	var f float64
	if p.Total > 0 {
		f = min(float64(p.Current)/float64(p.Total), 1)
	}
	switch {
	case p.says("extract"), p.says("unpack"):
		return downloadShare + (1-downloadShare)*f
	case p.says("download complete"), p.says("verif"):
		return downloadShare
	}
	return downloadShare * f
}

// says tells whether the part's text begins with a word, in upper or lower case.
func (p Part) says(word string) bool {
	return len(p.Text) >= len(word) && strings.EqualFold(p.Text[:len(word)], word)
}

// Sizes are the bytes that were downloaded, and all; total is 0 where no size
// is known.
func (t *Transfer) Sizes() (got, total int64) {
	for _, p := range t.Parts {
		total += p.Total
		if p.share() >= downloadShare {
			got += p.Total
		} else {
			got += min(p.Current, p.Total)
		}
	}
	return got, total
}

// Layers are the number of parts that are done, and of all.
func (t *Transfer) Layers() (done, all int) {
	for _, p := range t.Parts {
		if p.Done {
			done++
		}
	}
	return done, len(t.Parts)
}
