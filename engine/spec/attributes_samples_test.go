package spec

// samples are files with attributes that are refused or left out, by path: a
// secret s, a config c and a model m are there for those of the top level.
var samples = func() map[string]sample {
	m := map[string]sample{
		"services.cpu_count":                {attributes: `cpu_count: 2`, want: "cpu_count"},
		"services.cpu_percent":              {attributes: `cpu_percent: 50`, want: "cpu_percent"},
		"services.credential_spec.file":     {attributes: `credential_spec: {file: x}`, want: "credential_spec"},
		"services.credential_spec.config":   {attributes: `credential_spec: {config: inline}`, want: "credential_spec"},
		"services.credential_spec.registry": {attributes: `credential_spec: {registry: x}`, want: "credential_spec"},

		"services.deploy.endpoint_mode":                   {attributes: `deploy: {endpoint_mode: dnsrr}`, want: "deploy.endpoint_mode"},
		"services.deploy.labels":                          {attributes: `deploy: {labels: {a: b}}`, want: "deploy.labels"},
		"services.deploy.mode":                            {attributes: `deploy: {mode: global}`, want: "deploy.mode"},
		"services.deploy.placement.constraints":           {attributes: `deploy: {placement: {constraints: [x]}}`, want: "deploy.placement"},
		"services.deploy.placement.max_replicas_per_node": {attributes: `deploy: {placement: {max_replicas_per_node: 1}}`, want: "deploy.placement"},
		"services.deploy.placement.preferences.spread":    {attributes: `deploy: {placement: {preferences: [{spread: x}]}}`, want: "deploy.placement"},
		"services.deploy.resources.reservations.cpus":     {attributes: `deploy: {resources: {reservations: {cpus: "1"}}}`, want: "deploy.resources.reservations.cpus"},
		"services.deploy.resources.reservations.pids":     {attributes: `deploy: {resources: {reservations: {pids: 1}}}`, want: "pids"},
		"services.deploy.restart_policy.delay":            {attributes: `deploy: {restart_policy: {delay: 1s}}`, want: "deploy.restart_policy.delay"},
		"services.deploy.restart_policy.window":           {attributes: `deploy: {restart_policy: {window: 1s}}`, want: "deploy.restart_policy.window"},
		"services.dockerfile":                             {attributes: `dockerfile: x`, want: "dockerfile"},
		"services.log_driver":                             {attributes: `log_driver: x`, want: "log_driver"},
		"services.log_opt":                                {attributes: `log_opt: {a: b}`, want: "log_opt"},
		"services.net":                                    {attributes: `net: host`, want: "net"},
		"services.ports.name":                             {attributes: `ports: [{target: 80, name: x}]`, want: "ports.name"},
		"services.ports.app_protocol":                     {attributes: `ports: [{target: 80, app_protocol: http}]`, want: "ports.app_protocol"},
		"services.umask":                                  {attributes: `umask: 022`, want: "umask"},
		"services.volume_driver":                          {attributes: `volume_driver: x`, want: "volume_driver"},
		"services.volumes.consistency":                    {attributes: `volumes: [{type: bind, source: /s, target: /t, consistency: cached}]`, want: "volumes./t.consistency"},

		"secrets.name":            {attributes: `secrets: [s]`, secret: `{file: /x, name: n}`, want: "secrets.s.name"},
		"configs.name":            {attributes: `configs: [c]`, config: `{file: /x, name: n}`, want: "configs.c.name"},
		"models.name":             {attributes: `models: [m]`, model: `{model: ai/x, name: n}`, want: "models.m.name"},
		"secrets.content":         {secret: `{content: x}`, want: "content"},
		"secrets.external":        {attributes: `secrets: [s]`, secret: `{external: true}`, want: `unsupported external secret "s"`},
		"secrets.labels":          {attributes: `secrets: [s]`, secret: `{file: /x, labels: {a: b}}`, want: "secrets.s.labels"},
		"secrets.driver":          {attributes: `secrets: [s]`, secret: `{file: /x, driver: d}`, want: `secret "s": drivers are not supported`},
		"secrets.driver_opts":     {attributes: `secrets: [s]`, secret: `{file: /x, driver_opts: {a: b}}`, want: "secrets.s.driver_opts"},
		"secrets.template_driver": {attributes: `secrets: [s]`, secret: `{file: /x, template_driver: d}`, want: `secret "s": drivers are not supported`},
		"configs.external":        {attributes: `configs: [c]`, config: `{external: true}`, want: `unsupported external config "c"`},
		"configs.labels":          {attributes: `configs: [c]`, config: `{file: /x, labels: {a: b}}`, want: "configs.c.labels"},
		"configs.driver":          {attributes: `configs: [c]`, config: `{file: /x, driver: d}`, want: "driver"},
		"configs.driver_opts":     {attributes: `configs: [c]`, config: `{file: /x, driver_opts: {a: b}}`, want: "driver_opts"},
		"configs.template_driver": {attributes: `configs: [c]`, config: `{file: /x, template_driver: d}`, want: `config "c": drivers are not supported`},
	}
	for _, key := range []string{"kind", "value"} {
		const generic = "generic_resources: [{discrete_resource_spec: {kind: g, value: 1}}]"
		m["services.deploy.resources.limits.generic_resources.discrete_resource_spec."+key] = sample{
			attributes: `deploy: {resources: {limits: {` + generic + `}}}`, want: "generic_resources",
		}
		m["services.deploy.resources.reservations.generic_resources.discrete_resource_spec."+key] = sample{
			attributes: `deploy: {resources: {reservations: {` + generic + `}}}`, want: "deploy.resources.reservations.generic_resources",
		}
	}
	for _, key := range []string{"capabilities", "driver", "count", "device_ids", "options"} {
		m["services.deploy.resources.limits.devices."+key] = sample{
			attributes: `deploy: {resources: {limits: {devices: [{capabilities: [gpu]}]}}}`, want: "devices",
		}
	}
	for key, value := range map[string]string{
		"parallelism": "1", "delay": "1s", "failure_action": "pause", "monitor": "1s", "max_failure_ratio": "0.5", "order": "start-first",
	} {
		for _, section := range []string{"update_config", "rollback_config"} {
			m["services.deploy."+section+"."+key] = sample{
				attributes: `deploy: {` + section + `: {` + key + `: ` + value + `}}`, want: "deploy." + section,
			}
		}
	}
	return m
}()
