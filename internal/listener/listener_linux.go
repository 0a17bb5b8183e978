package listener

import (
	"bufio"
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
	return holder("/proc", sockets, mostDescriptors)
}

// mostDescriptors is how many descriptors are looked at. A container's process may have a
// million, and there may be a thousand of these.
const mostDescriptors = 500_000

// holder is a process of a folder like /proc that has one of the sockets among its first
// so many descriptors.
func holder(proc string, sockets map[string]bool, most int) (p Program, ok bool) {
	eachName(proc, func(process string) bool {
		pid, err := strconv.Atoi(process)
		if err != nil {
			return true
		}
		eachName(filepath.Join(proc, process, "fd"), func(descriptor string) bool {
			most--
			to, err := os.Readlink(filepath.Join(proc, process, "fd", descriptor))
			if err == nil && sockets[to] {
				if name, err := os.ReadFile(filepath.Join(proc, process, "comm")); err == nil {
					p, ok = Program{Name: strings.TrimSpace(string(name)), PID: pid}, true
				}
			}
			return !ok && most > 0
		})
		return !ok && most > 0
	})
	return p, ok
}

// eachName tells the names in a folder, until told no more; none of a folder that cannot
// be read. It has some of them in memory at a time.
func eachName(folder string, tell func(name string) (more bool)) {
	f, err := os.Open(folder)
	if err != nil {
		return
	}
	defer f.Close()
	for {
		names, err := f.Readdirnames(1000)
		for _, name := range names {
			if !tell(name) {
				return
			}
		}
		if err != nil { // the end too
			return
		}
	}
}

// Ports are those that programs of this machine have, by protocol "tcp" or "udp", and
// whoever has them; nil where the system does not tell.
func Ports(protocol string) map[int]bool {
	state := listening
	if protocol == "udp" {
		state = bound
	}
	ports, tells := map[int]bool{}, false
	for _, table := range []string{protocol, protocol + "6"} {
		there := eachSocket("/proc/net/"+table, state, func(port int, _ string) { ports[port] = true })
		tells = tells || there
	}
	if !tells {
		return nil
	}
	return ports
}

// addSockets adds those of a table of /proc/net that are in the state at the port, as
// descriptors link to them: "socket:[4711]".
func addSockets(sockets map[string]bool, table string, port int, state string) {
	eachSocket(table, state, func(at int, inode string) {
		if at == port {
			sockets["socket:["+inode+"]"] = true
		}
	})
}

// eachSocket tells those of a table of /proc/net that are in the state; there is false
// where this machine has no such protocol.
func eachSocket(table, state string, tell func(port int, inode string)) (there bool) {
	f, err := os.Open(table)
	if err != nil {
		return false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text()) // number, local address, remote address, state, ..., inode at 9
		if len(fields) < 10 || fields[3] != state {
			continue
		}
		_, hex, _ := strings.Cut(fields[1], ":")
		if n, err := strconv.ParseUint(hex, 16, 16); err == nil {
			tell(int(n), fields[9])
		}
	}
	return true
}
