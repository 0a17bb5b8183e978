//go:build !unix

package ownership

import "io/fs"

func ownerOf(fs.FileInfo) (uid int, known bool) { return 0, false }

func trusted(int) bool { return true }
