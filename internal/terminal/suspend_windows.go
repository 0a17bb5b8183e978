package terminal

import "context"

// Suspensions returns when ctx ends. It calls neither function: Windows stops no
// process by a key.
func Suspensions(ctx context.Context, _ func(suspend func()), _ func()) { <-ctx.Done() }
