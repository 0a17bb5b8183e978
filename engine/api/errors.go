package api

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/containerd/errdefs"
)

// Gone tells whether an error says that what was asked for is not there (any
// more).
func Gone(err error) bool { return errdefs.IsNotFound(err) }

// MissingSource is how the engine words a bind mount without its source.
const MissingSource = "bind source path does not exist"

// advices are what helps against errors that a text of the engine is known by.
var advices = []struct{ text, help string }{
	{MissingSource, "create it, or correct the path in the file"},
	{"Are you trying to mount a directory onto a file", "one of source and target is a folder and the other a file; a missing source is created as a folder"},
	{"No such image", "bring it with compose pull or compose build"},
	{"non-overlapping IPv4 address pool", "the engine has no addresses left for networks: remove unused ones with docker network prune, or set ipam.config.subnet"},
	{"Pool overlaps with other", "another network uses these addresses: choose another ipam.config.subnet"},
	{"invalid pool request", "another network uses these addresses: choose another ipam.config.subnet"},
	{"non-shareable IPC", "set ipc: shareable on the service whose namespace is joined"},
	{"executable file not found", "the image has no such program: check command and entrypoint"},
	{`": stat /`, "the image has no such file: check command and entrypoint, and volumes that may hide it"},
	{`": permission denied`, "the file may not be executed: check command and entrypoint, and its mode (chmod +x)"},
	{"exec format error", "the image is for another platform: check platform, or build for this one"},
	{"could not select device driver", "the engine has no driver for these devices; for NVIDIA GPUs install nvidia-container-toolkit"},
	{"is not available in the network", "the address is in use: choose another one, or stop who has it"},
	{"Address already in use", "the address is in use: choose another one, or stop who has it"},
	{"network not found", "it was removed: compose up -d makes it anew, and the containers that were in it"},
	{"unknown or invalid runtime name", "the engine does not know this runtime: see docker info"},
	{"no space left on device", "free some: docker system df shows what takes it"},
}

func Advice(text string) string {
	for _, a := range advices {
		if strings.Contains(text, a.text) {
			return a.help
		}
	}
	if missingNetwork.MatchString(text) {
		return "it was removed: compose up -d makes it anew, and the containers that were in it"
	}
	return ""
}

var missingNetwork = regexp.MustCompile(`network \S+ not found`)

// The ways in which engines say that a port of the host is taken. The first
// group is the port.
var takenPorts = []*regexp.Regexp{
	regexp.MustCompile(`Bind for \S*:(\d+) failed: port is already allocated`),
	regexp.MustCompile(`failed to bind host port (?:for )?\S*?:(\d+)(?:[:/]\S*)?: address already in use`),
	regexp.MustCompile(`listen (?:tcp|udp|sctp)[46]? \S*:(\d+): bind: address already in use`),
	regexp.MustCompile(`:(\d+)(?:\S*): bind: address already in use`),
}

// TakenPort is the port of the host that an error says is taken, 0 for others.
func TakenPort(text string) int {
	for _, re := range takenPorts {
		if m := re.FindStringSubmatch(text); m != nil {
			port, _ := strconv.Atoi(m[1]) // digits; 0 where there are too many
			return port
		}
	}
	return 0
}

// TakenHost is the address of the host in such an error; "": it names none.
func TakenHost(text string) string {
	if m := takenAddress.FindStringSubmatch(text); m != nil {
		return strings.Trim(m[1], "[]")
	}
	return ""
}

// takenAddress finds the address in front of a port that is taken.
var takenAddress = regexp.MustCompile(`(?:Bind for|failed to bind host port(?: for)?|listen (?:tcp|udp|sctp)[46]?) (\S*?):\d+(?: failed|/|:\d+\.|: (?:bind: )?address)`)
