package event

// Attached says whose logs are followed from now on, before the first of their
// lines: front ends make their prefixes equally wide by it.
type Attached struct {
	Sources []Source
	// Quiet: the line "Attaching to a-1, b-1" is not shown, as with the logs command.
	Quiet bool
}

func (Attached) isEvent() {}
