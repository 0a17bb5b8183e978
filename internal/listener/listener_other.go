//go:build !linux

package listener

// Of finds nobody: this system does not tell.
func Of(protocol string, port int) (p Program, ok bool) { return Program{}, false }

// Ports are not known.
func Ports(string) map[int]bool { return nil }
