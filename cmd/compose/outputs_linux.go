package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// writtenByReaders are the files that processes have open for writing which hold an
// end of a pipe, as far as they are the user's own.
func writtenByReaders(pipe fs.FileInfo) (files []fs.FileInfo) {
	processes, _ := filepath.Glob("/proc/[0-9]*/fd") // without /proc nobody is found
	for _, dir := range processes {
		if filepath.Dir(dir) == "/proc/"+strconv.Itoa(os.Getpid()) {
			continue
		}
		reads := false
		var written []fs.FileInfo
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			info, err := os.Stat(filepath.Join(dir, e.Name()))
			switch {
			case err != nil:
			case os.SameFile(info, pipe):
				reads = reads || !openForWriting(dir, e.Name())
			case info.Mode().IsRegular() && openForWriting(dir, e.Name()):
				written = append(written, info)
			}
		}
		if reads {
			files = append(files, written...)
		}
	}
	return files
}

// openForWriting reads the flags of a process's descriptor.
// https://docs.kernel.org/filesystems/proc.html#proc-pid-fdinfo-information-about-opened-file
func openForWriting(dir, fd string) bool {
	info, err := os.ReadFile(filepath.Join(filepath.Dir(dir), "fdinfo", fd))
	if err != nil {
		return false
	}
	for line := range bytes.Lines(info) {
		if text, ok := bytes.CutPrefix(line, []byte("flags:")); ok {
			flags, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 8, 64)
			return err == nil && flags&int64(os.O_WRONLY|os.O_RDWR) != 0
		}
	}
	return false
}
