package project

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// demandSection is a part of the file with named entries.
type demandSection struct {
	noun  string
	entry func(d *demandCollector, entry map[string]any) // nil: nothing in it reaches out
}

// sections are the parts of the file whose attributes have rules. Models are not
// among them: a program of docker's runs them.
var sections = map[string]demandSection{
	"name": {}, "version": {}, "include": {},
	"services": {"service", serviceDemands},
	"jobs":     {"job", serviceDemands},
	"networks": {"network", func(d *demandCollector, n map[string]any) { d.attributes("", n, networkRules) }},
	"volumes":  {"volume", func(d *demandCollector, v map[string]any) { d.attributes("", v, volumeRules) }},
	"configs":  {"config", func(d *demandCollector, f map[string]any) { d.attributes("", f, fileRules) }},
	"secrets":  {"secret", func(d *demandCollector, f map[string]any) { d.attributes("", f, fileRules) }},
}

func serviceDemands(d *demandCollector, s map[string]any) {
	d.attributes("", s, serviceRules)
	d.uses(s)
	if s["build"] != nil && s["image"] != nil {
		d.add("gives what it builds the name of the image %s", shown(s["image"]))
	}
	for _, hook := range list(s["pre_start"]) { // a container of its own
		d.add("runs before it starts: %s", shown(mapping(hook)["command"]))
		serviceDemands(d, mapping(hook))
	}
}

// harmless are rules that say: these attributes concern their own container
// alone.
func harmless(names string, rules map[string]demandRule) map[string]demandRule {
	for _, name := range strings.Fields(names) {
		rules[name] = nil
	}
	return rules
}

// serviceRules are those of services, jobs and pre_start hooks. Variables are
// looked for in environmentDemands.
var serviceRules = harmless(`
	attach cap_drop command configs container_name cpu_count cpu_percent
	cpu_period cpu_quota cpu_shares cpus cpuset depends_on dns dns_opt
	dns_search domainname entrypoint environment expose extends extra_hosts
	healthcheck hostname image init labels links mac_address mem_limit
	mem_reservation mem_swappiness memswap_limit pids_limit platform pre_start
	profiles pull_policy pull_refresh_after read_only restart scale
	secrets shm_size stdin_open stop_grace_period stop_signal tmpfs tty ulimits
	umask user working_dir`, map[string]demandRule{
	"build":        builds,
	"cgroup":       namespace("cgroup"),
	"ipc":          namespace("ipc"),
	"network_mode": namespace("network_mode"),
	"pid":          namespace("pid"),
	"userns_mode":  namespace("userns_mode"),
	"uts":          namespace("uts"),
	"deploy":       func(d *demandCollector, v any) { d.attributes("deploy.", mapping(v), deployRules) },
	"develop":      watches,
	"env_file":     readsFiles,
	"label_file":   readsFiles,
	"logging":      logs,
	"networks":     joins,
	"ports":        publishes,
	"post_start":   hooks("after it started"),
	"pre_stop":     hooks("before it is stopped"),
	"privileged":   ifOn("is privileged"),
	"provider": func(d *demandCollector, v any) {
		d.add("runs the program %s on this machine, with %s", shown(mapping(v)["type"]), shown(v))
	},
	"use_api_socket": ifOn("gets the engine's API"),
	"volumes":        mounts,
	"volumes_from": func(d *demandCollector, v any) {
		for _, from := range list(v) {
			if text, ok := from.(string); !ok || strings.HasPrefix(text, types.ContainerPrefix) {
				d.lists("volumes_from", from)
			}
		}
	},
})

var deployRules = harmless(`endpoint_mode labels mode replicas restart_policy rollback_config update_config`, map[string]demandRule{
	"resources": func(d *demandCollector, v any) {
		d.attributes("deploy.resources.", mapping(v), map[string]demandRule{"limits": resourceAmounts, "reservations": resourceAmounts})
	},
})

func resourceAmounts(d *demandCollector, v any) {
	d.attributes("deploy.resources.", mapping(v), map[string]demandRule{"cpus": nil, "memory": nil, "pids": nil})
}

var networkRules = map[string]demandRule{
	"driver":   unlessOneOf("driver", "bridge", "default"),
	"internal": nil, "labels": nil, "enable_ipv4": nil, "enable_ipv6": nil, "attachable": nil,
}

var volumeRules = map[string]demandRule{"driver": unlessOneOf("driver", "local"), "labels": nil}

// fileRules are those of configs and secrets. Those whose content is in the file
// came with it; variables are looked for in environmentDemands.
var fileRules = map[string]demandRule{
	"content": nil, "environment": nil, "labels": nil,
	"file": func(d *demandCollector, v any) { d.reads(v) },
}

// unlessOneOf lists an attribute whose value is none of the usual ones.
func unlessOneOf(key string, usual ...string) demandRule {
	return func(d *demandCollector, v any) {
		if text, ok := v.(string); !ok || !slices.Contains(usual, text) {
			d.lists(key, v)
		}
	}
}

// namespace lists what is shared with the host or with containers of others;
// services are the file's own.
func namespace(key string) demandRule {
	return func(d *demandCollector, v any) {
		text, _ := v.(string)
		switch {
		case text == "none", text == "private", text == "shareable", text == "bridge", strings.HasPrefix(text, types.ServicePrefix):
			return
		}
		d.lists(key, v)
	}
}

// ifOn notes a switch that is on, in words.
func ifOn(what string) demandRule {
	return func(d *demandCollector, v any) {
		if !off(v) {
			d.add("%s", what)
		}
	}
}

func hooks(when string) demandRule {
	return func(d *demandCollector, v any) {
		for _, hook := range list(v) {
			privileged := ""
			if !off(mapping(hook)["privileged"]) {
				privileged = ", privileged"
			}
			d.add("runs %s%s: %s", when, privileged, shown(mapping(hook)["command"]))
		}
	}
}

func readsFiles(d *demandCollector, v any) {
	for _, file := range list(v) {
		if path, ok := mapping(file)["path"]; ok {
			file = path
		}
		d.reads(file)
		if path, ok := file.(string); ok && below(path, d.root) {
			d.envFiles = append(d.envFiles, path)
		}
	}
}

// logs lists a driver that sends logs over the network or to the host, and options that do more than
// bound a file.
func logs(d *demandCollector, v any) {
	d.attributes("logging.", mapping(v), map[string]demandRule{
		"driver": unlessOneOf("logging.driver", "json-file", "local", "none"),
		"options": func(d *demandCollector, v any) {
			for key, value := range mapping(v) {
				if key != "max-size" && key != "max-file" && key != "compress" {
					d.add("has logging.options.%s: %s", quotedKey(key), shown(value))
				}
			}
		},
	})
}

// joins lists what a service says of a network beyond its names and addresses
// there. What the network is, is listed with it.
func joins(d *demandCollector, v any) {
	for name, n := range mapping(v) {
		for key, value := range mapping(n) {
			switch key {
			case "aliases", "ipv4_address", "ipv6_address", "link_local_ips", "mac_address", "priority", "gw_priority", "interface_name":
			default:
				d.lists("networks."+name+"."+key, value)
			}
		}
	}
}

// publishes lists ports that other machines reach.
func publishes(d *demandCollector, v any) {
	for _, port := range list(v) {
		host, _ := mapping(port)["host_ip"].(string)
		if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() {
			continue
		}
		d.add("publishes a port on %s: %s", orQuoted(host, "all addresses"), shown(port))
	}
}

// mounts lists what of this machine a container gets to see.
func mounts(d *demandCollector, v any) {
	for _, entry := range list(v) {
		m := mapping(entry)
		switch m["type"] {
		case types.VolumeTypeVolume, types.VolumeTypeTmpfs, types.VolumeTypeImage:
			// Volumes are listed with their section.
		case types.VolumeTypeBind:
			d.binds(m)
		default:
			d.lists("volumes", entry)
		}
	}
}

// binds notes a folder or file of this machine. One that came with the file may
// be read, but what is written there is what the next call loads.
func (d *demandCollector) binds(m map[string]any) {
	source, _ := m["source"].(string)
	readOnly := !off(m["read_only"])
	switch {
	case below(source, d.root) && readOnly:
	case below(source, d.root):
		d.add("may write to %s, which came with it", quoted(source))
	case readOnly:
		d.add("binds %s, to read", quoted(source))
	default:
		d.add("binds %s", quoted(source))
	}
	for key, value := range mapping(m["bind"]) {
		if key != "create_host_path" {
			d.lists("bind."+key, value)
		}
	}
}

// watches lists what `watch` copies from outside of what was fetched, and what
// it runs.
func watches(d *demandCollector, v any) {
	for key, value := range mapping(v) {
		if key != "watch" {
			d.lists("develop."+key, value)
			continue
		}
		for _, r := range list(value) {
			d.reads(mapping(r)["path"])
			if hook, ok := mapping(r)["exec"]; ok {
				d.add("runs on a change: %s", shown(mapping(hook)["command"]))
			}
		}
	}
}
