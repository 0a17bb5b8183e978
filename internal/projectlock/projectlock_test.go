package projectlock

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

func lockOf(dir, command string) Lock {
	return Lock{Dir: filepath.Join(dir, "locks"), Name: "shop", Me: Holder{PID: os.Getpid(), User: "alice", Host: "laptop", Command: command}}
}

// take takes a lock at once.
func take(t *testing.T, l Lock) (context.Context, func()) {
	t.Helper()
	ctx, release, err := l.Take(t.Context(), func(h Holder) { t.Errorf("%s waits for %s", l.Me.Command, h) })
	if err != nil {
		t.Fatal(err)
	}
	return ctx, release
}

// TestTake: the second waits, is told once for whom, and gets the lock when the first
// gives it back. Another project is not concerned.
func TestTake(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		_, first := take(t, lockOf(dir, "compose up"))
		other := lockOf(dir, "compose up")
		other.Name = "blog"
		_, release := take(t, other)
		release()
		var told []string
		got := make(chan func())
		go func() {
			_, second, err := lockOf(dir, "compose scale").Take(t.Context(), func(h Holder) {
				told = append(told, h.Command)
				if time.Since(h.Since) != 0 {
					t.Errorf("it has the lock since %v", h.Since)
				}
			})
			if err != nil {
				t.Error(err)
			}
			got <- second
		}()
		time.Sleep(time.Minute)
		select {
		case <-got:
			t.Fatal("two have the lock")
		default:
		}
		first()
		second := <-got
		second()
		if len(told) != 1 || told[0] != "compose up" {
			t.Errorf("told %q", told)
		}
	})
}

// TestTakeCancelled: who waits can be interrupted.
func TestTakeCancelled(t *testing.T) {
	dir, cause := t.TempDir(), errors.New("ctrl-c")
	synctest.Test(t, func(t *testing.T) {
		_, release := take(t, lockOf(dir, "compose up"))
		defer release()
		ctx, cancel := context.WithCancelCause(t.Context())
		_, _, err := lockOf(dir, "compose up").Take(ctx, func(Holder) { cancel(cause) })
		if !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
	})
}

// TestInterrupt: the holder is asked to end and says who asked; the next one who takes
// the lock is not concerned.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		working, release := take(t, lockOf(dir, "compose up"))
		go func() {
			<-working.Done()
			release()
		}()
		_, down, err := lockOf(dir, "compose down").Interrupt(t.Context(), func(Holder) {})
		if err != nil {
			t.Fatal(err)
		}
		var by *Interrupted
		if cause := context.Cause(working); !errors.As(cause, &by) || by.By.Command != "compose down" {
			t.Errorf("the cause is %v", cause)
		}
		down()
		next, release := take(t, lockOf(dir, "compose up"))
		time.Sleep(time.Minute)
		if next.Err() != nil {
			t.Errorf("the next one ended: %v", context.Cause(next))
		}
		release()
	})
}

// TestNoStop: what is no file and stands where a holder is asked to end asks for nothing. A
// folder with content could not be taken away, and each command would end at once.
func TestNoStop(t *testing.T) {
	dir := t.TempDir()
	l := lockOf(dir, "compose up")
	if err := os.MkdirAll(filepath.Join(l.path(".stop"), "content"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(l.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		working, release := take(t, l)
		defer release()
		time.Sleep(time.Minute)
		if working.Err() != nil {
			t.Errorf("it ended: %v", context.Cause(working))
		}
	})
}

// TestInterruptDeaf: a holder that does not end is worked beside, after ten seconds.
func TestInterruptDeaf(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		_, release := take(t, lockOf(dir, "compose up"))
		defer release()
		began := time.Now()
		_, down, err := lockOf(dir, "compose down").Interrupt(t.Context(), func(Holder) {})
		if err != nil {
			t.Fatal(err)
		}
		down()
		if waited := time.Since(began).Round(time.Second); waited != patience {
			t.Errorf("waited %v", waited)
		}
	})
}

// TestInterruptBoth: two commands that end containers do not wait for each other.
func TestInterruptBoth(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		stopping, release, err := lockOf(dir, "compose stop").Interrupt(t.Context(), func(Holder) {})
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		began := time.Now()
		_, kill, err := lockOf(dir, "compose kill").Interrupt(t.Context(), func(Holder) {})
		if err != nil {
			t.Fatal(err)
		}
		kill()
		if time.Since(began) != 0 || stopping.Err() != nil {
			t.Errorf("kill waited %v, stop ended with %v", time.Since(began), context.Cause(stopping))
		}
	})
}

// TestKilled: the lock of a process that was killed is free.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("PROJECTLOCK_HOLD"); dir != "" {
		take(t, lockOf(dir, "compose up"))
		os.Stdout.WriteString("held\n")
		select {}
	}
	dir := t.TempDir()
	holder := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	holder.Env = append(os.Environ(), "PROJECTLOCK_HOLD="+dir)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len("held\n"))); err != nil {
		t.Fatal(err)
	}
	file, err := lockOf(dir, "").file()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := file.TryLock(); got || err != nil {
		t.Fatalf("the other process does not have it: %v, %v", got, err)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait() // it was killed
	_, release := take(t, lockOf(dir, "compose up"))
	release()
}

// TestFolder: a folder that others may write to is not used, and the holder's file may
// hold anything.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	l := lockOf(dir, "compose up")
	if err := os.MkdirAll(l.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "{", `{"pid": "x"}`, "[]", string(make([]byte, 1<<20))} {
		if err := os.WriteFile(l.path(".holder"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if h := readHolder(l.path(".holder")); h != (Holder{}) {
			t.Errorf("%.20q is %v", text, h)
		}
	}
	if err := os.Chmod(l.Dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Take(t.Context(), func(Holder) {}); err == nil {
		t.Error("a folder that all may write to is used")
	}
}
