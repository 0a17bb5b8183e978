package diagnostic

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/go-units"
)

// checkedValue is an attribute of services whose values neither the schema nor the
// loader checks: the engine would refuse them, when networks and volumes exist already.
type checkedValue struct {
	place string // below the service, as a pattern of document.Spots
	check func(value string) error
	// of are the values in a service as it was loaded, in the order of the pattern's
	// elements.
	of func(s types.ServiceConfig) []placed
}

// placed is a value and what stands for the pattern's element: an index or a key.
type placed struct{ at, value string }

var checkedValues = []checkedValue{
	{"restart", restartPolicy, single(func(s types.ServiceConfig) string { return s.Restart })},
	{"deploy.restart_policy.condition", oneOf("none", "on-failure", "any"), single(func(s types.ServiceConfig) string {
		if s.Deploy == nil || s.Deploy.RestartPolicy == nil {
			return ""
		}
		return s.Deploy.RestartPolicy.Condition
	})},
	{"ipc", namespace("none", "private", "shareable", "host", "service:NAME", "container:NAME"), single(func(s types.ServiceConfig) string { return s.Ipc })},
	{"pid", namespace("host", "private", "service:NAME", "container:NAME"), single(func(s types.ServiceConfig) string { return s.Pid })},
	{"uts", utsMode, single(func(s types.ServiceConfig) string { return s.Uts })},
	{"ports.*.protocol", protocol, func(s types.ServiceConfig) []placed {
		return list(s.Ports, func(p types.ServicePortConfig) string { return p.Protocol })
	}},
	{"expose.*", portNumbers, func(s types.ServiceConfig) []placed { return list(s.Expose, itself) }},
	{"dns.*", address, func(s types.ServiceConfig) []placed { return list(s.DNS, itself) }},
	{"networks.*.ipv4_address", address, ofNetworks(func(n *types.ServiceNetworkConfig) string { return n.Ipv4Address })},
	{"networks.*.ipv6_address", address, ofNetworks(func(n *types.ServiceNetworkConfig) string { return n.Ipv6Address })},
	{"networks.*.mac_address", hardwareAddress, ofNetworks(func(n *types.ServiceNetworkConfig) string { return n.MacAddress })},
	{"mac_address", hardwareAddress, single(func(s types.ServiceConfig) string { return s.MacAddress })},
	{"tmpfs.*", tmpfsOptions, func(s types.ServiceConfig) []placed { return list(s.Tmpfs, itself) }},
}

// loaderValues are places of values whose form the loader checks, which stops at the
// first that is wrong. The texts are the loader's.
var loaderValues = []checkedValue{
	{place: "mem_limit", check: size}, {place: "mem_reservation", check: size}, {place: "memswap_limit", check: size},
	{place: "shm_size", check: size}, {place: "build.shm_size", check: size},
	{place: "stop_grace_period", check: duration}, {place: "healthcheck.interval", check: duration},
	{place: "healthcheck.timeout", check: duration}, {place: "healthcheck.start_period", check: duration},
	{place: "healthcheck.start_interval", check: duration},
}

// CheckValues returns a *PathError for each value of a loaded service that an engine
// would refuse.
func CheckValues(s types.ServiceConfig) []error {
	var found []error
	for _, c := range checkedValues {
		for _, v := range c.of(s) {
			if v.value != "" {
				path := append([]string{"services", s.Name}, strings.Split(c.place, ".")...)
				if i := slices.Index(path, "*"); i > 1 {
					path[i] = v.at
				}
				found = append(found, valueMistake(path, c.check(v.value))...)
			}
		}
	}
	return found
}

// valueMistake is the error about a value; none for nil.
func valueMistake(path []string, err error) []error {
	if err == nil {
		return nil
	}
	e := &PathError{Path: path, OfValue: true, Msg: strings.Join(path, ".") + ": " + err.Error()}
	if wrong := (*wrongValue)(nil); errors.As(err, &wrong) {
		e.Hint = wrong.hint
	}
	return []error{e}
}

// wrongValue is what is wrong with a value, and what would be right.
type wrongValue struct{ text, hint string }

func (e *wrongValue) Error() string { return e.text }

func single(of func(types.ServiceConfig) string) func(types.ServiceConfig) []placed {
	return func(s types.ServiceConfig) []placed { return []placed{{"", of(s)}} }
}

func list[T any](values []T, text func(T) string) []placed {
	all := make([]placed, len(values))
	for i, v := range values {
		all[i] = placed{strconv.Itoa(i), text(v)}
	}
	return all
}

func itself(text string) string { return text }

func ofNetworks(text func(*types.ServiceNetworkConfig) string) func(types.ServiceConfig) []placed {
	return func(s types.ServiceConfig) []placed {
		var all []placed
		for _, name := range slices.Sorted(maps.Keys(s.Networks)) {
			if n := s.Networks[name]; n != nil {
				all = append(all, placed{name, text(n)})
			}
		}
		return all
	}
}

// oneOf checks an enumeration. A word that ends with :NAME stands for all that begin
// with what is before NAME.
func oneOf(words ...string) func(string) error {
	return func(value string) error {
		for _, w := range words {
			prefix, named := strings.CutSuffix(w, "NAME")
			if w == value || named && strings.HasPrefix(value, prefix) && value != prefix {
				return nil
			}
		}
		help := "the values are " + strings.Join(words, ", ")
		if near := Nearest(value, words); len(near) > 0 {
			help = "did you mean " + Quoted(near) + "? The values are " + strings.Join(words, ", ")
		}
		return &wrongValue{fmt.Sprintf("unknown value %q", value), help}
	}
}

// namespace is oneOf, and any "ns:PATH", which Podman takes.
func namespace(words ...string) func(string) error {
	check := oneOf(words...)
	return func(value string) error {
		if strings.HasPrefix(value, "ns:") {
			return nil
		}
		return check(value)
	}
}

// protocol may be in capitals, as engines take it.
func protocol(value string) error { return oneOf("tcp", "udp", "sctp")(strings.ToLower(value)) }

// utsMode leaves what names a service to engine/spec, which says why that cannot be.
func utsMode(value string) error {
	if strings.Contains(value, ":") {
		return nil
	}
	return oneOf("host", "private")(value)
}

// restartPolicy is as in the specification: on-failure may have a number of retries.
func restartPolicy(value string) error {
	policy, retries, counted := strings.Cut(value, ":")
	if counted && policy == "on-failure" {
		if n, err := strconv.Atoi(retries); err == nil && n >= 0 {
			return nil
		}
		return &wrongValue{fmt.Sprintf("%q has no number of retries", value), `write "on-failure" or "on-failure:5"`}
	}
	return oneOf("no", "always", "on-failure", "unless-stopped")(value)
}

func portNumbers(value string) error {
	ports, _, _ := strings.Cut(value, "/")
	first, last, isRange := strings.Cut(ports, "-")
	from, err := strconv.ParseUint(first, 10, 16)
	to := from
	if err == nil && isRange {
		to, err = strconv.ParseUint(last, 10, 16)
	}
	if err != nil || to < from {
		return &wrongValue{fmt.Sprintf("%q is no port", value), `a port is written "80", "80/udp" or "80-90"`}
	}
	return nil
}

func address(value string) error {
	if _, err := netip.ParseAddr(value); err != nil {
		return &wrongValue{fmt.Sprintf("%q is no IP address", value), ""}
	}
	return nil
}

func hardwareAddress(value string) error {
	if _, err := net.ParseMAC(value); err != nil {
		return &wrongValue{fmt.Sprintf("%q is no hardware address", value), `one is written "92:d0:c6:0a:29:33"`}
	}
	return nil
}

// tmpfsOptions checks the size in "/path:size=64m,mode=1777", as mount(8) has it.
func tmpfsOptions(value string) error {
	_, options, _ := strings.Cut(value, ":")
	for option := range strings.SplitSeq(options, ",") {
		size, ok := strings.CutPrefix(option, "size=")
		if ok && !tmpfsSize.MatchString(size) {
			return &wrongValue{fmt.Sprintf("%q is no size", size), "a size is written 64m, 1g, 50% or as a number of bytes"}
		}
	}
	return nil
}

var tmpfsSize = regexp.MustCompile(`^[0-9]+[kKmMgGtTpPeE%]?$`)

// duration is the loader's own check.
func duration(value string) error {
	var d types.Duration
	return d.DecodeMapstructure(value)
}

// size is the loader's own check.
func size(value string) error {
	_, err := units.RAMInBytes(value)
	return err
}
