//go:build linux

// Command agent changes files in the container that it was put into. It reads
// changes from its standard input and answers each once it is made; both are
// values of encoding/gob. engine's Syncer talks to it.
//
// It imports little, since it is copied into containers. script/build builds it
// for the processors that engines run on, and engine/sync_agent.go takes it into
// the program.
package main

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// change is what engine sends. Deletes come first.
type change struct {
	Deletes []place
	Writes  []write
}

// place is a path in the container, absolute and clean. Where Root is not "", no link
// on the way to it is followed, and none at it replaced unless it is the folder's own.
type place struct {
	Name, Root string
	Own        bool // a link at it is one of the folder's that is synced
}

// write is a file, folder or symbolic link.
type write struct {
	Place    place
	Mode     os.FileMode
	UID, GID int
	ModTime  int64 // Unix, nanoseconds
	Link     string
	Content  []byte
}

// answer says what went wrong, if anything did. What follows that in the change
// is not made.
type answer struct {
	Link, To string // a link that is not followed, and where it leads
	Error    string
}

// idle is how long nothing has come in when an agent makes ready for the next
// change.
const idle = 100 * time.Millisecond

func main() {
	a, err := newAgent(os.Args[0])
	if err == nil {
		err = a.serve(os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// agent makes changes for as long as its own file is there. Who takes that away
// has other means to change the files, and does not want an old change to come
// late.
type agent struct {
	path string
	own  os.FileInfo
	open *os.File // keeps the file's number from being given to another

	mu    sync.Mutex // guards below, and the files
	spare *os.File   // an empty file at stagePath; nil: there is something else, or nothing
}

func newAgent(path string) (*agent, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	own, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return &agent{path: path, own: own, open: f}, nil
}

// serve makes the changes that come in until they end, and then takes the agent
// away.
func (a *agent) serve(in io.Reader, out io.Writer) error {
	syscall.Umask(0)
	changes, answers := gob.NewDecoder(in), gob.NewEncoder(out)
	ready := time.AfterFunc(idle, a.ready)
	defer ready.Stop()
	for {
		var c change
		err := changes.Decode(&c)
		if err == io.EOF {
			return a.leave()
		}
		if err == nil {
			err = a.apply(c)
		}
		reply, err := answerTo(err)
		if err == nil {
			err = answers.Encode(reply)
		}
		if err != nil {
			return err
		}
		ready.Reset(idle)
	}
}

// answerTo is what engine is told of an error, unless that ends the agent.
func answerTo(err error) (answer, error) {
	var link *linkError
	var file *os.PathError
	var files *os.LinkError
	switch {
	case err == nil:
		return answer{}, nil
	case errors.As(err, &link):
		return answer{Link: link.path, To: link.to}, nil
	case errors.As(err, &file), errors.As(err, &files):
		return answer{Error: err.Error()}, nil
	}
	return answer{}, err
}
