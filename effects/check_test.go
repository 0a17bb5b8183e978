package effects

import (
	"fmt"
	"strings"
)

// projectName is that of the files in testdata.
const projectName = "hg-effects"

// files are those of the project. Docker Compose 2.40 cannot read the last.
var files = []string{"process.yaml", "resources.yaml", "network.yaml", "storage.yaml", "newer.yaml"}

// check sees that attributes took effect.
type check struct {
	attributes string // paths in the schema, separated by blanks
	service    string // in whose first container the shell runs; "": on the host
	shell      string // a script; its output, standard error included, is what is seen
	want       string // the output, blanks around it aside
	need       string // what the machine must have, a key of needs; "": nothing
}

// checks are all tables.
func checks() []check {
	var all []check
	for _, table := range [][]check{
		processChecks, rightsChecks, namespaceChecks, lifecycleChecks,
		resourceChecks,
		endpointChecks, nameChecks, portChecks, networkChecks,
		mountChecks, volumeChecks, fileChecks,
	} {
		all = append(all, table...)
	}
	return all
}

// need is what not every machine has. Services that need it have a profile of
// its name.
type need struct {
	probe string // a script on the host; success: it is here
	lack  string // what to say where it is not
}

var needs = map[string]need{
	"cgroup-v1":     {"test -d /sys/fs/cgroup/memory", "cgroup v2 has no such limit"},
	"io-weight":     {"test -e /sys/fs/cgroup/blkio/blkio.weight || grep -qw io /sys/fs/cgroup/cgroup.controllers", "the kernel has no weights for block devices"},
	"realtime":      {`docker run --rm --cpu-rt-runtime 1000 alpine true`, "the engine's cgroup has no realtime budget"},
	"disk-quota":    {`docker info --format '{{.DriverStatus}}' | grep -Eq 'xfs|btrfs|zfs'`, "the engine's file system has no quotas"},
	"gpu":           {`docker info --format '{{json .Runtimes}}' | grep -q nvidia`, "no GPU"},
	"cdi":           {`docker info --format '{{json .DiscoveredDevices}}' | grep -q vendor.com/device=one`, "no CDI device"},
	"selinux":       {`docker info --format '{{.SecurityOptions}}' | grep -q selinux`, "no SELinux"},
	"shared-mounts": {`findmnt -no PROPAGATION / | grep -q shared`, "the host's mounts are private"},
	"macvlan":       {probeNetwork("macvlan"), "the kernel has no macvlan"},
	"ipvlan":        {probeNetwork("ipvlan"), "the kernel has no ipvlan"},
	"overlay":       {`docker info --format '{{.Swarm.ControlAvailable}}' | grep -q true`, "overlay networks need a Swarm"},
}

// probeNetwork tries a driver on the host's own interface. Kernels without it
// say so when a container joins.
func probeNetwork(driver string) string {
	return fmt.Sprintf(`n=%s-probe-%s; docker network create -d %[2]s -o parent=$NIC $n && docker run --rm --network $n alpine true; s=$?; docker network rm $n; exit $s`, projectName, driver)
}

// prelude are shell functions for checks in containers.
const prelude = `
cg() { cat /sys/fs/cgroup/$1 2>/dev/null || cat /sys/fs/cgroup/$2; }  # a file of cgroup v1, or v2
addr() { ping -4 -c1 -w1 "$1" 2>/dev/null | sed -n '1s/.*(\([0-9.]*\)).*/\1/p'; }
kib() { df -k "$1" | tail -n1 | awk '{print $2}'; }
status() { sed -n "s/^$1:[[:space:]]*//p" /proc/1/status; }
`

// mark separates the outputs of a batch.
const mark = "@@@@"

// batch is one script that runs several.
func batch(scripts []string) string {
	var b strings.Builder
	b.WriteString(prelude)
	for _, s := range scripts {
		fmt.Fprintf(&b, "(\n%s\n) 2>&1 </dev/null\necho; echo %s\n", s, mark)
	}
	return b.String()
}

// outputs takes the output of a batch apart.
func outputs(text string) []string {
	parts := strings.Split(text, mark)
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts[:len(parts)-1]
}
