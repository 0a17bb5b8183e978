package terminal

import (
	"context"
	"time"
)

// pollGap is how often a console is asked for its size: there is no signal.
const pollGap = 250 * time.Millisecond

// Sizes sends the size of the terminal that the stream is: the one it has now,
// and each new one. The channel is closed when ctx ends, at once where the
// stream is no terminal. A size that nobody took gives way to the next.
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
