//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// benchApply has an agent make a change of n saved files, in folders of 100, over
// and over.
func benchApply(b *testing.B, n int) {
	dir, err := filepath.EvalSymlinks(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	own := filepath.Join(dir, "agent")
	if err := os.WriteFile(own, []byte("program"), 0o700); err != nil {
		b.Fatal(err)
	}
	a, err := newAgent(own)
	if err != nil {
		b.Fatal(err)
	}
	var c change
	for i := range n {
		c.Writes = append(c.Writes, write{
			Place: place{Name: filepath.Join(dir, "srv/app/src", fmt.Sprint("folder", i/100), fmt.Sprint("file", i))}, Mode: 0o644,
			UID: os.Getuid(), GID: os.Getgid(), ModTime: 1_700_000_000_123_000_000, Content: make([]byte, 4<<10),
		})
	}
	for b.Loop() {
		if err := a.apply(c); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply1(b *testing.B)    { benchApply(b, 1) }
func BenchmarkApply1000(b *testing.B) { benchApply(b, 1000) }
