package filesync

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestSyncLarge: a file of 1 GB is streamed: it arrives whole, and this program
// grows by no more than some buffers.
func TestSyncLarge(t *testing.T) {
	b := newBench(t, "do-sync-large", "    {image: alpine, init: true, command: sleep 600}\n")
	b.start()
	const size = 1 << 30
	source := filepath.Join(b.dir, "large")
	f, err := os.Create(source)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt([]byte("end"), size-3) // the rest is a hole
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b.apply(Change{Roots: []string{"/app"}, Writes: []Write{{Source: source, Target: "/app/large", Mode: 0o644, ModTime: time.Now()}}})
	runtime.ReadMemStats(&after)
	b.want("stat -c %s /app/large; tail -c 3 /app/large", "1073741824\nend")
	if grown := int64(after.Sys) - int64(before.Sys); grown > 32<<20 {
		t.Errorf("the program grew by %d MB", grown>>20)
	}
}
