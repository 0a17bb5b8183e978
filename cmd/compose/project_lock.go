package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/user"
	"path/filepath"

	"github.com/compose-orchestrator/compose/internal/projectlock"
	"github.com/compose-orchestrator/compose/internal/statedir"
)

// projectLock is the lock of a project at the engine that was dialled; nil where this
// machine has no folder for it.
func (a *app) projectLock(project string) *projectlock.Lock {
	dir, err := statedir.Dir(a.getenv)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256([]byte(a.conn.Host() + "\x00" + project))
	return &projectlock.Lock{
		Dir:  filepath.Join(dir, "locks"),
		Name: hex.EncodeToString(sum[:16]),
		Me: projectlock.Holder{
			PID: os.Getpid(), User: a.userName(), Host: a.hostName(), Command: a.commandPath,
		},
	}
}

// hostName is the name of this machine, as the environment has it or the system; "": it
// has none.
func (a *app) hostName() string {
	if name := a.getenv("HOSTNAME"); name != "" {
		return name
	}
	name, _ := os.Hostname() // one that has no name is shown as such
	return name
}

// userName is the name of who called the program; "": it is not known.
func (a *app) userName() string {
	if name := cmp.Or(a.getenv("USER"), a.getenv("LOGNAME"), a.getenv("USERNAME")); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}
