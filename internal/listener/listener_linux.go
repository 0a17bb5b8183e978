package listener

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// listening is the state of a TCP socket that listens, and bound that of a UDP socket
// which is connected with nobody, as /proc/net shows them.
const (
	listening = "0A"
	bound     = "07"
)

// Of returns the program that has a port, by protocol "tcp" or "udp". ok is false where
// nobody has it, and where this user may not see whose the socket is.
func Of(protocol string, port int) (p Program, ok bool) {
	state := listening
	if protocol == "udp" {
		state = bound
	}
	sockets := map[string]bool{}
	for _, table := range []string{protocol, protocol + "6"} {
		addSockets(sockets, "/proc/net/"+table, port, state)
	}
	if len(sockets) == 0 {
		return Program{}, false
	}
	descriptors, _ := filepath.Glob("/proc/[0-9]*/fd/*") // the pattern is a good one
	for _, path := range descriptors {
		to, err := os.Readlink(path)
		if err != nil || !sockets[to] {
			continue
		}
		process := filepath.Dir(filepath.Dir(path))
		name, err := os.ReadFile(process + "/comm")
		pid, _ := strconv.Atoi(filepath.Base(process)) // digits, by the pattern
		if err == nil {
			return Program{Name: strings.TrimSpace(string(name)), PID: pid}, true
		}
	}
	return Program{}, false
}

// addSockets adds those of a table of /proc/net that are in the state at the port, as
// descriptors link to them: "socket:[4711]".
func addSockets(sockets map[string]bool, table string, port int, state string) {
	text, err := os.ReadFile(table)
	if err != nil {
		return // this machine has no such protocol
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line) // number, local address, remote address, state, ..., inode at 9
		if len(fields) < 10 || fields[3] != state {
			continue
		}
		_, hex, _ := strings.Cut(fields[1], ":")
		if n, err := strconv.ParseUint(hex, 16, 16); err == nil && int(n) == port {
			sockets["socket:["+fields[9]+"]"] = true
		}
	}
}
