//go:build !linux

package main

import "io/fs"

// writtenByReaders are the files that the readers of a pipe write: nobody tells here.
func writtenByReaders(fs.FileInfo) []fs.FileInfo { return nil }
