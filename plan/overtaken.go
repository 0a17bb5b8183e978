package plan

// Overtaken is the error of a step that found the project other than it was observed:
// another command made or removed something meanwhile. Planning again is all it takes.
type Overtaken struct{ Err error }

func (e *Overtaken) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *Overtaken) Unwrap() error { return e.Err }

// AllOvertaken tells whether each of the errors that are joined in err is an Overtaken. It
// is false for nil.
func AllOvertaken(err error) bool {
	switch e := err.(type) {
	case *Overtaken:
		return true
	case interface{ Unwrap() error }:
		return AllOvertaken(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, each := range e.Unwrap() {
			if !AllOvertaken(each) {
				return false
			}
		}
		return true
	}
	return false
}
