package spec

import (
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
)

// NetworkOptions maps a network of the file to what the engine is asked for, but for
// its labels. The error is about what this engine does not have.
func NetworkOptions(n types.NetworkConfig, b Binding) (network.CreateOptions, error) {
	o := network.CreateOptions{
		Driver:     n.Driver,
		Options:    n.DriverOpts,
		Internal:   n.Internal,
		Attachable: n.Attachable,
		EnableIPv6: n.EnableIPv6,
	}
	if n.EnableIPv4 != nil {
		if APISince(b.APIVersion, "1.48") {
			o.EnableIPv4 = n.EnableIPv4
		} else if !*n.EnableIPv4 { // true is what older engines do anyway
			return o, b.require("enable_ipv4: false", "1.48")
		}
	}
	if n.Ipam.Driver == "" && len(n.Ipam.Config) == 0 && len(n.Ipam.Options) == 0 {
		return o, nil
	}
	o.IPAM = &network.IPAM{Driver: n.Ipam.Driver, Options: n.Ipam.Options}
	for _, pool := range n.Ipam.Config {
		o.IPAM.Config = append(o.IPAM.Config, network.IPAMConfig{
			Subnet:     pool.Subnet,
			IPRange:    pool.IPRange,
			Gateway:    pool.Gateway,
			AuxAddress: pool.AuxiliaryAddresses,
		})
	}
	return o, nil
}

// VolumeOptions maps a volume of the file to what the engine is asked for, but
// for its name and labels.
func VolumeOptions(v types.VolumeConfig) volume.CreateOptions {
	return volume.CreateOptions{Driver: v.Driver, DriverOpts: v.DriverOpts}
}
