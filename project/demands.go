package project

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// Demand is something of this machine that a remote file asks for, beyond
// running containers.
type Demand struct {
	Reference string // the remote file
	What      string // "service web binds /etc"
}

// Demands are what the project's remote files ask for: folders and files of the
// host, privileges, devices, programs (providers), and the host's namespaces.
// Sorted; empty where there are no remote files. Known after a Load that is not
// Offline.
func (p *Project) Demands() []Demand { return p.demands }

// demands loads each remote file by itself, so that what it asks for is not
// confused with what the user's own files do.
func (s *source) demands(ctx context.Context, name string) []Demand {
	var all []Demand
	for _, reference := range slices.Sorted(maps.Keys(s.elsewhere.copies)) {
		c := s.elsewhere.copies[reference]
		// What is included has the variables of the .env beside it as well.
		include := fmt.Appendf(nil, "include: [%q]\n", reference)
		found := slices.Concat(
			demandsOf(s.model(ctx, types.ConfigFile{Filename: c.Path}, name), c.Root),
			demandsOf(s.model(ctx, types.ConfigFile{Filename: filepath.Join(s.home, fileNames[0]), Content: include}, name), c.Root),
		)
		slices.Sort(found)
		for _, what := range slices.Compact(found) {
			all = append(all, Demand{reference, what})
		}
	}
	return all
}

// model is a file as a tree, nil where it cannot be loaded by itself.
func (s *source) model(ctx context.Context, file types.ConfigFile, name string) map[string]any {
	details := types.ConfigDetails{
		WorkingDir:  filepath.Dir(file.Filename),
		ConfigFiles: []types.ConfigFile{file},
		Environment: s.env,
	}
	model, err := guarded(func() (map[string]any, error) {
		return loader.LoadModelWithContext(ctx, details, func(l *loader.Options) {
			l.SetProjectName(name, true)
			l.SkipConsistencyCheck, l.SkipNormalization, l.SkipValidation = true, true, true
			l.ResolvePaths = true
			l.ResourceLoaders = []loader.ResourceLoader{s.elsewhere}
		})
	})
	if err != nil {
		return nil
	}
	return model
}

// demandsOf lists what a model asks for; what is below root came with it.
func demandsOf(model map[string]any, root string) []string {
	if model == nil {
		return []string{"cannot be understood by itself: it may ask for anything"}
	}
	d := &demanding{root: root}
	for _, kind := range []string{"services", "jobs"} {
		for name, service := range mapping(model[kind]) {
			d.of = strings.TrimSuffix(kind, "s") + " " + name
			d.service(mapping(service))
		}
	}
	for name, volume := range mapping(model["volumes"]) {
		d.of = "volume " + name
		if device, ok := mapping(mapping(volume)["driver_opts"])["device"].(string); ok && filepath.IsAbs(device) {
			d.add("binds %s", device)
		}
	}
	for name, n := range mapping(model["networks"]) {
		d.of = "network " + name
		if host, _ := mapping(n)["name"].(string); host == "host" {
			d.add("is the host's")
		}
	}
	for _, kind := range []string{"configs", "secrets"} {
		for name, file := range mapping(model[kind]) {
			d.of = strings.TrimSuffix(kind, "s") + " " + name
			d.reads(mapping(file)["file"])
		}
	}
	return d.found
}

// demanding collects demands of one part of the model at a time.
type demanding struct {
	root, of string
	found    []string
}

func (d *demanding) add(format string, args ...any) {
	d.found = append(d.found, d.of+" "+fmt.Sprintf(format, args...))
}

func (d *demanding) service(s map[string]any) {
	for _, key := range []string{"network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup"} {
		mode, _ := s[key].(string)
		if mode == "host" || strings.HasPrefix(mode, types.ContainerPrefix) {
			d.add("has %s: %s", key, mode)
		}
	}
	if on(s["privileged"]) {
		d.add("is privileged")
	}
	if on(s["use_api_socket"]) {
		d.add("gets the engine's API")
	}
	for _, key := range []string{"cap_add", "security_opt", "devices", "device_cgroup_rules", "gpus", "volumes_from"} {
		for _, v := range list(s[key]) {
			if text := fmt.Sprint(v); key != "volumes_from" || strings.HasPrefix(text, types.ContainerPrefix) {
				d.add("has %s: %s", key, shown(v))
			}
		}
	}
	for _, v := range list(dig(s, "deploy", "resources", "reservations", "devices")) {
		d.add("has devices: %s", shown(v))
	}
	if kind, ok := mapping(s["provider"])["type"]; ok {
		d.add("runs the program %v on this machine", kind)
	}
	for _, hook := range slices.Concat(list(s["post_start"]), list(s["pre_stop"])) {
		if on(mapping(hook)["privileged"]) {
			d.add("has a privileged hook")
		}
	}
	for _, hook := range list(s["pre_start"]) { // a container of its own
		d.service(mapping(hook))
	}
	d.volumes(s)
	d.builds(mapping(s["build"]))
	for _, key := range []string{"env_file", "label_file"} {
		for _, file := range list(s[key]) {
			if path, ok := mapping(file)["path"]; ok {
				file = path
			}
			d.reads(file)
		}
	}
	d.reads(mapping(s["credential_spec"])["file"])
}

func (d *demanding) volumes(s map[string]any) {
	for _, v := range list(s["volumes"]) {
		if volume := mapping(v); volume["type"] == types.VolumeTypeBind || volume["type"] == types.VolumeTypeNamedPipe {
			d.add("binds %v", volume["source"])
		}
	}
}

// builds looks at what a build takes of this machine.
func (d *demanding) builds(b map[string]any) {
	if on(b["privileged"]) || len(list(b["entitlements"])) > 0 {
		d.add("has a privileged build")
	}
	if b["network"] == "host" {
		d.add("is built in the host's network")
	}
	if len(list(b["ssh"])) > 0 || len(mapping(b["ssh"])) > 0 {
		d.add("is built with the ssh agent")
	}
	d.reads(b["context"])
	for _, context := range mapping(b["additional_contexts"]) {
		d.reads(context)
	}
}

// reads notes a path on this machine that did not come with the file.
func (d *demanding) reads(path any) {
	if file, ok := path.(string); ok && filepath.IsAbs(file) && !below(file, d.root) {
		d.add("reads %s", file)
	}
}

func mapping(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// list is a list, or a single value as one.
func list(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case nil:
		return nil
	}
	return []any{v}
}

func dig(m map[string]any, path ...string) any {
	for _, key := range path[:len(path)-1] {
		m = mapping(m[key])
	}
	return m[path[len(path)-1]]
}

// on tells whether a switch is not off: a text that is no boolean may be one
// after all.
func on(v any) bool { return v != nil && fmt.Sprint(v) != "false" }

// shown is a device or an option on one line.
func shown(v any) string {
	m := mapping(v)
	if source, ok := m["source"]; ok {
		return fmt.Sprint(source)
	}
	if m == nil {
		return fmt.Sprint(v)
	}
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %v", key, m[key]))
	}
	return strings.Join(parts, ", ")
}
