package main

import (
	"io/fs"
	"os"
)

// outputs are the files that the program prints to: standard output and error, and
// what the reader of such a pipe writes, as tee does.
func (a *app) outputs() (files []fs.FileInfo) {
	for _, stream := range []any{a.stdout, a.stderr} {
		f, ok := stream.(*os.File)
		if !ok {
			continue
		}
		info, err := f.Stat()
		switch {
		case err != nil:
		case info.Mode().IsRegular():
			files = append(files, info)
		case info.Mode()&fs.ModeNamedPipe != 0:
			files = append(files, writtenByReaders(info)...)
		}
	}
	return files
}
