package watching

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestEndingLater: what has begun may go on for a while after its context's end.
func TestEndingLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		later, cancel := endingLater(ctx, time.Minute)
		defer cancel()
		end()
		began := time.Now()
		synctest.Wait()
		if later.Err() != nil {
			t.Fatal("it ended with the other")
		}
		<-later.Done()
		if took := time.Since(began); took != time.Minute {
			t.Errorf("it ended after %v", took)
		}
	})
}
