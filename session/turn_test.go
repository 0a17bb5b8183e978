package session

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// TestTurn: one at a time has the turn, and who waits gets it or ends with its context.
func TestTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turns turn
		_, done, err := turns.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		why := errors.New("not any more")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		if _, _, err := turns.take(ctx); !errors.Is(err, why) {
			t.Errorf("a second one got %v", err)
		}
		second := make(chan error)
		go func() {
			_, done, err := turns.take(t.Context())
			done()
			second <- err
		}()
		synctest.Wait()
		select {
		case <-second:
			t.Fatal("two have the turn")
		default:
		}
		done()
		if err := <-second; err != nil {
			t.Error(err)
		}
	})
}

// TestTurnInterrupted: what stops containers cancels the plan that runs, and begins
// after its end.
func TestTurnInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turns turn
		ctx, done, err := turns.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ended := false
		go func() {
			<-ctx.Done()
			ended = true
			done()
		}()
		_, done, err = turns.interrupt(t.Context())
		if err != nil || !ended {
			t.Fatalf("%v, the plan has ended: %v", err, ended)
		}
		if cause := context.Cause(ctx); !errors.Is(cause, errStopping) {
			t.Errorf("the plan was cancelled by %v", cause)
		}
		done()
	})
}
