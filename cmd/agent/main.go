//go:build linux

// Command agent changes files in the container that it was put into. It reads
// changes from its standard input and answers each once it is made; both are
// values of encoding/gob. filesync.Syncer talks to it.
//
// It imports little, since it is copied into containers. script/build builds it
// for the processors that engines run on, and engine/filesync/agent.go takes it into
// the program.
package main

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// change is what engine sends. Deletes come first.
type change struct {
	Deletes []place
	Writes  []write
}

// place is a path in the container, absolute and clean. No link on the way to it is
// followed, and none at it replaced unless it is the folder's own.
type place struct {
	Name string
	Own  bool // a link at it is one of the folder's that is synced
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
	Denied   bool // the agent has not the rights, or the kernel, for it
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
	root folder // the container's
	home folder // where the agent's file is
	name string // of that file
	own  unix.Stat_t
	open *os.File // keeps the file's number from being given to another

	mu    sync.Mutex // guards below, and the files
	spare *os.File   // an empty file, staged at home; nil: there is something else, or nothing
}

func newAgent(file string) (*agent, error) {
	a := &agent{name: path.Base(file)}
	var err error
	if a.root, err = openRoot(); err != nil {
		return nil, err
	}
	if a.home, err = a.parent(place{Name: file}, nil); err != nil {
		return nil, err
	}
	if a.open, err = a.home.openFile(a.name, unix.O_RDONLY); err != nil {
		return nil, err
	}
	return a, unix.Fstat(int(a.open.Fd()), &a.own)
}

// serve makes the changes that come in until they end, and then takes the agent
// away.
func (a *agent) serve(in io.Reader, out io.Writer) error {
	unix.Umask(0)
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

// answerTo is the answer to engine about an error; the error itself where it ends the agent.
func answerTo(err error) (answer, error) {
	var link *linkError
	var file *os.PathError
	switch {
	case err == nil:
		return answer{}, nil
	case errors.As(err, &link):
		return answer{Link: link.path, To: link.to}, nil
	case errors.As(err, &file):
		return answer{Error: err.Error(), Denied: denied(err)}, nil
	}
	return answer{}, err
}

// denied tells errors that the engine may not meet: it has all rights. What a process
// of the container can bring about by what it puts in a place is none of them.
func denied(err error) bool {
	return errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP)
}
