package engine

// Error is a call of the engine, or a request to it, that came to nothing.
type Error struct {
	// Op says what was being done, or what is wrong where there is no Err.
	Op string
	// Help is what the user can do about it, or "".
	Help string
	Err  error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.Op
	}
	return e.Op + ": " + e.Err.Error()
}

// Unwrap gives the cause to errors.Is.
func (e *Error) Unwrap() error { return e.Err }

// Hint is what the user can do about it, or "".
func (e *Error) Hint() string { return e.Help }
