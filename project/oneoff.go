package project

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/mattn/go-shellwords"

	"github.com/compose-orchestrator/compose/hint"
)

// OneOff says how the container of a `run` differs from those of its service.
type OneOff struct {
	Service string
	Slug    string // random id: 64 hexadecimal digits
	Name    string // "": oneOffName

	Command    []string // nil: the service's
	Entrypoint *string  // as a shell would take it apart; nil: the service's
	User       string   // "": the service's
	WorkingDir string   // "": the service's
	// Env are variables as KEY=value, or KEY with the value that it has here, and
	// EnvFiles the files with further ones, which come after.
	Env, EnvFiles []string
	Labels        []string // KEY=value
	Volumes       []string // as in the short syntax
	Publish       []string // ports as in the short syntax
	ServicePorts  bool     // the service's ports are published too
	// CapAdd and CapDrop are capabilities; one that is named in one of them is
	// taken out of the service's other.
	CapAdd, CapDrop []string

	TTY, Stdin bool
	Rows, Cols uint // the terminal's size; 0: not known
	// UseAliases: the container is found under the names of the service's.
	UseAliases bool
	// AutoRemove: the engine removes it when its process has ended.
	AutoRemove bool

	Dir string // where relative paths of Volumes and EnvFiles begin
}

// containerName is the final name of the one-off.
func (o *OneOff) containerName(p *Project) string {
	if o.Name != "" {
		return o.Name
	}
	return p.oneOffName(o.Service, o.Slug)
}

// WithOneOff returns the project with a one-off in the place of the service's
// replicas: replica 0 of the service is it, and there is no other. It reads the
// one-off's env files, of which one may be a pipe; the end of ctx ends that. An unknown
// service is an error that wraps ErrNoSuchService, a flag that cannot be understood and
// a file that cannot be opened are a *hint.Error, a mistake in an env file a *FileError.
func (p *Project) WithOneOff(ctx context.Context, o OneOff) (*Project, error) {
	return await(ctx, func() (*Project, error) { return p.withOneOff(o) })
}

func (p *Project) withOneOff(o OneOff) (*Project, error) {
	s, ok := p.Services[o.Service]
	if !ok {
		return nil, p.noSuchService(o.Service)
	}
	if s.Provider != nil {
		return nil, hint.New(fmt.Sprintf("service %q has no container to run a command in: it is a provider's", o.Service),
			"run it in a service that has an image")
	}
	for _, change := range []func(*Project, *types.ServiceConfig) error{
		o.process, o.environment, o.labels, o.ports, o.volumes, o.capabilities,
	} {
		if err := change(p, &s); err != nil {
			return nil, err
		}
	}
	one := 1
	s.Scale, s.ContainerName = &one, ""
	s.Restart = ""
	if s.Deploy != nil {
		deploy := *s.Deploy
		deploy.RestartPolicy, deploy.Replicas = nil, nil
		s.Deploy = &deploy
	}
	c := p.copy()
	c.Services = maps.Clone(p.Services)
	c.Services[o.Service] = s
	c.OneOff = &o
	return c.prune(), nil
}

// HasAddresses tells whether the one-off's service has addresses of its own, which
// two containers cannot have.
func (p *Project) HasAddresses() bool {
	s := p.Services[p.OneOff.Service]
	for _, n := range s.Networks {
		if n != nil && (n.Ipv4Address != "" || n.Ipv6Address != "" || n.MacAddress != "" || len(n.LinkLocalIPs) > 0) {
			return true
		}
	}
	return s.MacAddress != ""
}

// WithFreeAddresses returns the project with a one-off that takes the addresses
// which the engine gives it, and none of its service's.
func (p *Project) WithFreeAddresses() *Project {
	c := p.copy()
	c.Services = maps.Clone(p.Services)
	s := c.Services[p.OneOff.Service]
	s.MacAddress = ""
	s.Networks = maps.Clone(s.Networks)
	for key, n := range s.Networks {
		if n != nil {
			free := *n
			free.Ipv4Address, free.Ipv6Address, free.MacAddress, free.LinkLocalIPs = "", "", "", nil
			s.Networks[key] = &free
		}
	}
	c.Services[p.OneOff.Service] = s
	return c
}

// process sets what runs, and on which terminal.
func (o *OneOff) process(_ *Project, s *types.ServiceConfig) error {
	s.Tty, s.StdinOpen = o.TTY, o.Stdin
	if o.Entrypoint != nil {
		words, err := shellwords.Parse(*o.Entrypoint)
		if err != nil {
			return hint.New(fmt.Sprintf("--entrypoint %q: %v", *o.Entrypoint, err), "close the quotes")
		}
		s.Entrypoint, s.Command = append(types.ShellCommand{}, words...), types.ShellCommand{}
	}
	if len(o.Command) > 0 {
		s.Command = o.Command
	}
	if o.User != "" {
		s.User = o.User
	}
	if o.WorkingDir != "" {
		s.WorkingDir = o.WorkingDir
	}
	return nil
}

// environment adds the variables of the call. One that has no value here stays
// what the service says of it.
func (o *OneOff) environment(p *Project, s *types.ServiceConfig) error {
	given := map[string]string{}
	for _, v := range o.Env {
		key, value, set := strings.Cut(v, "=")
		if !set {
			value, set = p.Environment.Resolve(key)
		}
		if set {
			given[key] = value
		}
	}
	for _, name := range o.EnvFiles {
		more, err := readEnvFile(o.path(name), given)
		if err != nil {
			return err
		}
		maps.DeleteFunc(more, func(key, _ string) bool { _, set := given[key]; return set })
		maps.Copy(given, more)
	}
	if len(given) == 0 {
		return nil
	}
	all := types.MappingWithEquals{}
	maps.Copy(all, s.Environment)
	for key, value := range given {
		all[key] = &value
	}
	s.Environment = all
	return nil
}

func readEnvFile(name string, known map[string]string) (map[string]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, hint.Wrap(err, "--env-from-file takes a file with KEY=value lines")
	}
	defer f.Close()
	vars := map[string]string{}
	return vars, parseDotEnv(f, name, vars, func(key string) (string, bool) {
		value, ok := known[key]
		return value, ok
	})
}

func (o *OneOff) labels(_ *Project, s *types.ServiceConfig) error {
	if len(o.Labels) == 0 {
		return nil
	}
	all := types.Labels{}
	maps.Copy(all, s.Labels)
	for _, l := range o.Labels {
		key, value, ok := strings.Cut(l, "=")
		if !ok {
			return hint.New("label must be set as KEY=VALUE", fmt.Sprintf("write -l %s=VALUE", l))
		}
		all[key] = value
	}
	s.Labels = all
	return nil
}

func (o *OneOff) ports(_ *Project, s *types.ServiceConfig) error {
	if o.ServicePorts {
		return nil
	}
	s.Ports = nil
	for _, text := range o.Publish {
		ports, err := types.ParsePortConfig(text)
		if err != nil {
			return hint.Wrap(fmt.Errorf("--publish %s: %w", text, err), "write HOST:CONTAINER, such as 8080:80")
		}
		s.Ports = append(s.Ports, ports...)
	}
	return nil
}

// volumes adds the mounts of the call; one at the same place takes the
// service's.
func (o *OneOff) volumes(_ *Project, s *types.ServiceConfig) error {
	for _, text := range o.Volumes {
		v, err := ParseVolume(text)
		if err != nil {
			return hint.Wrap(fmt.Errorf("--volume %s: %w", text, err), "write SOURCE:TARGET, such as ./data:/data")
		}
		if v.Type == types.VolumeTypeBind {
			v.Source = o.path(v.Source)
		}
		s.Volumes = append(slices.DeleteFunc(slices.Clone(s.Volumes), func(was types.ServiceVolumeConfig) bool {
			return was.Target == v.Target
		}), v)
	}
	return nil
}

// path is a path of the command line, absolute.
func (o *OneOff) path(name string) string {
	if rest, ok := strings.CutPrefix(name, "~"); ok && (rest == "" || rest[0] == '/') {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if filepath.IsAbs(name) || strings.HasPrefix(name, "/") {
		return name
	}
	return filepath.Join(o.Dir, name)
}

func (o *OneOff) capabilities(_ *Project, s *types.ServiceConfig) error {
	s.CapAdd = slices.Concat(without(s.CapAdd, o.CapDrop), o.CapAdd)
	s.CapDrop = slices.Concat(without(s.CapDrop, o.CapAdd), o.CapDrop)
	return nil
}

func without(all, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(gone, one) })
}
