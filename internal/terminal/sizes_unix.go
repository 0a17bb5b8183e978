//go:build !windows

package terminal

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Sizes sends the size of a terminal: the present one first, and then each new one.
// A size that was not received yet is replaced by the next. The channel is closed
// when ctx ends, and at once where the stream is no terminal.
func Sizes(ctx context.Context, stream any) <-chan Size {
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, syscall.SIGWINCH)
	sizes := make(chan Size, 1)
	go func() {
		defer close(sizes)
		defer signal.Stop(changes)
		for {
			size, ok := SizeOf(stream)
			if !ok && !Is(stream) {
				return
			}
			if ok {
				select {
				case <-sizes: // older than this one
				default:
				}
				sizes <- size
			}
			select {
			case <-changes:
			case <-ctx.Done():
				return
			}
		}
	}()
	return sizes
}
