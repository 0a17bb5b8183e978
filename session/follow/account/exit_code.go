package account

// Abort is the first end that stops the others by the options; false: there is none.
func (a *Account) Abort() (End, bool) {
	for _, e := range a.ends {
		if e.Restarting || e.planned || !e.At.After(a.wantedUntil[e.Service]) {
			continue
		}
		if a.o.AbortOnExit || a.o.ExitCodeFrom != "" || a.o.AbortOnFailure && e.Code != 0 {
			return e, true
		}
	}
	return End{}, false
}

// ExitCode is what the up returns when an end stopped it: the code of the service that
// was asked for, else of that end.
func (a *Account) ExitCode(abort End) int {
	for _, e := range a.ends {
		if e.Service == a.o.ExitCodeFrom && !e.planned {
			return e.Code
		}
	}
	return abort.Code
}
