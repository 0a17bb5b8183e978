package terminal

import "context"

// Suspensions has leave and goOn called until ctx ends: never, as nothing is
// stopped here.
func Suspensions(ctx context.Context, _ func(suspend func()), _ func()) { <-ctx.Done() }
