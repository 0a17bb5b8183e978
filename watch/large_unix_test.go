//go:build unix

package watch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/watch"
)

// BenchmarkLargeTree watches 100,000 files in 5,000 folders: how long it takes
// to start, what it costs to rest for a second, and one save.
func BenchmarkLargeTree(b *testing.B) {
	root := b.TempDir()
	for d := range 5000 {
		dir := filepath.Join(root, fmt.Sprintf("p%d", d/100), fmt.Sprintf("d%d", d))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		for f := range 20 {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("file%d.js", f)), []byte("x"), 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	for b.Loop() {
		largeTree(b, root)
	}
}

func largeTree(b *testing.B, root string) {
	s := newServices("web")
	s.image = nil
	ev := newEvents()
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error)
	began := time.Now()
	rule := watch.Rule{Service: "web", Action: watch.Sync, Path: root, Target: "/app", Ignore: []string{"**/node_modules", "*.log", "dist/**"}}
	o := watch.Options{Sink: ev.sink, Known: new(watch.Known), Renewed: make(chan string)}
	if err := watch.InitialSync(ctx, []watch.Rule{rule}, s, o); err != nil {
		b.Fatal(err)
	}
	scanned := time.Since(began)
	go func() { done <- watch.Run(ctx, []watch.Rule{rule}, s, o) }()
	// Run takes saves only when it is ready: saving until one is synced.
	for i := 0; ; i++ {
		if err := os.WriteFile(filepath.Join(root, "p0/d0/file0.js"), fmt.Append(nil, time.Now()), 0o644); err != nil {
			b.Fatal(err)
		}
		select {
		case <-ev.more:
		case <-time.After(100 * time.Millisecond):
			continue
		}
		break
	}
	ready := time.Since(began)
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	before := processor()
	time.Sleep(time.Second)
	rest := processor() - before
	select {
	case <-ev.more:
	default:
	}
	save := time.Now()
	if err := os.WriteFile(filepath.Join(root, "p1/d101/file1.js"), []byte("new"), 0o644); err != nil {
		b.Fatal(err)
	}
	<-ev.more
	b.ReportMetric(float64(time.Since(save).Milliseconds()), "save-ms")
	b.ReportMetric(float64(scanned.Milliseconds()), "scan-ms")
	b.ReportMetric(float64(ready.Milliseconds()), "ready-ms")
	b.ReportMetric(float64(mem.HeapAlloc>>20), "heap-MB")
	b.ReportMetric(float64(mem.Sys>>20), "sys-MB")
	b.ReportMetric(float64(rest.Microseconds())/1e4, "rest-%cpu")
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
