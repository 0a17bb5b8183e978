package render_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/screentest"
)

// TestTwoRegions: a second plan has a region of its own below the first.
func TestTwoRegions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := screentest.New(60, 20)
		r := open(t, v, render.Options{})
		for _, title := range []string{"Running", "Stopping"} {
			r.Event(event.Planned{Title: title, Refs: []event.Ref{container("web", 1)}})
			r.Event(done(container("web", 1), "Done"))
			time.Sleep(1010 * time.Millisecond)
			r.Event(event.Finished{})
		}
		// Loose changes end with the next thing that is not one.
		r.Event(done(container("db", 1), "Running"))
		r.Event(event.Message{Level: event.Info, Text: "Watch enabled"})
		r.Close()
		check(t, v)
		const line = " ✔ Container demo-web-1  Done\n"
		want := "[+] Running 1/1\n" + line + "[+] Stopping 1/1\n" + line + "[+] Running 1/1\n ✔ Container demo-db-1  Running\nWatch enabled\n"
		if got := v.All(); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

// A plan that begins while another runs, as the kill of what is being stopped,
// shares its region.
func TestPlanWithinPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := screentest.New(60, 10)
		r := open(t, v, render.Options{})
		web := container("web", 1)
		r.Event(event.Planned{Title: "Stopping", Refs: []event.Ref{web}})
		r.Event(working(web, "Stopping"))
		r.Event(event.Planned{Title: "Killing", Refs: []event.Ref{web}})
		r.Event(working(web, "Killing"))
		r.Event(done(web, "Killed"))
		r.Event(event.Finished{})
		r.Event(done(web, "Stopped"))
		r.Event(event.Finished{})
		r.Event(event.Message{Level: event.Info, Text: "bye"})
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		check(t, v)
		want := "[+] Killing 1/1                  0.0s\n ✔ Container demo-web-1  Stopped 0.0s\nbye\n"
		if got := v.All(); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}
