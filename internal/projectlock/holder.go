package projectlock

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/compose-orchestrator/compose/internal/regular"
)

// Holder is a command that has a lock, or asks for one. Its zero value is one of which
// nothing is known.
type Holder struct {
	PID     int       `json:"pid"`
	User    string    `json:"user"`    // "alice"
	Host    string    `json:"host"`    // "laptop"
	Command string    `json:"command"` // "compose up"
	Since   time.Time `json:"since"`   // when it got the lock
	// Ends: it ends containers.
	Ends bool `json:"ends,omitempty"`
}

// String is "compose up (alice@laptop, pid 4711)".
func (h Holder) String() string {
	if h.PID == 0 {
		return "another command"
	}
	return fmt.Sprintf("%s (%s@%s, pid %d)", h.Command, cmp.Or(h.User, "?"), cmp.Or(h.Host, "?"), h.PID)
}

// holderSize bounds a holder's file.
const holderSize = 4 << 10

// readHolder reads who a file names. Nothing is known where it is not there, or holds
// something else.
func readHolder(path string) Holder {
	text, err := regular.Read(path, holderSize)
	var h Holder
	if err != nil || json.Unmarshal(text, &h) != nil {
		return Holder{}
	}
	return h
}

// write puts the holder into a file, which has all of it from the beginning.
func (h Holder) write(path string) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	part := fmt.Sprintf("%s.%d", path, h.PID)
	if err := os.WriteFile(part, text, 0o600); err != nil {
		return err
	}
	return os.Rename(part, path)
}
