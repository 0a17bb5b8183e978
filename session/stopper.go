package session

import (
	"context"
	"sync"
	"time"
)

// defaultGrace is how long a container may take to end that says nothing else.
const defaultGrace = 10 * time.Second

// stopper sees to it that a one-off ends which the user asked to: a program that
// handles no signal ignores them all where it is a container's first.
type stopper struct {
	r      *oneOff
	ctx    context.Context // of this stopper's life
	cancel context.CancelFunc

	patience sync.WaitGroup
	once     sync.Once
}

func newStopper(ctx context.Context, r *oneOff) *stopper {
	s := &stopper{r: r}
	s.ctx, s.cancel = context.WithCancel(ctx)
	return s
}

// asked is told of each signal that asks programs to end, once it was passed on,
// and how many there were. Too many are an impatient user's; SIGTERM, and the end
// of the terminal, are followed by the end of this process, and what does not obey
// within the service's grace period is killed. An interrupt may mean less: that
// what the program does just now should end.
func (s *stopper) asked(signal string, count int) {
	switch {
	case count >= enough:
		s.r.signal(s.ctx, "SIGKILL")
	case signal == "SIGTERM", signal == "SIGHUP" && s.r.c.InTerminal:
		s.once.Do(func() { s.patience.Go(s.killLater) })
	}
}

func (s *stopper) killLater() {
	timer := time.NewTimer(s.r.grace())
	defer timer.Stop()
	select {
	case <-timer.C:
		s.r.signal(s.ctx, "SIGKILL")
	case <-s.ctx.Done():
	}
}

// close ends what the stopper is about to do.
func (s *stopper) close() {
	s.cancel()
	s.patience.Wait()
}

// grace is how long the container may take to end.
func (r *oneOff) grace() time.Duration {
	if g := r.s.Project.Services[r.ref.Service].StopGracePeriod; g != nil {
		return time.Duration(*g)
	}
	return defaultGrace
}
