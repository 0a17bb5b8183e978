package engine

import "github.com/containerd/errdefs"

// Gone tells whether an error says that what was asked for is not there (any
// more).
func Gone(err error) bool { return errdefs.IsNotFound(err) }
