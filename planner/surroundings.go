package planner

// Surroundings are what a plan meets at the engine and on its machine beyond the State of
// its project.
type Surroundings struct {
	Containers []Neighbour // all of the engine's; nil: not looked at
	Networks   []Network   // all of the engine's; nil: not looked at
	Machine    Machine
}

// Neighbour is a container of the engine, of whatever project.
type Neighbour struct {
	ID, Name         string
	Project, Service string // "": no Compose project made it
	// Whose is the project in words, to stand behind the name; "": none.
	Whose  string
	Status Status
	Ports  []Port
	// HostNetwork: its programs have the machine's own ports.
	HostNetwork bool
	Volumes     []string // names
}

// String is "container shop-web-1 of project shop (service web)".
func (n Neighbour) String() string { return "container " + n.Name + n.Whose }

// Machine is what is known of the machine that the engine runs on; zero: nothing.
type Machine struct {
	// Here: it is the one that this program runs on, so that what follows was looked at.
	Here bool
	// Programs are those that have wanted ports, in words: "python3 (pid 4711)".
	Programs map[Port]string
	// MissingDevices are the wanted ones that are not there.
	MissingDevices []string
	// Space is how much is free in bytes where the engine has images, in the folder
	// DataRoot; "": not known.
	DataRoot string
	Space    uint64

	// FirstPort is the lowest port that a rootless engine can publish; 0: it can any.
	FirstPort int
	// Arch is its processor, "amd64"; "": not known.
	Arch string
	// NoGPU: the engine tells of no runtime and no device for GPUs.
	NoGPU bool
}

// Look is what a Preflight needs to know of the surroundings of a plan; zero: nothing.
type Look struct {
	Containers, Networks bool
	Ports                []Port   // whether programs have them
	Devices              []string // whether they are there
	Images               bool     // what processor there is, and space for more
	GPUs                 bool
}

// Machine tells whether anything of the engine's machine is to be looked at.
func (l Look) Machine() bool {
	return len(l.Ports) > 0 || len(l.Devices) > 0 || l.Images || l.GPUs
}

// Any tells whether anything is to be looked at.
func (l Look) Any() bool { return l.Containers || l.Networks || l.Machine() }

// HelpOrphan is the advice about what an orphan has that somebody else takes.
const HelpOrphan = "its service is not in the file: if it was removed or renamed there, up --remove-orphans removes the container"
