package main

import (
	"io/fs"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// outputs are the files that the program prints to: standard output and error, and
// what the reader of such a pipe writes, as tee does.
func (a *app) outputs() (files []fs.FileInfo) {
	for _, stream := range []*terminal.Output{a.stdout, a.stderr} {
		info, ok := stream.File()
		switch {
		case !ok:
		case info.Mode().IsRegular():
			files = append(files, info)
		case info.Mode()&fs.ModeNamedPipe != 0:
			files = append(files, writtenByReaders(info)...)
		}
	}
	return files
}
