package logs

import (
	"regexp"

	"github.com/compose-orchestrator/compose/event"
)

// Filter says which lines are shown. The zero value shows all.
type Filter struct {
	// Match is what a line must contain, colours aside; Invert: must not. nil:
	// anything.
	Match  *regexp.Regexp
	Invert bool
	// Level is the least that a line must say of itself. One that says nothing
	// belongs to the line of the same container and stream before it, as those of
	// a stack trace do. Unknown: any.
	Level Level
}

// Sink returns a sink that hands to next the lines of event.Logs that the filter
// shows, and all that is no line. It keeps the last level of each stream and is for the one
// goroutine that Show and Follow call their sink from.
func (f Filter) Sink(next event.Sink) event.Sink {
	if f.Match == nil && f.Level == Unknown {
		return next
	}
	last := map[streamKey]Level{}
	return func(e event.Event) {
		lines, ok := e.(event.Logs)
		if !ok {
			next(e)
			return
		}
		shown := lines[:0]
		for i := range lines {
			if f.shows(&lines[i], last) {
				shown = append(shown, lines[i])
			}
		}
		if len(shown) > 0 {
			next(shown)
		}
	}
}

// streamKey is a stream of a container.
type streamKey struct {
	id     string
	stream event.Stream
}

func (f Filter) shows(l *event.Log, last map[streamKey]Level) bool {
	if f.Level != Unknown {
		key := streamKey{l.Source.ID, l.Stream}
		level := LevelOf(l.Text)
		if level == Unknown {
			level = last[key]
		} else {
			last[key] = level
		}
		if level < f.Level {
			return false
		}
	}
	return f.Match == nil || f.Match.Match(plainText(l.Text)) != f.Invert
}
