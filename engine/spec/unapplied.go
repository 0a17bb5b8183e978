package spec

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project"
)

// Unapplied names the attributes that a service uses and that nothing here
// applies, as paths below the service ("deploy.placement"), sorted, so that a
// user learns of each. It is pure. What an old engine cannot do is not among
// them: see Request.Dropped.
func Unapplied(p *project.Project, service string) []string {
	s, ok := p.Services[service]
	if !ok {
		return nil
	}
	var u unapplied
	u.add(map[string]bool{
		"umask":              s.Umask != nil,
		"pull_refresh_after": s.PullRefreshAfter != "" && s.PullPolicy != types.PullPolicyRefresh,
	})
	for _, hook := range s.PreStart {
		u.add(map[string]bool{"pre_start.umask": hook.Umask != nil})
	}
	u.deploy(s.Deploy)
	for _, v := range s.Volumes {
		_, binds := (&spec{p: p}).bind(v)
		u.add(map[string]bool{
			"volumes." + v.Target + ".bind.selinux":     v.Bind != nil && v.Bind.SELinux != "" && !binds,
			"volumes." + v.Target + ".bind.propagation": v.Bind != nil && v.Bind.Propagation != "" && v.Type == types.VolumeTypeVolume,
			"volumes." + v.Target + ".consistency":      v.Consistency != "" && binds,
		})
	}
	for _, port := range s.Ports {
		u.add(map[string]bool{
			"ports.name":         port.Name != "",
			"ports.app_protocol": port.AppProtocol != "",
		})
	}
	slices.Sort(u)
	return slices.Compact(u)
}

// UnappliedResources names the attributes of the networks, secrets, configs and
// models in use that nothing applies, as paths of the file, sorted.
func UnappliedResources(p *project.Project) []string {
	var u unapplied
	for key, n := range p.Networks {
		if !bool(n.External) {
			continue
		}
		at := "networks." + key + "." // somebody else has defined it
		u.add(map[string]bool{
			at + "driver":      n.Driver != "",
			at + "driver_opts": len(n.DriverOpts) > 0,
			at + "ipam":        n.Ipam.Driver != "" || len(n.Ipam.Config) > 0 || len(n.Ipam.Options) > 0,
			at + "internal":    n.Internal,
			at + "attachable":  n.Attachable,
			at + "labels":      len(n.Labels) > 0,
			at + "enable_ipv4": n.EnableIPv4 != nil,
			at + "enable_ipv6": n.EnableIPv6 != nil,
		})
	}
	for key, s := range p.Secrets {
		u.object(p, "secrets", key, FileObject(s))
	}
	for key, c := range p.Configs {
		u.object(p, "configs", key, FileObject(c))
	}
	for key, m := range p.Models {
		u.add(map[string]bool{"models." + key + ".name": givesName(p, key, m.Name)})
	}
	slices.Sort(u)
	return u
}

type unapplied []string

// givesName tells whether the file gives a name, which the loader would have made
// from the key otherwise.
func givesName(p *project.Project, key, name string) bool {
	return name != "" && name != key && name != p.Name+"_"+key
}

// object looks at what a Swarm keeps with a secret or config.
func (u *unapplied) object(p *project.Project, kind, key string, d types.FileObjectConfig) {
	at := kind + "." + key
	u.add(map[string]bool{
		at + ".name":        givesName(p, key, d.Name) && !bool(d.External),
		at + ".labels":      len(d.Labels) > 0,
		at + ".driver_opts": len(d.DriverOpts) > 0,
	})
}

// add takes the attributes that are used.
func (u *unapplied) add(used map[string]bool) {
	for attribute, is := range used {
		if is {
			*u = append(*u, attribute)
		}
	}
}

// deploy looks at what only a Swarm does.
func (u *unapplied) deploy(d *types.DeployConfig) {
	if d == nil {
		return
	}
	u.add(map[string]bool{
		"deploy.mode":            d.Mode != "" && d.Mode != "replicated",
		"deploy.endpoint_mode":   d.EndpointMode != "",
		"deploy.labels":          len(d.Labels) > 0,
		"deploy.placement":       len(d.Placement.Constraints) > 0 || len(d.Placement.Preferences) > 0 || d.Placement.MaxReplicas > 0,
		"deploy.update_config":   d.UpdateConfig != nil,
		"deploy.rollback_config": d.RollbackConfig != nil,
	})
	if r := d.Resources.Reservations; r != nil {
		u.add(map[string]bool{
			"deploy.resources.reservations.cpus":              r.NanoCPUs != 0,
			"deploy.resources.reservations.generic_resources": len(r.GenericResources) > 0,
		})
	}
	if r := d.RestartPolicy; r != nil {
		u.add(map[string]bool{
			"deploy.restart_policy.delay":        r.Delay != nil,
			"deploy.restart_policy.window":       r.Window != nil,
			"deploy.restart_policy.max_attempts": r.MaxAttempts != nil && r.Condition != types.RestartPolicyOnFailure,
		})
	}
}
