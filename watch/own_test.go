package watch_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/watch"
)

func restarts(b *bench) (n int) {
	for _, c := range b.log() {
		if strings.HasPrefix(c, "restart") {
			n++
		}
	}
	return n
}

// TestOwnChanges: a service that writes into its own source at every start is
// not restarted for ever, and the user is told; another file still restarts it,
// and so does this one after a while.
func TestOwnChanges(t *testing.T) {
	for _, c := range []struct {
		name, told string
		file       func(i int) string
	}{
		{"one file", " state.json itself", func(int) string { return "state.json" }},
		{"ever new names", " seen itself", func(i int) string { return fmt.Sprint("seen/", i) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir() + "/src"
			write(t, root+"/app.py", "1")
			write(t, root+"/state.json", "1")
			synctest.Test(t, func(t *testing.T) {
				b := start(t, newServices("web"), root, watch.Rule{Service: "web", Action: watch.Restart, Path: root})
				b.save("app.py", "2")
				b.after(time.Second)
				for i := range 20 {
					b.save(c.file(i), strings.Repeat("x", i))
					b.after(2 * time.Second)
				}
				if n := restarts(b); n != 5 {
					t.Errorf("got %d restarts, want 5", n)
				}
				if told := ownTold(b); len(told) != 1 || !strings.Contains(told[0].Text, `service "web"`) || !strings.Contains(told[0].Text, c.told) || told[0].Hint == "" {
					t.Errorf("got %+v, want one warning", told)
				}
				b.save("app.py", "3")
				b.after(time.Second)
				b.save(c.file(20), "again")
				b.after(time.Second)
				if n := restarts(b); n != 6 {
					t.Errorf("after a save of the user's: got %d restarts, want 6", n)
				}
				b.after(11 * time.Second)
				b.save(c.file(21), "the user's")
				b.after(time.Second)
				if n := restarts(b); n != 7 {
					t.Errorf("after some rest: got %d restarts, want 7", n)
				}
			})
		})
	}
}

func ownTold(b *bench) (told []event.Message) {
	for _, e := range b.list() {
		if m, ok := e.(event.Message); ok && m.Level == event.Warn {
			told = append(told, m)
		}
	}
	return told
}

// TestBusyUser: one who saves different files, or one at his own pace, is never
// taken for the service.
func TestBusyUser(t *testing.T) {
	root := t.TempDir()
	names := []string{"a", "b", "c"}
	for _, n := range names {
		write(t, root+"/"+n, "")
	}
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), root, watch.Rule{Service: "web", Action: watch.Restart, Path: root})
		for i := range 12 {
			b.save(names[i%3], strings.Repeat("x", i+1))
			b.after(3 * time.Second)
		}
		for i := range 12 {
			b.save("a", strings.Repeat("y", i+1))
			b.after(12 * time.Second)
		}
		if n := restarts(b); n != 24 {
			t.Errorf("got %d restarts, want 24", n)
		}
		if told := ownTold(b); slices.ContainsFunc(told, func(m event.Message) bool { return strings.Contains(m.Text, "itself") }) {
			t.Errorf("got %+v", told)
		}
	})
}

// TestOwnRebuild: what a build's result writes does not have it built for ever.
func TestOwnRebuild(t *testing.T) {
	root := t.TempDir()
	write(t, root+"/package-lock.json", "")
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), root, watch.Rule{Service: "web", Action: watch.Rebuild, Path: root + "/package-lock.json"})
		for i := range 20 {
			b.save("package-lock.json", strings.Repeat("x", i+1))
			b.after(2 * time.Second)
		}
		if n := strings.Count(strings.Join(b.log(), "\n"), "rebuild web"); n != 5 {
			t.Errorf("got %d rebuilds, want 5", n)
		}
	})
}

// TestOwnUnwritable: what no service can write the user saves as often as it
// takes.
func TestOwnUnwritable(t *testing.T) {
	for compose, unwritable := range map[string]bool{
		"{build: ., develop: {watch: [{action: rebuild, path: go.mod}]}}":                         true,
		"{build: ., volumes: ['.:/app:ro'], develop: {watch: [{action: rebuild, path: go.mod}]}}": true,
		"{build: ., volumes: ['.:/app'], develop: {watch: [{action: rebuild, path: go.mod}]}}":    false,
		"{build: ., working_dir: /app, volumes: ['.:/app:ro']}":                                   true,
		"{build: ., working_dir: /app, volumes: ['.:/app']}":                                      false,
		"{image: a, volumes: ['./x:/x'], develop: {watch: [{action: restart, path: .}]}}":         false,
	} {
		p, _ := load(t, "services:\n  web: "+compose+"\n", map[string]string{"go.mod": "1"})
		rules, err := watch.Rules(p)
		derived, _, err2 := watch.Derive(p, build.ReadDockerfile)
		rules = append(rules, derived...)
		if err != nil || err2 != nil || len(rules) == 0 || rules[0].Unwritable != unwritable {
			t.Errorf("%s: got %+v, %v, %v, want %v", compose, rules, err, err2, unwritable)
		}
	}
	root := t.TempDir() + "/src"
	write(t, root+"/go.mod", "1")
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), root, watch.Rule{Service: "web", Action: watch.Restart, Path: root, Unwritable: true})
		for i := range 10 {
			b.save("go.mod", strings.Repeat("x", i+2))
			b.after(2 * time.Second)
		}
		if n := restarts(b); n != 10 {
			t.Errorf("got %d restarts, want 10", n)
		}
	})
}

// TestOwnCancelledBuild: saves during a build are not what the build's result does.
func TestOwnCancelledBuild(t *testing.T) {
	root := t.TempDir()
	write(t, root+"/go.mod", "")
	synctest.Test(t, func(t *testing.T) {
		s := newServices("web")
		s.rebuild = func(ctx context.Context, _ []string) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Minute):
				return nil
			}
		}
		b := start(t, s, root, watch.Rule{Service: "web", Action: watch.Rebuild, Path: root + "/go.mod"})
		for i := range 10 {
			b.save("go.mod", strings.Repeat("x", i+1))
			b.after(2 * time.Second)
		}
		b.after(2 * time.Minute)
		if n := strings.Count(strings.Join(b.log(), "\n"), "rebuild web"); n != 10 {
			t.Errorf("got %d rebuilds, want 10", n)
		}
	})
}
