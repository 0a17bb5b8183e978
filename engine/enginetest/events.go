package enginetest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	timetypes "github.com/docker/docker/api/types/time"
)

// keptEvents is how many events a since can reach back to. Docker keeps 256;
// more are kept here so that a test's stream has no gaps.
const keptEvents = 1 << 14

// eventLog is the ring of what happened. Readers go through it at their own
// pace; nothing is lost between a since and now.
type eventLog struct {
	mu      sync.Mutex // guards below
	kept    []events.Message
	dropped int           // how many went before kept[0]
	last    int64         // the newest time stamp, in nanoseconds
	grown   chan struct{} // closed when an event comes
}

func newEventLog() *eventLog { return &eventLog{grown: make(chan struct{})} }

// add stamps an event, later than every one before it, and keeps it.
func (l *eventLog) add(now time.Time, m events.Message) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = max(now.UnixNano(), l.last+1)
	m.Scope = "local"
	m.TimeNano = l.last
	m.Time = l.last / int64(time.Second)
	l.kept = append(l.kept, m)
	if extra := len(l.kept) - keptEvents; extra > 0 {
		l.kept = append([]events.Message(nil), l.kept[extra:]...)
		l.dropped += extra
	}
	close(l.grown)
	l.grown = make(chan struct{})
}

// after returns the events from position i on, the position after them, and a
// channel that closes when there are more.
func (l *eventLog) after(i int) ([]events.Message, int, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	end := l.dropped + len(l.kept)
	if i < l.dropped {
		i = l.dropped
	}
	return l.kept[i-l.dropped : len(l.kept) : len(l.kept)], end, l.grown
}

// end is the position after the newest event.
func (l *eventLog) end() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped + len(l.kept)
}

// containerEvent tells of a container. e.mu is held.
func (e *Engine) containerEvent(c *container, action events.Action, extra map[string]string) {
	attributes := maps.Clone(c.config.Labels)
	if attributes == nil {
		attributes = map[string]string{}
	}
	attributes["image"] = c.config.Image
	attributes["name"] = c.name
	maps.Copy(attributes, extra)
	e.events.add(e.now(), events.Message{
		Type: events.ContainerEventType, Action: action,
		Actor: events.Actor{ID: c.id, Attributes: attributes},
	})
}

func (e *Engine) networkEvent(n *network, action events.Action, extra map[string]string) {
	attributes := map[string]string{"name": n.name, "type": n.driver}
	maps.Copy(attributes, extra)
	e.events.add(e.now(), events.Message{
		Type: events.NetworkEventType, Action: action,
		Actor: events.Actor{ID: n.id, Attributes: attributes},
	})
}

func (e *Engine) volumeEvent(name string, action events.Action, extra map[string]string) {
	attributes := map[string]string{"driver": "local"}
	maps.Copy(attributes, extra)
	e.events.add(e.now(), events.Message{
		Type: events.VolumeEventType, Action: action,
		Actor: events.Actor{ID: name, Attributes: attributes},
	})
}

// imageEvent tells of an image; id is what the event is about (for a pull the
// reference), name the attribute of that name.
func (e *Engine) imageEvent(action events.Action, id, name string, labels map[string]string) {
	attributes := map[string]string{"name": name}
	maps.Copy(attributes, labels)
	e.events.add(e.now(), events.Message{
		Type: events.ImageEventType, Action: action,
		Actor: events.Actor{ID: id, Attributes: attributes},
	})
}

// streamEvents serves /events: what was since, then what comes, until the
// until, the client or the engine ends it.
func (e *Engine) streamEvents(w http.ResponseWriter, r *request) error {
	args, err := r.filters("config", "container", "daemon", "event", "image", "label",
		"network", "node", "plugin", "scope", "secret", "service", "type", "volume")
	if err != nil {
		return err
	}
	since, err := eventTime(r.query("since"))
	if err != nil {
		return err
	}
	until, err := eventTime(r.query("until"))
	if err != nil {
		return err
	}
	next := 0
	if since == 0 && (until == 0 || until > e.now().UnixNano()) {
		next = e.events.end()
	}
	var elapsed <-chan time.Time
	if until != 0 {
		timer := time.NewTimer(max(0, time.Unix(0, until).Sub(e.now())))
		defer timer.Stop()
		elapsed = timer.C
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	flush(w)
	enc := json.NewEncoder(w)
	for last := false; ; {
		batch, end, grown := e.events.after(next)
		next = end
		for _, m := range batch {
			if m.TimeNano < since || until != 0 && m.TimeNano > until || !matchEvent(args, m) {
				continue
			}
			if enc.Encode(m) != nil {
				return nil
			}
		}
		flush(w)
		if last {
			return nil
		}
		select {
		case <-grown:
		case <-elapsed:
			last = true // one more round for what came meanwhile
		case <-r.Context().Done():
			return nil
		case <-e.ctx.Done():
			return nil
		}
	}
}

// eventTime reads a since or until in any form Docker takes, as nanoseconds;
// "" is 0.
func eventTime(v string) (int64, error) {
	if v == "" {
		return 0, nil
	}
	text, err := timetypes.GetTimestamp(v, time.Now())
	if err != nil {
		return 0, errorf(http.StatusBadRequest, "%v", err)
	}
	s, ns, err := timetypes.ParseTimestamps(text, 0)
	if err != nil {
		return 0, errorf(http.StatusBadRequest, "%v", err)
	}
	return time.Unix(s, ns).UnixNano(), nil
}

func flush(w http.ResponseWriter) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

// matchEvent applies the filters: values of one key are alternatives, keys and
// labels all have to hold.
func matchEvent(args filters.Args, m events.Message) bool {
	attributes := m.Actor.Attributes
	action := string(m.Action)
	// "exec_create: sh -c ..." counts as exec_create, "health_status: healthy"
	// as health_status too.
	short := action
	for i := range action {
		if action[i] == ':' {
			short = action[:i]
			break
		}
	}
	of := func(key string, t events.Type) bool {
		if !args.Contains(key) {
			return true
		}
		if m.Type != t {
			return false
		}
		return args.ExactMatch(key, m.Actor.ID) || args.ExactMatch(key, attributes["name"]) ||
			args.FuzzyMatch(key, m.Actor.ID)
	}
	return (args.ExactMatch("event", action) || args.ExactMatch("event", short)) &&
		args.ExactMatch("type", string(m.Type)) &&
		args.ExactMatch("scope", m.Scope) &&
		args.MatchKVList("label", attributes) &&
		of("container", events.ContainerEventType) &&
		of("network", events.NetworkEventType) &&
		of("volume", events.VolumeEventType) &&
		matchEventImage(args, m)
}

func matchEventImage(args filters.Args, m events.Message) bool {
	if !args.Contains("image") {
		return true
	}
	name := m.Actor.Attributes["name"]
	if m.Type == events.ContainerEventType {
		name = m.Actor.Attributes["image"]
	}
	return args.ExactMatch("image", m.Actor.ID) || args.ExactMatch("image", name) ||
		args.ExactMatch("image", untagged(name))
}

// stamp is a time the way the engine writes it.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "0001-01-01T00:00:00Z"
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func itoa(n int) string { return strconv.Itoa(n) }
