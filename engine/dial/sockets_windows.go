package dial

// dockerSockets are the places where Docker listens when nobody says otherwise, in
// the order in which they are tried.
func dockerSockets(func(string) string) []target {
	return []target{
		{host: "npipe:////./pipe/docker_engine", from: "the default pipe"},
		{host: "npipe:////./pipe/dockerDesktopLinuxEngine", from: "Docker Desktop"},
	}
}

// podmanSockets are those of Podman.
func podmanSockets(func(string) string) []target {
	return []target{{host: "npipe:////./pipe/podman-machine-default", from: "Podman machine"}}
}

// otherMachines are Podman machines of other names: pipes are not looked for.
func otherMachines(func(string) string) []string { return nil }

// statSocket finds nothing wrong: a pipe's absence shows when it is opened.
func statSocket(string) error { return nil }
