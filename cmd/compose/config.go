package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/project"
)

// configFlags are those of config.
type configFlags struct {
	format, output, hash                                      string
	quiet                                                     bool
	services, volumes, networks, images, profiles, models     bool
	environment, variables                                    bool
	resolveDigests, lockDigests                               bool
	noInterpolate, noNormalize, noPaths, noEnv, noConsistency bool
	schema                                                    bool
}

func (a *app) configCommand() *cobra.Command {
	var f configFlags
	cmd := a.command("config [OPTIONS] [SERVICE...]", "Parse, resolve and render compose file in canonical format", func(cmd *cobra.Command, args []string) error {
		if f.schema {
			return a.configSchema(f)
		}
		return a.config(cmd, f, args)
	})
	cmd.Aliases = []string{"convert"}
	fs := cmd.Flags()
	fs.StringVar(&f.format, "format", "", `Format the output ("yaml"|"json")`)
	fs.StringVarP(&f.output, "output", "o", "", "Save to file (default to stdout)")
	fs.StringVar(&f.hash, "hash", "", `Print the service config hash, one per line ("*" for all)`)
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "Only validate the configuration, don't print anything")
	fs.BoolVar(&f.services, "services", false, "Print the service names, one per line")
	fs.BoolVar(&f.volumes, "volumes", false, "Print the volume names, one per line")
	fs.BoolVar(&f.networks, "networks", false, "Print the network names, one per line")
	fs.BoolVar(&f.images, "images", false, "Print the image names, one per line")
	fs.BoolVar(&f.profiles, "profiles", false, "Print the profile names, one per line")
	fs.BoolVar(&f.models, "models", false, "Print the model names, one per line")
	fs.BoolVar(&f.environment, "environment", false, "Print environment used for interpolation")
	fs.BoolVar(&f.variables, "variables", false, "Print model variables and default values")
	fs.BoolVar(&f.noInterpolate, "no-interpolate", false, "Don't interpolate environment variables")
	fs.BoolVar(&f.noNormalize, "no-normalize", false, "Don't normalize compose model")
	fs.BoolVar(&f.noPaths, "no-path-resolution", false, "Don't resolve file paths")
	fs.BoolVar(&f.noEnv, "no-env-resolution", false, "Don't resolve service env files")
	fs.BoolVar(&f.noConsistency, "no-consistency", false, "Don't check model consistency")
	fs.BoolVar(&f.resolveDigests, "resolve-image-digests", false, "Pin image tags to digests")
	fs.BoolVar(&f.lockDigests, "lock-image-digests", false, "Produce an override file with image digests")
	fs.BoolVar(&f.schema, "schema", false, "Print the JSON schema of Compose files, for editors")
	return cmd
}

func (a *app) configSchema(f configFlags) error {
	text, err := project.FileSchema()
	if err != nil {
		return err
	}
	return a.writeTo(f.output, text)
}

func (a *app) config(cmd *cobra.Command, f configFlags, services []string) error {
	o := a.projectOptions(services)
	o.NoInterpolation, o.NoNormalize, o.NoPathResolution = f.noInterpolate, f.noNormalize, f.noPaths
	o.NoEnvResolution, o.NoConsistency = f.noEnv, f.noConsistency
	switch {
	case f.declared() || f.hash == "*":
		o.Services = nil
	case f.hash != "":
		o.Services, o.NoDeps = strings.Split(f.hash, ","), true
	}
	o.Whole = !f.lists()
	if f.lists() && f.hash == "" {
		o.Need = project.NeedImages
	}
	if a.compatibility() {
		o.NoNormalize = true // as docker-compose 1 printed it
	}
	if f.variables && !f.names() || f.noInterpolate && (f.services || !f.lists()) {
		return a.configModel(cmd, f, o)
	}
	p, err := a.load(cmd.Context(), o)
	if err != nil || f.quiet {
		return err
	}
	if p, err = a.withDigests(cmd.Context(), p, f); err != nil {
		return err
	}
	text, err := a.configText(p, f)
	if err != nil {
		return err
	}
	return a.writeTo(f.output, text)
}

// withDigests is the project as --resolve-image-digests and --lock-image-digests
// want it. Lists are made of the file as it is.
func (a *app) withDigests(ctx context.Context, p *project.Project, f configFlags) (*project.Project, error) {
	if f.lists() || !f.resolveDigests && !f.lockDigests {
		return p, nil
	}
	ask, err := a.digests(ctx)
	if err != nil {
		return nil, err
	}
	if p, err = p.WithDigests(ctx, ask); err != nil {
		return nil, err
	}
	if f.lockDigests {
		return p.ImagesOnly(), nil
	}
	return p, nil
}

// modelWithDigests is withDigests for a model.
func (a *app) modelWithDigests(ctx context.Context, m project.Model, f configFlags) (project.Model, error) {
	if !f.resolveDigests && !f.lockDigests {
		return m, nil
	}
	ask, err := a.digests(ctx)
	if err != nil {
		return nil, err
	}
	if m, err = m.WithDigests(ctx, ask); err != nil {
		return nil, err
	}
	if f.lockDigests {
		return m.ImagesOnly(), nil
	}
	return m, nil
}

// digests asks registries through the engine, which is dialled for it.
func (a *app) digests(ctx context.Context) (project.DigestFunc, error) {
	conn, err := a.dial(ctx)
	if err != nil {
		return nil, err
	}
	return conn.Digests(a.getenv("DOCKER_CONFIG")), nil
}

// declared tells whether all names of a kind are asked for, whatever services
// the command names.
func (f *configFlags) declared() bool { return f.services || f.volumes || f.networks || f.models }

// names tells whether a list is asked for that --variables comes after.
func (f *configFlags) names() bool {
	return f.declared() || f.images || f.profiles || f.hash != ""
}

// lists tells whether something else than the project is asked for.
func (f *configFlags) lists() bool { return f.names() || f.environment }

// configText is what the flags ask to be printed of a project.
func (a *app) configText(p *project.Project, f configFlags) ([]byte, error) {
	switch {
	case f.services:
		return lines(p.ServiceNames()), nil
	case f.volumes:
		return lines(p.VolumeNames()), nil
	case f.networks:
		return lines(p.NetworkNames()), nil
	case f.models:
		return lines(modelNames(p)), nil
	case f.images:
		return lines(imageNames(p)), nil
	case f.profiles:
		return lines(profileNames(p)), nil
	case f.environment:
		return lines(environment(p)), nil
	case f.hash != "":
		return hashes(p, f.hash)
	}
	text, err := p.Marshal(project.MarshalOptions{Format: project.Format(f.format), Lossy: func(path string) {
		a.warn("%s is written as Docker Compose writes it, and loses its indentation where the output is read: use --format json", path)
	}})
	if err == nil && f.format == string(project.JSON) {
		text = append(text, '\n')
	}
	return text, err
}

// configModel prints what keeps its variables.
func (a *app) configModel(cmd *cobra.Command, f configFlags, o project.Options) error {
	if len(o.Services) > 0 {
		flag := "--no-interpolate"
		if f.variables {
			flag = "--variables"
		}
		a.warn("service filtering is not applied when %s is set", flag)
	}
	o.NoInterpolation = true
	m, err := project.LoadModel(cmd.Context(), o, a.sink)
	if a.classes.note(err, exitFile) != nil || f.quiet {
		return err
	}
	switch {
	case f.services:
		return a.writeTo(f.output, lines(m.ServiceNames()))
	case f.variables:
		return a.printVariables(m.Variables(), f)
	}
	if m, err = a.modelWithDigests(cmd.Context(), m, f); err != nil {
		return err
	}
	text, err := m.Marshal(project.MarshalOptions{Format: project.Format(f.format)})
	if err != nil {
		return err
	}
	return a.writeTo(f.output, text)
}

func (a *app) printVariables(variables []project.Variable, f configFlags) error {
	byName := map[string]project.Variable{}
	for _, v := range variables {
		byName[v.Name] = v
	}
	switch f.format {
	case "json":
		e := json.NewEncoder(a.stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "    ")
		return e.Encode(byName)
	case "yaml":
		text, err := yaml.Marshal(byName)
		if err != nil {
			return err
		}
		return a.writeTo("", text)
	}
	rows := make([][]string, len(variables))
	for i, v := range variables {
		rows[i] = []string{v.Name, fmt.Sprint(v.Required), v.Default, v.Alternate}
	}
	return render.Table(a.stdout, []string{"NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"}, rows)
}

// writeTo writes to a file, or to stdout where none is named.
func (a *app) writeTo(name string, text []byte) error {
	if name == "" {
		_, err := a.stdout.Write(text)
		return err
	}
	if err := os.WriteFile(name, text, 0o666); err != nil {
		return fmt.Errorf("writing the output: %w", err)
	}
	return nil
}

func lines(names []string) []byte {
	if len(names) == 0 {
		return nil
	}
	return []byte(strings.Join(names, "\n") + "\n")
}

func imageNames(p *project.Project) []string {
	var names []string
	for _, service := range p.ServiceNames() {
		names = append(names, p.ImageName(service))
	}
	return names
}

// modelNames are what the models are called where they come from.
func modelNames(p *project.Project) []string {
	var names []string
	for _, key := range p.ModelNames() {
		if name := p.Models[key].Model; name != "" {
			names = append(names, name)
		}
	}
	return names
}

func profileNames(p *project.Project) []string {
	set := map[string]bool{}
	for _, svc := range p.AllServices() {
		for _, name := range svc.Profiles {
			set[name] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func environment(p *project.Project) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(p.Environment)) {
		out = append(out, name+"="+p.Environment[name])
	}
	return out
}

// hashes prints "service hash" for the named services, comma-separated, or "*";
// sorted.
func hashes(p *project.Project, which string) ([]byte, error) {
	names := strings.Split(which, ",")
	if which == "*" {
		names = p.ServiceNames()
	}
	slices.Sort(names)
	var out []string
	for _, name := range names {
		hash, err := p.Hash(name, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, name+" "+hash)
	}
	return lines(out), nil
}
