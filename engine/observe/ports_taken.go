package observe

import (
	"context"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/compose-orchestrator/compose/internal/listener"
	"github.com/compose-orchestrator/compose/planner"
)

// PortTaken tells whether a program of this machine has a port on an address of it; ""
// is every one of IPv4. It tries to listen, where the port is not known to be free.
func PortTaken(ctx context.Context, p planner.Port) bool {
	version, address := "4", net.JoinHostPort(p.Address, strconv.Itoa(p.Number))
	if ip := net.ParseIP(p.Address); ip != nil && ip.To4() == nil {
		version = "6"
	}
	var config net.ListenConfig
	var err error
	switch p.Protocol {
	case "tcp":
		var l net.Listener
		if l, err = config.Listen(ctx, "tcp"+version, address); err == nil {
			_ = l.Close()
		}
	case "udp":
		var l net.PacketConn
		if l, err = config.ListenPacket(ctx, "udp"+version, address); err == nil {
			_ = l.Close()
		}
	}
	return errors.Is(err, syscall.EADDRINUSE)
}

// programsAt are the programs of this machine that have some of the ports. Nobody is
// kept from a port that is free: where the system tells which are in use, only those are
// tried.
func programsAt(ctx context.Context, e planner.Engine, ports []planner.Port) map[planner.Port]string {
	programs := map[planner.Port]string{}
	used := map[string]map[int]bool{}
	for _, p := range ports {
		in, looked := used[p.Protocol]
		if !looked {
			in = listener.Ports(p.Protocol)
			used[p.Protocol] = in
		}
		if (in == nil || in[p.Number]) && PortTaken(ctx, p) {
			programs[p] = Listener(e, p.Protocol, p.Number)
		}
	}
	return programs
}

// unprivilegedPort is the first port that any user's program may have, where the system
// was not told otherwise.
const unprivilegedPort = 1024

// firstPort is what this machine's system was told.
func firstPort() int {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start")
	n, notNumber := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || notNumber != nil {
		return unprivilegedPort
	}
	return n
}
