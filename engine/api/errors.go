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
	{"executable file not found", "check command and entrypoint"},
	{"` not found in $PATH", "check command and entrypoint"},
	{`": stat /`, "check command and entrypoint, and volumes that may hide it"},
	{`": permission denied`, "check command and entrypoint, and the file's mode (chmod +x)"},
	{"exec format error", "the image is for another platform: check platform, or build for this one"},
	{"could not select device driver", "the engine has no driver for these devices; for NVIDIA GPUs install nvidia-container-toolkit"},
	{"is not available in the network", "the address is in use: choose another one, or stop who has it"},
	{"Address already in use", "the address is in use: choose another one, or stop who has it"},
	{"network not found", "it was removed: compose up -d makes it anew, and the containers that were in it"},
	{"unknown or invalid runtime name", "the engine does not know this runtime: see docker info"},
	{"no space left on device", "free some: docker system df shows what takes it"},
}

// Advice is what helps against an engine's error, "" where that is not known.
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

// causes are sentences for errors that a text of the engine is known by, whatever
// stands around it.
var causes = []struct {
	text     *regexp.Regexp
	sentence string // with $1 for the first group
}{
	{regexp.MustCompile(`exec: "([^"]+)": (?:executable file not found|stat \S+ no such file|no such file)`), "no program $1 in the image"},
	{regexp.MustCompile("executable file `([^`]+)` not found"), "no program $1 in the image"}, // crun's
	{regexp.MustCompile(`exec: "([^"]+)": .*permission denied`), "$1 in the image may not be executed"},
	{regexp.MustCompile(`exec "?([^":\s]+)"?: exec format error`), "$1 in the image is for another processor"},
	{regexp.MustCompile(`unable to find user ([^\s:]+): no matching entries`), "no user $1 in the image"},
	{regexp.MustCompile(`unable to find group ([^\s:]+): no matching entries`), "no group $1 in the image"},
	{regexp.MustCompile(`error mounting "([^"]+)" to rootfs at "([^"]+)".*not a directory`), "one of $1 and $2, which is mounted on it, is a folder and the other a file"},
	{regexp.MustCompile(`dial \w+: lookup (\S+?)(?: on \S+)?: no such host`), "the engine finds no host $1"},
	{regexp.MustCompile(`dial \w+ (\S+?): connect: connection refused`), "nobody answers at $1: connection refused"},
	{regexp.MustCompile(`bind source path does not exist: (.+)`), "the source of a bind mount does not exist: $1"},
	{regexp.MustCompile(`network ([0-9a-f]{12})[0-9a-f]{52} not found`), "network $1 not found"},
}

// layers are what engines put in front of an error for each of their layers that it
// went through, and behind it.
var layers = regexp.MustCompile(`^(?:Error response from daemon|failed to create task for container|failed to create shim task|` +
	`OCI runtime \w+ failed|(?:runc|crun)(?: \w+ failed)?|unable to start container process|error during container init|` +
	`failed to set up container networking|driver failed programming external connectivity on endpoint [^:]*|` +
	`failed to start container|container_linux\.go:\d+|starting container process caused): `)

// longID is an id as engines print it in errors.
var longID = regexp.MustCompile(`\b([0-9a-f]{12})[0-9a-f]{52}\b`)

// Cause is what an engine's error comes to, in one sentence that stands behind a colon:
// without the layers of the engine that it went through, and with short ids.
func Cause(text string) string {
	for _, c := range causes {
		if m := c.text.FindStringSubmatchIndex(text); m != nil {
			return string(c.text.ExpandString(nil, c.sentence, text, m))
		}
	}
	for {
		rest := layers.ReplaceAllString(text, "")
		if rest == text {
			break
		}
		text = rest
	}
	return longID.ReplaceAllString(strings.TrimSuffix(text, ": unknown"), "$1")
}

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
