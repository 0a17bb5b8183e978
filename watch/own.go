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
// mounted into it. Nothing tells who wrote a file. But what changes soon after every
// start, ownTimes in a row, is taken for the service's own change. From then on changes of
// that path count only if neither they nor the service's actions came within ownSoon
// before: so a save of the user's counts again after that time.
const (
	ownTimes = 5
	ownSoon  = 10 * time.Second
)

// ownChanges is what a rule knows of changes that its service makes itself. Changes go
// by their keys.
type ownChanges struct {
	acted    time.Time // when the rule's last action ended; zero: there was none
	times    int       // actions in a row that came soon after the one before, with keys of repeated
	repeated map[string]bool
	muted    map[string]time.Time // and when each was changed last
}

// keys are what a change is recognized by: its path, and, of what comes and goes
// under ever new names, its folder, with a slash.
func (c change) keys() []string {
	if c.old.absent() || c.new.absent() {
		return []string{c.path, path.Dir(c.path) + "/"}
	}
	return []string{c.path}
}

// filter takes the service's own changes out of those that an action is asked for,
// which were detected now, and returns the keys of those that it begins to take
// out.
func (o *ownChanges) filter(asked map[string]change, now time.Time) (added []string) {
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
	if added = o.countRepeated(asked, now); len(added) == 0 {
		return nil
	}
	for _, key := range added {
		o.muted[key] = now
	}
	maps.DeleteFunc(asked, func(_ string, c change) bool {
		return slices.ContainsFunc(c.keys(), func(k string) bool { return slices.Contains(added, k) })
	})
	return added
}

// soon tells whether a moment is soon after the last action.
func (o *ownChanges) soon(now time.Time) bool { return now.Sub(o.acted) < ownSoon }

// countRepeated counts an action that is asked for, and returns what changed before each
// of the last ownTimes.
func (o *ownChanges) countRepeated(asked map[string]change, now time.Time) []string {
	keys := map[string]bool{}
	for _, c := range asked {
		for _, k := range c.keys() {
			keys[k] = true
		}
	}
	common := map[string]bool{}
	for k := range o.repeated {
		if keys[k] {
			common[k] = true
		}
	}
	soon := o.soon(now)
	if !soon || len(common) == 0 {
		o.times, o.repeated = 0, keys
		if soon {
			o.times = 1
		}
		return nil
	}
	o.times, o.repeated = o.times+1, common
	if o.times < ownTimes {
		return nil
	}
	if o.muted == nil {
		o.muted = map[string]time.Time{}
	}
	o.times, o.repeated = 0, nil
	folder := func(k string) bool { return strings.HasSuffix(k, "/") }
	list := slices.Sorted(maps.Keys(common))
	if paths := slices.DeleteFunc(slices.Clone(list), folder); len(paths) > 0 {
		return paths
	}
	return list
}

// filterOwn takes the service's own changes out of those pending for a rule that copies
// nothing, and reports which paths it begins to take out. mu is held.
func (r *runner) filterOwn(of *rule, detected time.Time) {
	if of.Unwritable {
		return
	}
	added := of.own.filter(of.pending, detected)
	if len(added) == 0 {
		return
	}
	r.Sink(event.Message{
		Level: event.Warn,
		Text: fmt.Sprintf("service %q seems to change %s itself: %d times in a row that was within %v of its start. No %s follows that any more",
			of.Service, strings.Join(r.displayPaths(of, added), ", "), ownTimes, ownSoon, consequence[of.Action]),
		Hint: fmt.Sprintf("name it under ignore in develop.watch or in .gitignore, or set %s: false; if it was you: a save counts again after %v of rest", Extension, ownSoon),
	})
}

var consequence = map[Action]string{
	Restart: "restart", SyncRestart: "restart", Rebuild: "rebuild", SyncExec: "command",
}

// displayPaths are a rule's paths as the user calls them.
func (r *runner) displayPaths(of *rule, keys []string) []string {
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
