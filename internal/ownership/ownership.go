// Package ownership tells whether others than this user could have made a file,
// or could change it.
package ownership

import (
	"fmt"
	"io/fs"
)

// Check is an error where info is of a file or folder of another user, or of one
// that others may write to. Root may write to everything, so what is root's is no
// other's; nor is what the user owns who called this program by sudo. Of Windows
// nothing is known: its user folders are closed to others.
func Check(info fs.FileInfo) error {
	owner, known := ownerOf(info)
	switch {
	case !known:
		return nil
	case !trusted(owner):
		return fmt.Errorf("it belongs to another user (%d)", owner)
	case info.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("others may write to it (mode %04o)", info.Mode().Perm())
	}
	return nil
}
