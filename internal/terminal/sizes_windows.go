package terminal

import (
	"context"
	"time"
)

// pollGap is the time between two readings of a console's size. Windows has no
// signal for its change.
const pollGap = 250 * time.Millisecond

// Sizes sends the size of a terminal: the present one first, and then each new one.
// A size that was not received yet is replaced by the next. The channel is closed
// when ctx ends, and at once where the stream is no terminal.
func Sizes(ctx context.Context, stream any) <-chan Size {
	sizes := make(chan Size, 1)
	go func() {
		defer close(sizes)
		tick := time.NewTicker(pollGap)
		defer tick.Stop()
		var last Size
		for Is(stream) {
			if size, ok := SizeOf(stream); ok && size != last {
				select {
				case <-sizes: // older than this one
				default:
				}
				sizes <- size
				last = size
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return sizes
}
