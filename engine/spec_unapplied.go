package engine

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/project"
)

// Unapplied names the attributes that a service uses and that nothing here
// applies, as paths below the service ("deploy.placement"), sorted, so that a
// user learns of each. It is pure. What an old engine cannot do is not among
// them: see request.Dropped.
func Unapplied(p *project.Project, service string) []string {
	s, ok := p.Services[service]
	if !ok {
		return nil
	}
	var u unapplied
	u.add("umask", s.Umask != nil)
	for _, hook := range s.PreStart {
		u.add("pre_start.umask", hook.Umask != nil)
	}
	u.add("pull_refresh_after", s.PullRefreshAfter != "" && s.PullPolicy != types.PullPolicyRefresh)
	u.deploy(s.Deploy)
	for _, v := range s.Volumes {
		_, binds := (&spec{p: p}).bind(v)
		u.add("volumes."+v.Target+".bind.selinux", v.Bind != nil && v.Bind.SELinux != "" && !binds)
		u.add("volumes."+v.Target+".consistency", v.Consistency != "" && binds)
	}
	for _, port := range s.Ports {
		u.add("ports.name", port.Name != "")
		u.add("ports.app_protocol", port.AppProtocol != "")
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
		u.add(at+"driver", n.Driver != "")
		u.add(at+"driver_opts", len(n.DriverOpts) > 0)
		u.add(at+"ipam", n.Ipam.Driver != "" || len(n.Ipam.Config) > 0 || len(n.Ipam.Options) > 0)
		u.add(at+"internal", n.Internal)
		u.add(at+"attachable", n.Attachable)
		u.add(at+"labels", len(n.Labels) > 0)
		u.add(at+"enable_ipv4", n.EnableIPv4 != nil)
		u.add(at+"enable_ipv6", n.EnableIPv6 != nil)
	}
	for key, s := range p.Secrets {
		u.object(p, "secrets", key, fileObject(s))
	}
	for key, c := range p.Configs {
		u.object(p, "configs", key, fileObject(c))
	}
	for key, m := range p.Models {
		u.add("models."+key+".name", givesName(p, key, m.Name))
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
	u.add(at+".name", givesName(p, key, d.Name) && !bool(d.External))
	u.add(at+".labels", len(d.Labels) > 0)
	u.add(at+".driver_opts", len(d.DriverOpts) > 0)
}

func (u *unapplied) add(attribute string, used bool) {
	if used {
		*u = append(*u, attribute)
	}
}

// deploy looks at what only a Swarm does.
func (u *unapplied) deploy(d *types.DeployConfig) {
	if d == nil {
		return
	}
	u.add("deploy.mode", d.Mode != "" && d.Mode != "replicated")
	u.add("deploy.endpoint_mode", d.EndpointMode != "")
	u.add("deploy.labels", len(d.Labels) > 0)
	u.add("deploy.placement", len(d.Placement.Constraints) > 0 || len(d.Placement.Preferences) > 0 || d.Placement.MaxReplicas > 0)
	u.add("deploy.update_config", d.UpdateConfig != nil)
	u.add("deploy.rollback_config", d.RollbackConfig != nil)
	if r := d.Resources.Reservations; r != nil {
		u.add("deploy.resources.reservations.cpus", r.NanoCPUs != 0)
		u.add("deploy.resources.reservations.generic_resources", len(r.GenericResources) > 0)
	}
	if r := d.RestartPolicy; r != nil {
		u.add("deploy.restart_policy.delay", r.Delay != nil)
		u.add("deploy.restart_policy.window", r.Window != nil)
		u.add("deploy.restart_policy.max_attempts", r.MaxAttempts != nil && r.Condition != types.RestartPolicyOnFailure)
	}
}
