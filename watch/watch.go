// Package watch is the hot-reload loop: it sees what a developer changes in the
// folders of a project, and has the running services follow.
//
// A Watcher tells which paths may have changed. What really changed is found by
// comparing the folder with a Manifest, so that lost, doubled and late events
// make no difference. The rules say what a change means for which service, and
// Services, which the session implements, carries it out.
package watch

import (
	"context"
	"io/fs"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
)

// Action is what a rule does with a change.
type Action string

// The actions of develop.watch, by the names they have in the file.
const (
	Sync        Action = "sync"
	Rebuild     Action = "rebuild"
	Restart     Action = "restart"
	SyncRestart Action = "sync+restart"
	SyncExec    Action = "sync+exec"
)

// Rule says what a change below Path means for a service. Rules come from
// develop.watch or are derived from bind mounts.
type Rule struct {
	Service string
	Action  Action
	Path    string // absolute; a folder or a file
	Target  string // absolute, slashes: where Path is in the container; "": nothing is copied
	// Include and Ignore are patterns in .dockerignore's syntax, relative to Path.
	// Include empty: everything.
	Include, Ignore []string
	Exec            types.ServiceHook // of SyncExec
	// InitialSync copies what differs before the first start, too.
	InitialSync bool
	// Derived says where the rule comes from if not from develop.watch:
	// "bind mount ./:/app". "": develop.watch.
	Derived string
	// Unwritable says that no service has what is at Path mounted to write to: who
	// changes it is the user.
	Unwritable bool
	// Note is what the user should know of the rule; Run says it. "": nothing.
	Note  string
	outer []ignoreSet // of .dockerignore, and for the project's own files
	git   []ignoreSet // lines of .gitignore files
}

// Entry is a file, folder or link as a Manifest knows it.
type Entry struct {
	Mode    fs.FileMode
	Size    int64 // of a file
	ModTime time.Time
	Sum     [32]byte // SHA-256 of a file's content, where it was needed
	Link    string   // where a symbolic link leads
	number  uint64   // of a file in its file system: another one may have its size and time
}

// Manifest is what a tree holds, by slash-separated paths relative to its root.
// The root itself is ".".
type Manifest map[string]Entry

// Patch makes a container's tree equal to the folder's. Deletes come first. A
// path may be in both: something of another kind is there. Missing parents are
// made, and a source that is gone by now is left out: its change is on the way.
type Patch struct {
	Deletes []string        // absolute paths in the container; a folder goes with its content
	Below   []string        // paths in folders that Deletes has, as far as the folder had them
	Links   map[string]bool // paths at which the folder has, or had, a symbolic link
	Writes  []Write         // folders before what is in them
}

// Write is one file, folder or link to write.
type Write struct {
	Source string // absolute path on this machine
	Root   string // folder that no link on the way to Source leads out of
	Target string // absolute path in the container
	Entry
}

// Container is one replica of a service.
type Container struct {
	ID, Name string
}

// Services carries out what changes ask for. The methods are called from
// several goroutines, never twice at once for one service, except that Rebuild
// runs at the same time as the others. Their errors are shown to the user as they are.
type Services interface {
	// Containers are a service's replicas, running or not.
	Containers(ctx context.Context, service string) ([]Container, error)
	// Patch applies p to one container. A write replaces its target at once: a
	// reader sees the old file or the new one.
	// What is gone here by the time it is written is left out; left are the
	// targets of these writes.
	Patch(ctx context.Context, service string, c Container, p Patch) (left []string, err error)
	// Holds tells for each write whether a container has that file already, with the
	// content that it has here.
	Holds(ctx context.Context, c Container, writes []Write) ([]bool, error)
	// Restart restarts all replicas of a service.
	Restart(ctx context.Context, service string) error
	// Exec runs the command in all replicas of a service.
	Exec(ctx context.Context, service string, hook types.ServiceHook) error
	// Rebuild builds the services' images and recreates what changes by that. The
	// old containers run on until the new ones are there, or where it fails. ctx
	// ends when a later change makes the build pointless.
	Rebuild(ctx context.Context, services []string) error
}

// Changed is what is known of a moment's changes: paths to look at, absolute.
// A folder stands for all that is in it.
type Changed struct {
	Paths []string
	// Rescan: events were lost, everything is to be looked at.
	Rescan bool
	// Message is something to tell the user; nil: nothing.
	Message *event.Message
}

// Watcher tells what may have changed below the folders it was made for. Whoever made it
// closes it; Changes is closed then. An error of Close is the system's.
type Watcher interface {
	Changes() <-chan Changed
	Close() error
}
