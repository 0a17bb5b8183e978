package account_test

import (
	"testing"

	"github.com/compose-orchestrator/compose/session/follow/account"
)

// TestSuccessors: the end of one that has a successor is a replacement, once; the
// successor's own end is none.
func TestSuccessors(t *testing.T) {
	web1, web2 := account.Replica{Service: "web", Number: 1}, account.Replica{Service: "web", Number: 2}
	s := account.Successors{}
	replaced := func(want bool, id string, r account.Replica) {
		t.Helper()
		if got := s.Replaced(id, r); got != want {
			t.Errorf("%s of %v: %v", id, r, got)
		}
	}
	replaced(false, "a", web1)
	s.Made("b", web1)
	replaced(false, "c", web2)
	replaced(true, "a", web1)
	replaced(false, "b", web1)
	s.Made("d", web1) // in place of one that did not run
	replaced(false, "d", web1)
	s.Made("e", web1)
	s.Removed("e") // it was given up
	replaced(false, "b", web1)
}
