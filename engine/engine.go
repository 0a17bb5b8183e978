// Package engine is the container engine: the client interface (the methods
// used and no more), dialling, observing a project's state, the mapping of a
// service to a container's configuration, and the calls that carry a plan's
// actions out. Docker's types end here.
package engine
