package list

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strconv"
)

// Endpoint is a published port as people want to see it.
type Endpoint struct {
	Text string // "http://localhost:8080", "5432->5432/tcp"
	URL  string // "" where nothing tells that it is a web page
}

// webPorts are the ports in containers that web servers listen on by custom, and
// the schemes they speak. Nothing at the engine says more of a port.
var webPorts = map[int]string{
	80: "http", 443: "https", 1313: "http", 3000: "http", 3001: "http", 4000: "http", 4200: "http", 5000: "http",
	5173: "http", 5601: "http", 8000: "http", 8001: "http", 8008: "http", 8080: "http", 8081: "http", 8088: "http",
	8090: "http", 8443: "https", 8888: "http", 9000: "http", 9090: "http", 9200: "http", 9443: "https", 15672: "http",
}

// Endpoints are the published ports, each once although it is open for IPv4 and
// IPv6. host is where ports of all addresses are reached: "localhost", or the
// name of a remote engine's machine.
func Endpoints(ports []Publisher, host string) []Endpoint {
	var out []Endpoint
	for _, p := range ports {
		if p.PublishedPort == 0 {
			continue
		}
		if e := p.endpoint(host); !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

// Page is the URL of the first port that Endpoints takes for a web page, else of the
// first TCP port; "": none is published.
func Page(ports []Publisher, host string) string {
	fallback := ""
	for _, p := range ports {
		switch e := p.endpoint(host); {
		case p.PublishedPort == 0 || p.Protocol != "tcp":
		case e.URL != "":
			return e.URL
		case fallback == "":
			fallback = p.page("http", host)
		}
	}
	return fallback
}

func (p Publisher) endpoint(host string) Endpoint {
	scheme := webPorts[p.TargetPort]
	if p.Protocol != "tcp" || scheme == "" {
		text := strconv.Itoa(p.PublishedPort)
		if !p.everywhere() {
			text = net.JoinHostPort(p.URL, text)
		}
		return Endpoint{Text: text + "->" + strconv.Itoa(p.TargetPort) + "/" + p.Protocol}
	}
	link := p.page(scheme, host)
	return Endpoint{Text: link, URL: link}
}

// everywhere tells that a port is open at all addresses of its machine.
func (p Publisher) everywhere() bool {
	return p.URL == "" || net.ParseIP(p.URL).IsUnspecified()
}

// page is a port's URL.
func (p Publisher) page(scheme, host string) string {
	if !p.everywhere() {
		host = p.URL
	}
	address := net.JoinHostPort(host, strconv.Itoa(p.PublishedPort))
	if scheme == "http" && p.PublishedPort == 80 || scheme == "https" && p.PublishedPort == 443 {
		address = host
	}
	return (&url.URL{Scheme: scheme, Host: address}).String()
}

// MachineOf is the name of the machine that an engine's published ports are
// reached at, given the engine's address: "tcp://build.example:2376".
func MachineOf(daemonHost string) string {
	u, err := url.Parse(daemonHost)
	if err != nil || u.Scheme == "unix" || u.Scheme == "npipe" {
		return "localhost"
	}
	return cmp.Or(u.Hostname(), "localhost")
}
