package account

// Replica is which container of a service one is. The one that replaces another has the
// same number.
type Replica struct {
	Service string
	Number  int
}

// Successors are the containers that were made to replace others: ids, by whom they
// replace.
type Successors map[Replica]string

// Made says that a container was made to replace the one of its service and number.
func (s Successors) Made(id string, r Replica) { s[r] = id }

// Removed says that a container is gone.
func (s Successors) Removed(id string) {
	for r, successor := range s {
		if successor == id {
			delete(s, r)
		}
	}
}

// Replaced tells whether a container that ended has a successor. It is asked once for each
// end.
func (s Successors) Replaced(id string, r Replica) bool {
	successor, ok := s[r]
	delete(s, r)
	return ok && successor != id
}
