package list

import (
	"cmp"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// Publisher is one published port.
type Publisher struct {
	URL           string // the host's address
	TargetPort    int
	PublishedPort int // 0: exposed only
	Protocol      string
}

// publishers are the ports, in docker's order: by target, address, published.
func publishers(ports []container.Port) []Publisher {
	out := []Publisher{}
	for _, p := range ports {
		out = append(out, Publisher{
			URL: p.IP, TargetPort: int(p.PrivatePort), PublishedPort: int(p.PublicPort), Protocol: p.Type,
		})
	}
	slices.SortFunc(out, func(a, b Publisher) int {
		return cmp.Or(cmp.Compare(a.TargetPort, b.TargetPort), cmp.Compare(a.URL, b.URL),
			cmp.Compare(a.PublishedPort, b.PublishedPort), cmp.Compare(a.Protocol, b.Protocol))
	})
	return slices.Compact(out)
}

// portText is how docker shows ports. Those that are published under their own
// number, or not at all, come first, neighbours as a range; then the others:
// "5000-5001/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp".
func portText(ports []Publisher) string {
	var done, open []portRange
	var mapped []string
	for _, p := range ports {
		if p.URL != "" && p.PublishedPort != p.TargetPort {
			host := net.JoinHostPort(p.URL, strconv.Itoa(p.PublishedPort))
			mapped = append(mapped, host+"->"+strconv.Itoa(p.TargetPort)+"/"+p.Protocol)
			continue
		}
		next := portRange{host: p.URL, protocol: p.Protocol, first: p.TargetPort, last: p.TargetPort}
		i := slices.IndexFunc(open, next.sameSide)
		switch {
		case i < 0:
			open = append(open, next)
		case open[i].last+1 == next.first:
			open[i].last = next.last
		default:
			done = append(done, open[i])
			open[i] = next
		}
	}
	var parts []string
	for _, r := range append(done, open...) {
		parts = append(parts, r.String())
	}
	return strings.Join(append(parts, mapped...), ", ")
}

// portRange is a run of ports that have the same number on both sides.
type portRange struct {
	host, protocol string // host "": not published
	first, last    int
}

func (r portRange) sameSide(o portRange) bool { return r.host == o.host && r.protocol == o.protocol }

func (r portRange) String() string {
	text := strconv.Itoa(r.first)
	if r.last != r.first {
		text += "-" + strconv.Itoa(r.last)
	}
	if r.host != "" {
		text = net.JoinHostPort(r.host, text) + "->" + text
	}
	return text + "/" + r.protocol
}
