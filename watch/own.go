package watch

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// A service may write into the folder that it is restarted for, where that is
// mounted into it. Who wrote a file nobody tells; but what changes soon after
// every start, ownTimes in a row, is the service's own. From then on its changes
// count only where the service and they have rested for ownSoon: so a user who
// was taken for the service is heard with the next save after that.
const (
	ownTimes = 5
	ownSoon  = 10 * time.Second
)

// own is what a rule knows of changes that its service makes itself. Changes go
// by their keys.
type own struct {
	acted time.Time // when the rule's last action ended; zero: there was none
	times int       // actions in a row that were soon after the one before, for chain
	chain map[string]bool
	muted map[string]time.Time // and when each was changed last
}

// keys are what a change is recognized by: its path, and, of what comes and goes
// under ever new names, its folder, with a slash.
func (c change) keys() []string {
	if c.old.absent() || c.new.absent() {
		return []string{c.path, path.Dir(c.path) + "/"}
	}
	return []string{c.path}
}

// sift takes the service's own changes out of those that an action is asked for,
// which were detected now, and returns the keys of those that it begins to take
// out.
func (o *own) sift(asked map[string]change, now time.Time) (news []string) {
	if o.acted.IsZero() {
		return nil
	}
	soon := o.soon(now)
	maps.DeleteFunc(asked, func(_ string, c change) bool {
		drop := false
		for _, key := range c.keys() {
			last, ok := o.muted[key]
			if !ok {
				continue
			}
			drop = drop || soon || now.Sub(last) < ownSoon
			o.muted[key] = now
		}
		return drop
	})
	if len(asked) == 0 {
		return nil
	}
	if news = o.follow(asked, now); len(news) == 0 {
		return nil
	}
	for _, key := range news {
		o.muted[key] = now
	}
	maps.DeleteFunc(asked, func(_ string, c change) bool {
		return slices.ContainsFunc(c.keys(), func(k string) bool { return slices.Contains(news, k) })
	})
	return news
}

// soon tells whether a moment is soon after the last action.
func (o *own) soon(now time.Time) bool { return now.Sub(o.acted) < ownSoon }

// follow counts an action that is asked for, and returns what changed before each
// of the last ownTimes.
func (o *own) follow(asked map[string]change, now time.Time) []string {
	keys := map[string]bool{}
	for _, c := range asked {
		for _, k := range c.keys() {
			keys[k] = true
		}
	}
	common := map[string]bool{}
	for k := range o.chain {
		if keys[k] {
			common[k] = true
		}
	}
	soon := o.soon(now)
	if !soon || len(common) == 0 {
		o.times, o.chain = 0, keys
		if soon {
			o.times = 1
		}
		return nil
	}
	o.times, o.chain = o.times+1, common
	if o.times < ownTimes {
		return nil
	}
	if o.muted == nil {
		o.muted = map[string]time.Time{}
	}
	o.times, o.chain = 0, nil
	folder := func(k string) bool { return strings.HasSuffix(k, "/") }
	list := slices.Sorted(maps.Keys(common))
	if paths := slices.DeleteFunc(slices.Clone(list), folder); len(paths) > 0 {
		return paths
	}
	return list
}

// sift is that of a rule which copies nothing; mu is held. What it begins to take
// out it says.
func (r *runner) sift(of *rule, detected time.Time) {
	if of.Unwritable {
		return
	}
	news := of.own.sift(of.asked, detected)
	if len(news) == 0 {
		return
	}
	r.Sink(event.Message{
		Level: event.Warn,
		Text: fmt.Sprintf("service %q seems to change %s itself: %d times in a row that was within %v of its start. No %s follows that any more",
			of.Service, strings.Join(r.called(of, news), ", "), ownTimes, ownSoon, consequence[of.Action]),
		Hint: fmt.Sprintf("name it under ignore in develop.watch or in .gitignore, or set %s: false; if it was you: a save counts again after %v of rest", Extension, ownSoon),
	})
}

var consequence = map[Action]string{
	Restart: "restart", SyncRestart: "restart", Rebuild: "rebuild", SyncExec: "command",
}

// called are a rule's paths as the user calls them.
func (r *runner) called(of *rule, keys []string) []string {
	paths := make([]string, len(keys))
	for i, k := range keys {
		paths[i] = filepath.Join(of.Path, filepath.FromSlash(k))
	}
	return r.shown(slices.Values(paths))
}

// acted says that a service was started, or a command run in it.
func (s *service) acted(now time.Time) {
	for _, r := range s.rules {
		r.own.acted = now
	}
}
