package project

// Need is what a command needs to know of a project: what is wrong with the rest
// of its files does not concern it.
type Need int

const (
	// NeedAll is all of the selected services: whatever is wrong with them is an
	// error.
	NeedAll Need = iota
	// NeedImages is all but what the services' env files and label files say: names,
	// images, builds.
	NeedImages
	// NeedRunning is what helps to end, start and remove containers that there are:
	// what depends on what, profiles, hooks, volumes. What of it cannot be had is
	// left out, see Project.Unread; the containers' labels say it too.
	NeedRunning
	// NeedServices is the project's name and, if they can be had, its services'.
	// Identify finds them.
	NeedServices
	// NeedName is the project's name. Identify finds it.
	NeedName
)

// whole tells whether all that is wrong with the files is an error.
func (o Options) whole() bool { return o.Whole && o.Need == NeedAll && len(o.Services) == 0 }
