package filesync

import "bytes"

// maxBeginning is how much is kept of what a command in a container says, in bytes.
const maxBeginning = 64 << 10

// beginning keeps the first bytes that are written to it. A container could go on for
// ever.
type beginning struct{ kept bytes.Buffer }

// Write makes it an io.Writer; it takes all.
func (b *beginning) Write(p []byte) (int, error) {
	b.kept.Write(p[:min(len(p), maxBeginning-b.kept.Len())])
	return len(p), nil
}

// String is what is kept.
func (b *beginning) String() string { return b.kept.String() }
