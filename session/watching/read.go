package watching

import (
	"context"
	"os"
	"time"

	"github.com/compose-orchestrator/compose/session"
)

// longestWriting bounds the wait for files of the project that somebody goes on
// writing.
const longestWriting = 2 * time.Second

// ReadWhole reads the project again where its files were written while, or just
// before, they were read: an editor may have been in the middle of one.
// It returns the session of the project as it is now. The error is Reload's, or ctx's
// cause.
func ReadWhole(ctx context.Context, s *session.Session, o Options) (*session.Session, error) {
	if o.Reload == nil || o.Since.IsZero() || !lastWrite(s.Project.WatchedFiles()).After(o.Since.Add(-configQuiet)) {
		return s, nil
	}
	end := time.Now().Add(longestWriting)
	for {
		now := time.Now()
		rest := lastWrite(s.Project.WatchedFiles()).Add(configQuiet).Sub(now)
		if rest <= 0 || now.After(end) {
			break
		}
		select {
		case <-time.After(rest):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	p, err := o.Reload(ctx)
	if err != nil {
		return nil, err
	}
	return s.For(p), nil
}

// lastWrite is when files were written last; what lies ahead of the clock counts as
// long ago.
func lastWrite(files []string) (last time.Time) {
	now := time.Now()
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.ModTime().After(last) && !info.ModTime().After(now) {
			last = info.ModTime()
		}
	}
	return last
}
