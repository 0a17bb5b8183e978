package follow

import (
	"sync"

	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/session/follow/account"
)

// shared is an account that several goroutines use.
type shared struct {
	wake chan struct{} // holds one token while there is news

	mu      sync.Mutex // guards below
	account *account.Account
}

func share(a *account.Account) *shared {
	return &shared{wake: make(chan struct{}, 1), account: a}
}

// read asks the account.
func (s *shared) read(ask func(a *account.Account)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ask(s.account)
}

// tell changes the account, and wakes who waits for news.
func (s *shared) tell(change func(a *account.Account)) {
	s.read(change)
	s.signal()
}

// signal wakes who waits for news.
func (s *shared) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *shared) follows(service string) (yes bool) {
	s.read(func(a *account.Account) { yes = a.Follows(service) })
	return yes
}

func (s *shared) shows(service string) (yes bool) {
	s.read(func(a *account.Account) { yes = a.Shows(service) })
	return yes
}

// project is the newest one.
func (s *shared) project() (p *project.Project) {
	s.read(func(a *account.Account) { p = a.Project() })
	return p
}

func (s *shared) abort() (end account.End, yes bool) {
	s.read(func(a *account.Account) { end, yes = a.Abort() })
	return end, yes
}
