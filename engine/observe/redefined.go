package observe

import (
	"net/netip"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"

	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/project"
)

// networkChanges is how a network is made otherwise than the file has it: what the file
// leaves open is the engine's to choose.
func networkChanges(p *project.Project, n *network.Summary) []plan.FieldChange {
	for _, conf := range p.Networks {
		if conf.Name != n.Name || bool(conf.External) {
			continue
		}
		wanted, got := fieldSet{}, fieldSet{}
		if conf.Driver != "" {
			wanted.set("driver", conf.Driver)
			got.set("driver", n.Driver)
		}
		wanted.set("internal", conf.Internal)
		got.set("internal", n.Internal)
		wanted.set("attachable", conf.Attachable)
		got.set("attachable", n.Attachable)
		if conf.EnableIPv6 != nil {
			wanted.set("enable_ipv6", *conf.EnableIPv6)
			got.set("enable_ipv6", n.EnableIPv6)
		}
		wanted.options(got, conf.DriverOpts, n.Options)
		wanted.pools(got, conf.Ipam.Config, n.IPAM.Config)
		return wanted.changesFrom(got, p.Private)
	}
	return nil
}

// volumeChanges is networkChanges for a volume.
func volumeChanges(p *project.Project, v *volume.Volume) []plan.FieldChange {
	for _, conf := range p.Volumes {
		if conf.Name != v.Name || bool(conf.External) {
			continue
		}
		wanted, got := fieldSet{}, fieldSet{}
		if conf.Driver != "" {
			wanted.set("driver", conf.Driver)
			got.set("driver", v.Driver)
		}
		wanted.options(got, conf.DriverOpts, v.Options)
		return wanted.changesFrom(got, p.Private)
	}
	return nil
}

// options are the driver's that the file gives, here and in got; no value is shown: they
// may be credentials.
func (f fieldSet) options(got fieldSet, given, has map[string]string) {
	for name, value := range given {
		f.secret("driver_opts."+name, value)
		if is, ok := has[name]; ok {
			got.secret("driver_opts."+name, is)
		}
	}
}

// pools are the address pools that the file gives, here and those of the same places in
// got. The engine has no gateway or range for one that names none, or chose it.
func (f fieldSet) pools(got fieldSet, given []*types.IPAMPool, has []network.IPAMConfig) {
	for _, pool := range given {
		if pool.Subnet == "" {
			continue
		}
		subnet := masked(pool.Subnet)
		name := "ipam." + subnet
		f.set(name, "there")
		i := slices.IndexFunc(has, func(h network.IPAMConfig) bool { return masked(h.Subnet) == subnet })
		if i < 0 {
			continue
		}
		got.set(name, "there")
		if pool.Gateway != "" {
			f.set(name+".gateway", pool.Gateway)
			got.set(name+".gateway", has[i].Gateway)
		}
		if pool.IPRange != "" {
			f.set(name+".ip_range", masked(pool.IPRange))
			got.set(name+".ip_range", masked(has[i].IPRange))
		}
	}
}

// masked is a subnet in the form in which engines compare it.
func masked(subnet string) string {
	prefix, err := netip.ParsePrefix(subnet)
	if err != nil {
		return subnet
	}
	return prefix.Masked().String()
}
