package spec

import (
	"strings"
	"testing"
)

func TestNetworkOptions(t *testing.T) {
	p := loadText(t, `
services: {web: {image: i, networks: [full, plain]}}
networks:
  plain:
  full:
    name: own
    driver: macvlan
    driver_opts: {parent: eth0, n: 1}
    internal: true
    attachable: true
    enable_ipv4: false
    enable_ipv6: true
    labels: {a: b}
    ipam:
      driver: default
      options: {o: x}
      config:
        - {subnet: 10.0.0.0/24, ip_range: 10.0.0.128/25, gateway: 10.0.0.1, aux_addresses: {host: 10.0.0.2}}
        - {subnet: "fd00::/64"}
`)
	if got := p.Networks["full"].Name; got != "own" {
		t.Errorf("name: got %s", got)
	}
	full, err := NetworkOptions(p.Networks["full"], Binding{APIVersion: "1.48"})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []at{
		{"Driver", `"macvlan"`}, {"Options", `{"n":"1","parent":"eth0"}`}, {"Internal", `true`}, {"Attachable", `true`},
		{"EnableIPv4", `false`}, {"EnableIPv6", `true`}, {"IPAM.Driver", `"default"`}, {"IPAM.Options", `{"o":"x"}`},
		{"IPAM.Config.0", `{"AuxiliaryAddresses":{"host":"10.0.0.2"},"Gateway":"10.0.0.1","IPRange":"10.0.0.128/25","Subnet":"10.0.0.0/24"}`},
		{"IPAM.Config.1", `{"Subnet":"fd00::/64"}`},
	} {
		if got := lookup(t, full, w.path); got != w.want {
			t.Errorf("%s\n got %s\nwant %s", w.path, got, w.want)
		}
	}
	plain, err := NetworkOptions(p.Networks["plain"], Binding{APIVersion: "1.41"})
	if err != nil || lookup(t, plain, "IPAM") != "null" || lookup(t, plain, "EnableIPv6") != "null" {
		t.Errorf("plain: got %+v, %v", plain, err)
	}
	if _, err := NetworkOptions(p.Networks["full"], Binding{APIVersion: "1.47"}); err == nil || !strings.Contains(err.Error(), "enable_ipv4: false needs API 1.48") {
		t.Errorf("an old engine: got %v", err)
	}
	on := p.Networks["full"]
	yes := true
	on.EnableIPv4 = &yes // what an old engine does anyway
	if o, err := NetworkOptions(on, Binding{APIVersion: "1.47"}); err != nil || o.EnableIPv4 != nil {
		t.Errorf("enable_ipv4: true on an old engine: got %v, %v", o.EnableIPv4, err)
	}
}

func TestVolumeOptions(t *testing.T) {
	p := loadText(t, `
services: {web: {image: i, volumes: ["vol:/v"]}}
volumes: {vol: {name: own, driver: nfs, driver_opts: {o: "addr=x", n: 5}, labels: {a: b}}}
`)
	v := VolumeOptions(p.Volumes["vol"])
	if p.Volumes["vol"].Name != "own" || v.Driver != "nfs" || v.DriverOpts["o"] != "addr=x" || v.DriverOpts["n"] != "5" {
		t.Errorf("got %+v", v)
	}
}

// TestUnappliedResources: what an external network says of itself is nobody's
// to apply.
func TestUnappliedResources(t *testing.T) {
	p := loadText(t, `
services: {web: {image: i, networks: [there, ours]}}
networks:
  ours: {driver: bridge, internal: true}
  there: {external: true, driver: macvlan, internal: true, attachable: true, enable_ipv6: true, enable_ipv4: true, driver_opts: {a: b}, labels: {a: b}, ipam: {driver: default}}
`)
	got := strings.Join(UnappliedResources(p), " ")
	want := "networks.there.attachable networks.there.driver networks.there.driver_opts networks.there.enable_ipv4 networks.there.enable_ipv6 networks.there.internal networks.there.ipam networks.there.labels"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
