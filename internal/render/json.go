package render

import (
	"bytes"
	"time"
	"unicode/utf8"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// jsonLines prints a JSON object in one line for each event.
type jsonLines struct {
	out  *terminal.Output
	now  func() time.Time
	logs *logs
	// separate: logs have a stream of their own. Their lines are printed there as
	// text, and are no objects.
	separate bool
}

func (j *jsonLines) event(e event.Event) {
	if j.separate && j.logs.event(e) {
		switch e.(type) {
		case event.Log, event.Logs:
			return
		}
	}
	if lines, ok := e.(event.Logs); ok {
		for _, l := range lines {
			j.event(l)
		}
		return
	}
	b, err := encode(e, j.now())
	if err != nil {
		return // does not happen: JSON can hold the values of all events
	}
	_, _ = j.out.Write(append(b, '\n'))
}

func (j *jsonLines) close() error { return nil }

// line is the object of --progress json. The fields id, parent_id, status,
// text, details, current, total and percent have Docker Compose's meaning:
//
//	v          always 1; a change that breaks readers raises it
//	type       status held part output log exit attached message planned finished synced
//	time       RFC 3339; of the event where it has one, else of its arrival
//	id         the resource as people read it, "Container demo-web-1"; of a
//	           part, the part's own name
//	parent_id  of a part: the resource
//	kind, name, service, number   the resource
//	status     Working Done Warning Error Skipped
//	text       the word or the line
//	details    the text after it
//	error      of a status or the end of a plan
//	current, total, percent       of a part: bytes
//	source, stream, bytes         of a log; bytes: base64, where text is no UTF-8
//	sources    of attached: the containers whose logs follow
//	code, restarting, replaced    of an exit
//	level, hint                   of a message: info, warn
//	for, more     of held: what the resource's next step waits for, and the number
//	           of further ones
//	title, refs                   of planned: the resources that will change
//	action, writes, deletes, paths, containers, took   of synced: the rule's
//	           action, how much changed, the first paths, the containers that took
//	           it, and milliseconds from the change's detection (time) to its effect
type line struct {
	V          int         `json:"v"`
	Type       string      `json:"type"`
	Time       time.Time   `json:"time"`
	ID         string      `json:"id,omitempty"`
	ParentID   string      `json:"parent_id,omitempty"`
	Kind       event.Kind  `json:"kind,omitempty"`
	Name       string      `json:"name,omitempty"`
	Service    string      `json:"service,omitempty"`
	Number     int         `json:"number,omitempty"`
	Status     string      `json:"status,omitempty"`
	Text       string      `json:"text,omitempty"`
	Details    string      `json:"details,omitempty"`
	Error      string      `json:"error,omitempty"`
	For        []need      `json:"for,omitempty"`
	More       int         `json:"more,omitempty"`
	Current    int64       `json:"current,omitempty"`
	Total      int64       `json:"total,omitempty"`
	Percent    int         `json:"percent,omitempty"`
	Source     *source     `json:"source,omitempty"`
	Sources    []source    `json:"sources,omitempty"`
	Stream     string      `json:"stream,omitempty"`
	Bytes      []byte      `json:"bytes,omitempty"`
	Code       *int        `json:"code,omitempty"`
	Restarting bool        `json:"restarting,omitempty"`
	Replaced   bool        `json:"replaced,omitempty"`
	Level      event.Level `json:"level,omitempty"`
	Hint       string      `json:"hint,omitempty"`
	Title      string      `json:"title,omitempty"`
	Refs       []event.Ref `json:"refs,omitempty"`
	Action     string      `json:"action,omitempty"`
	Writes     int         `json:"writes,omitempty"`
	Deletes    int         `json:"deletes,omitempty"`
	Paths      []string    `json:"paths,omitempty"`
	Containers int         `json:"containers,omitempty"`
	Took       float64     `json:"took,omitempty"`
}

// need is a change of another resource.
type need struct {
	ID      string `json:"id"`
	Service string `json:"service,omitempty"`
	Text    string `json:"text"`
}

// source is the container of a log line or an exit.
type source struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Service string `json:"service"`
	Number  int    `json:"number,omitempty"`
}

// statusNames are Docker Compose's words for a state.
var statusNames = map[event.State]string{
	event.Working: "Working",
	event.Done:    "Done",
	event.Warning: "Warning",
	event.Failed:  "Error",
	event.Skipped: "Skipped",
}

// encode returns an event as a JSON object in one line, without a line end. now is
// the time of an event that has none of its own. The error is JSON's.
func encode(e event.Event, now time.Time) ([]byte, error) {
	l := line{V: 1, Time: now}
	switch e := e.(type) {
	case event.Status:
		l.Type, l.Status, l.Text, l.Details, l.Error = "status", statusNames[e.State], e.Text, details(e), message(e.Err)
		l.about(e.Ref)
		l.stamp(e.Time)
	case event.Held:
		l.Type, l.More = "held", e.More
		l.about(e.Ref)
		for _, n := range e.For {
			l.For = append(l.For, need{n.Ref.String(), n.Ref.Service, n.Text})
		}
	case event.Part:
		l.Type, l.Status, l.Text, l.Current, l.Total = "part", "Working", e.Text, e.Current, e.Total
		l.about(e.Ref)
		l.ID, l.ParentID = e.ID, l.ID
		if e.Total > 0 {
			l.Percent = int(min(100, e.Current*100/e.Total))
		}
		if e.Done {
			l.Status, l.Percent = "Done", 100
		}
	case event.Output:
		l.Type, l.Text = "output", e.Text
		l.about(e.Ref)
	case event.Log:
		l.log(e)
	case event.Exit:
		s := source(e.Source)
		l.Type, l.Source, l.Code, l.Restarting, l.Replaced = "exit", &s, &e.Code, e.Restarting, e.Replaced
	case event.Attached:
		l.Type = "attached"
		for _, s := range e.Sources {
			l.Sources = append(l.Sources, source(s))
		}
	case event.Message:
		l.Type, l.Level, l.Text, l.Hint = "message", e.Level, e.Text, e.Hint
		if e.Level == event.Plain {
			l.Level = event.Info
		}
	case event.Planned:
		l.Type, l.Title, l.Refs = "planned", e.Title, e.Refs
	case event.Finished:
		l.Type, l.Error = "finished", message(e.Err)
	case event.Synced:
		l.synced(e)
	}
	var b bytes.Buffer
	err := JSON(&b, l)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func (l *line) about(r event.Ref) {
	l.ID, l.Kind, l.Name, l.Service, l.Number = r.String(), r.Kind, r.Name, r.Service, r.Number
}

func (l *line) stamp(t time.Time) {
	if !t.IsZero() {
		l.Time = t
	}
}

func (l *line) synced(e event.Synced) {
	l.Type, l.Service, l.Action, l.Text = "synced", e.Service, e.Action, syncedLine(e)
	l.Writes, l.Deletes, l.Paths, l.Containers = e.Writes, e.Deletes, e.Paths, e.Containers
	l.Took, l.Error = float64(e.Took.Microseconds())/1000, message(e.Err)
	l.stamp(e.Detected)
}

func (l *line) log(e event.Log) {
	s := source(e.Source)
	l.Type, l.Source, l.Text, l.Stream = "log", &s, string(e.Text), "stdout"
	if e.Stream == event.Stderr {
		l.Stream = "stderr"
	}
	if !utf8.Valid(e.Text) {
		l.Bytes = e.Text
	}
	l.stamp(e.Time)
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
