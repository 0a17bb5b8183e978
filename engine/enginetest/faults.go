package enginetest

import (
	"net/http"
	"time"
)

// Fault is something that goes wrong with a request before its handler sees
// it. The zero value does nothing.
type Fault struct {
	// Status and Message answer the request in place of the handler; 0: the
	// handler answers, after the delay.
	Status  int
	Message string
	// Times is how many requests it befalls; 0: all that come.
	Times int
	// After is how many requests of the route pass unharmed first.
	After int
	// Delay is waited first.
	Delay time.Duration
	// Hang waits until the client gives up or the engine is closed, and then
	// drops the connection.
	Hang bool
	// Stall lets the handler answer, and holds what it writes after the first
	// Writes pieces back until the channel is closed: a pull or build under way.
	Stall  <-chan struct{}
	Writes int
	// DropConnection closes the connection without an answer.
	DropConnection bool
}

// Fault makes a fault befall the requests of a route. Several faults of one
// route take turns: the first until its Times are used up, then the next.
func (e *Engine) Fault(r Route, f Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.faults[r] = append(e.faults[r], &f)
}

// ClearFaults takes all faults back.
func (e *Engine) ClearFaults() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.faults)
}

// takeFault returns the fault that befalls the present request of the route,
// or nil. e.mu is held.
func (e *Engine) takeFault(r Route) *Fault {
	queue := e.faults[r]
	if len(queue) == 0 {
		return nil
	}
	f := queue[0]
	if f.After > 0 {
		f.After--
		return nil
	}
	taken := *f
	if f.Times > 0 {
		if f.Times--; f.Times == 0 {
			e.faults[r] = queue[1:]
		}
	}
	return &taken
}

// commit lets a fault happen. It tells whether the request is over with it.
func (e *Engine) commit(w http.ResponseWriter, r *request, f *Fault) bool {
	var elapsed <-chan time.Time
	if f.Delay > 0 {
		t := time.NewTimer(f.Delay)
		defer t.Stop()
		elapsed = t.C
	}
	if f.Hang || f.Delay > 0 {
		select {
		case <-elapsed:
		case <-r.Context().Done():
		case <-e.ctx.Done():
		}
	}
	switch {
	case f.Hang || f.DropConnection:
		// The way net/http has for a handler to drop the connection.
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		writeError(w, errorf(f.Status, "%s", f.Message))
		return true
	}
	return false
}

// stalled is an answer that stops in the middle.
type stalled struct {
	http.ResponseWriter
	left           int // writes that pass
	until          <-chan struct{}
	client, engine <-chan struct{} // whose end ends the waiting
}

// Write passes on, and waits once the answer is as far as it is to come.
func (s *stalled) Write(b []byte) (int, error) {
	s.wait()
	s.left--
	return s.ResponseWriter.Write(b)
}

// WriteHeader is a part of the first write, or an answer without any.
func (s *stalled) WriteHeader(status int) {
	s.wait()
	s.ResponseWriter.WriteHeader(status)
}

func (s *stalled) wait() {
	if s.left > 0 {
		return
	}
	select {
	case <-s.until:
	case <-s.client:
	case <-s.engine:
	}
}

// Unwrap is for http.ResponseController.
func (s *stalled) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Flush makes streams possible.
func (s *stalled) Flush() { flush(s.ResponseWriter) }
