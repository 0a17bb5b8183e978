package enginetest

import (
	"testing"
	"time"
)

// A follower that looks only when the next run has begun ends with its own.
func TestLogBufferRuns(t *testing.T) {
	l := newLogBuffer()
	l.open()
	run := l.run()
	l.write(stdout, []byte("one"), time.Now())
	l.close()
	l.open()
	l.write(stdout, []byte("two\n"), time.Now())
	lines, running, _ := l.after(0, run)
	if len(lines) != 1 || string(lines[0].text) != "one" || running {
		t.Errorf("the first run has %v and goes on: %v", lines, running)
	}
	lines, running, _ = l.after(1, l.run())
	if len(lines) != 1 || string(lines[0].text) != "two\n" || !running {
		t.Errorf("the second run has %v and goes on: %v", lines, running)
	}
}
