package spec

// specFile is the file that the cases below add service web's attributes to.
const specFile = `
services:
  db: {image: db:1}
  cache: {image: cache:1, scale: 2}
  web:
    image: web:1
ATTRIBUTES
volumes: {data: {}, named: {name: other}}
networks: {front: {}, back: {name: backnet}}
secrets:
  onfile: {file: ./token}
  onenv: {environment: TOKEN}
  onempty: {environment: EMPTY}
configs:
  inline: {content: "a=1"}
  cfile: {file: ./app.conf}
`

// at is a place in a request and the JSON expected there; DIR in it stands for
// the project's folder.
type at struct{ path, want string }

// specCase is a service's attributes and what they become.
type specCase struct {
	name       string
	attributes string
	want       []at
}

// specCases have every attribute that ends in a request, see TestAttributes.
var specCases = []specCase{
	{"defaults", ``, []at{
		{"Name", `"demo-web-1"`},
		{"Config.Image", `"web:1"`},
		{"Config.Cmd", `null`},
		{"Config.Entrypoint", `null`},
		{"Config.AttachStdout", `true`},
		{"Host.NetworkMode", `"demo_default"`},
		{"Host.Init", `null`},
		{"Host.RestartPolicy", `{"MaximumRetryCount":0,"Name":""}`},
		{"Networking.EndpointsConfig.demo_default.Aliases", `["demo-web-1","web"]`},
		{"Platform", `null`},
	}},
	{"command string", `command: echo "a b" $$HOME`, []at{{"Config.Cmd", `["echo","a b","$HOME"]`}}},
	{"command list", `command: [a, "b c"]`, []at{{"Config.Cmd", `["a","b c"]`}}},
	{"command cleared", `command: []`, []at{{"Config.Cmd", `[]`}}},
	{"entrypoint", `entrypoint: ["/bin/sh", -c]`, []at{{"Config.Entrypoint", `["/bin/sh","-c"]`}}},
	{"entrypoint cleared", `entrypoint: ""`, []at{{"Config.Entrypoint", `[]`}}},
	{"environment", `environment: {B: "2", A: x y, NONE: }`, []at{{"Config.Env", `["A=x y","B=2","NONE"]`}}},
	{"working_dir", `working_dir: /app`, []at{{"Config.WorkingDir", `"/app"`}}},
	{"user", `user: "1000:1000"`, []at{{"Config.User", `"1000:1000"`}}},
	{"hostname", `{hostname: h, domainname: d.example}`, []at{{"Config.Hostname", `"h"`}, {"Config.Domainname", `"d.example"`}}},
	{"tty", `{tty: true, stdin_open: true}`, []at{{"Config.Tty", `true`}, {"Config.OpenStdin", `true`}}},
	{"stop", `{stop_signal: SIGINT, stop_grace_period: 1500ms}`, []at{{"Config.StopSignal", `"SIGINT"`}, {"Config.StopTimeout", `1`}}},
	{"init", `init: false`, []at{{"Host.Init", `false`}}},
	{"runtime", `{runtime: crun, isolation: hyperv}`, []at{{"Host.Runtime", `"crun"`}, {"Host.Isolation", `"hyperv"`}}},
	{"logging", `logging: {driver: local, options: {max-size: 1m, max-file: 3}}`, []at{
		{"Host.LogConfig", `{"Config":{"max-file":"3","max-size":"1m"},"Type":"local"}`}}},
	{"annotations", `annotations: {a: b}`, []at{{"Host.Annotations", `{"a":"b"}`}}},
	{"platform", `platform: linux/arm64`, []at{{"Platform.architecture", `"arm64"`}, {"Platform.os", `"linux"`}}},
	{"container_name", `container_name: mine`, []at{
		{"Name", `"mine"`}, {"Networking.EndpointsConfig.demo_default.Aliases", `["mine","web"]`}}},
	{"label_file", `{label_file: labels.env, labels: {own: "1"}}`, []at{{"Config.Labels.lf", `"1"`}, {"Config.Labels.own", `"1"`}}},
	{"env_file", `{env_file: [vars.env], environment: {B: own}}`, []at{{"Config.Env", `["A=file","B=own"]`}}},
	{"labels", `labels: {a: b, n: 1}`, []at{
		{"Config.Labels.a", `"b"`}, {"Config.Labels.n", `"1"`},
		{"Config.Labels|com.docker.compose.project", `"demo"`},
		{"Config.Labels|com.docker.compose.service", `"web"`},
		{"Config.Labels|com.docker.compose.container-number", `"1"`},
		{"Config.Labels|com.docker.compose.oneoff", `"False"`},
		{"Config.Labels|com.docker.compose.replace", `null`},
		{"Config.Labels|com.docker.compose.project.working_dir", `"DIR"`}}},
	{"depends_on", `depends_on: {db: {condition: service_healthy, restart: true}, cache: {condition: service_started}}`, []at{
		{"Config.Labels|com.docker.compose.depends_on", `"cache:service_started:false,db:service_healthy:true"`}}},

	{"restart", `restart: unless-stopped`, []at{{"Host.RestartPolicy.Name", `"unless-stopped"`}}},
	{"restart no", `restart: "no"`, []at{{"Host.RestartPolicy.Name", `"no"`}}},
	{"restart count", `restart: on-failure:3`, []at{{"Host.RestartPolicy", `{"MaximumRetryCount":3,"Name":"on-failure"}`}}},
	{"restart_policy", `{restart: always, deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}}`, []at{
		{"Host.RestartPolicy", `{"MaximumRetryCount":2,"Name":"on-failure"}`}}},
	{"restart_policy any", `deploy: {restart_policy: {condition: any, max_attempts: 2}}`, []at{
		{"Host.RestartPolicy", `{"MaximumRetryCount":0,"Name":"always"}`}}},
	{"restart_policy none", `{restart: always, deploy: {restart_policy: {condition: none}}}`, []at{{"Host.RestartPolicy.Name", `"no"`}}},

	{"healthcheck", `healthcheck: {test: curl x, interval: 5s, timeout: 1s, retries: 2, start_period: 3s, start_interval: 1s}`, []at{
		{"Config.Healthcheck", `{"Interval":5000000000,"Retries":2,"StartInterval":1000000000,"StartPeriod":3000000000,"Test":["CMD-SHELL","curl x"],"Timeout":1000000000}`}}},
	{"healthcheck list", `healthcheck: {test: [CMD, "true"]}`, []at{{"Config.Healthcheck.Test", `["CMD","true"]`}}},
	{"healthcheck disabled", `healthcheck: {disable: true}`, []at{{"Config.Healthcheck.Test", `["NONE"]`}}},

	{"ports short", `ports: ["8080:80", "127.0.0.1:53:53/udp", "9000"]`, []at{
		{"Host.PortBindings|80/tcp", `[{"HostIp":"","HostPort":"8080"}]`},
		{"Host.PortBindings|53/udp", `[{"HostIp":"127.0.0.1","HostPort":"53"}]`},
		{"Host.PortBindings|9000/tcp", `[{"HostIp":"","HostPort":""}]`},
		{"Config.ExposedPorts", `{"53/udp":{},"80/tcp":{},"9000/tcp":{}}`}}},
	{"ports long", `ports: [{target: 80, published: "8080-8081", host_ip: "::1", protocol: tcp}]`, []at{
		{"Host.PortBindings|80/tcp", `[{"HostIp":"::1","HostPort":"8080-8081"}]`}}},
	{"ports mode", `ports: [{target: 80, published: "8080", mode: host}]`, []at{{"Host.PortBindings|80/tcp", `[{"HostIp":"","HostPort":"8080"}]`}}},
	{"ports range", `ports: ["8080-8081:80-81"]`, []at{
		{"Host.PortBindings|80/tcp", `[{"HostIp":"","HostPort":"8080"}]`},
		{"Host.PortBindings|81/tcp", `[{"HostIp":"","HostPort":"8081"}]`}}},
	{"expose", `expose: ["3000", "4000-4001/udp"]`, []at{
		{"Config.ExposedPorts", `{"3000/tcp":{},"4000/udp":{},"4001/udp":{}}`}, {"Host.PortBindings", `{}`}}},

	{"bind short", `volumes: ["./src:/src", "./src:/ro:ro,z"]`, []at{
		{"Host.Binds", `["DIR/src:/src:rw","DIR/src:/ro:ro,z"]`}, {"Host.Mounts", `null`}}},
	{"bind long", `volumes: [{type: bind, source: ./src, target: /src, read_only: true}]`, []at{{"Host.Binds", `["DIR/src:/src:ro"]`}}},
	{"bind options", `volumes: [{type: bind, source: ./src, target: /src, bind: {create_host_path: false, propagation: rslave, recursive: writable}}]`, []at{
		{"Host.Mounts", `[{"BindOptions":{"Propagation":"rslave","ReadOnlyNonRecursive":true},"Source":"DIR/src","Target":"/src","Type":"bind"}]`}}},
	{"bind with selinux and propagation", `volumes: [{type: bind, source: ./src, target: /src, bind: {selinux: Z, propagation: rshared}}]`, []at{
		{"Host.Binds", `["DIR/src:/src:rw,Z,rshared"]`}}},
	{"volume cluster", `volumes: [{type: cluster, source: data, target: /c}]`, []at{
		{"Host.Mounts", `[{"ClusterOptions":{},"Source":"data","Target":"/c","Type":"cluster"}]`}}},
	{"volume", `volumes: ["data:/data", "named:/n:ro"]`, []at{{"Host.Binds", `["demo_data:/data:rw","other:/n:ro"]`}}},
	{"volume selinux", `volumes: ["data:/data:z", "named:/n:ro,Z,nocopy"]`, []at{{"Host.Binds", `["demo_data:/data:rw,z","other:/n:ro,Z,nocopy"]`}}},
	{"volume colons", `volumes: [{type: bind, source: "./a:b", target: /s, bind: {create_host_path: true}}, {type: volume, source: data, target: "/t:ro"}]`, []at{
		{"Host.Binds", `null`},
		{"Host.Mounts.0.Source", `"DIR/a:b"`},
		{"Host.Mounts.1.Target", `"/t:ro"`},
	}},
	{"volume nocopy", `volumes: [{type: volume, source: data, target: /d, volume: {nocopy: true, subpath: a, labels: {x: "1"}}}]`, []at{
		{"Host.Mounts", `[{"Source":"demo_data","Target":"/d","Type":"volume","VolumeOptions":{"Labels":{"x":"1"},"NoCopy":true,"Subpath":"a"}}]`}}},
	{"volume anonymous", `volumes: ["/anon"]`, []at{{"Host.Mounts", `[{"Target":"/anon","Type":"volume","VolumeOptions":{}}]`}}},
	{"volume tmpfs", `volumes: [{type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0755}}]`, []at{
		{"Host.Mounts", `[{"Target":"/t","TmpfsOptions":{"Mode":493,"SizeBytes":1048576},"Type":"tmpfs"}]`}}},
	{"volume image", `volumes: [{type: image, source: "i:1", target: /i, image: {subpath: s}}]`, []at{
		{"Host.Mounts", `[{"ImageOptions":{"Subpath":"s"},"Source":"i:1","Target":"/i","Type":"image"}]`}}},
	{"tmpfs", `tmpfs: ["/run", "/tmp:size=1m,mode=1777"]`, []at{{"Host.Tmpfs", `{"/run":"","/tmp":"size=1m,mode=1777"}`}}},

	{"secret file", `secrets: [onfile]`, []at{
		{"Host.Mounts", `[{"BindOptions":{},"ReadOnly":true,"Source":"DIR/token","Target":"/run/secrets/onfile","Type":"bind"}]`},
		{"Files", `null`}}},
	{"secret environment", `secrets: [{source: onenv, target: t, uid: "5", gid: "6", mode: 0400}]`, []at{
		{"Files", `[{"Content":"czNjcmV0","From":"","GID":6,"Mode":256,"Path":"/run/secrets/t","Slot":"","Source":"secret \"onenv\"","UID":5}]`},
		{"Host.Mounts", `null`}}},
	{"secret empty", `secrets: [onempty]`, []at{
		{"Files", `[{"Content":"","From":"","GID":-1,"Mode":292,"Path":"/run/secrets/onempty","Slot":"","Source":"secret \"onempty\"","UID":-1}]`}}},
	{"config content", `configs: [inline]`, []at{
		{"Files", `[{"Content":"YT0x","From":"","GID":-1,"Mode":292,"Path":"/inline","Slot":"","Source":"config \"inline\"","UID":-1}]`}}},
	{"secret file with an owner", `secrets: [{source: onfile, uid: "5"}]`, []at{
		{"Files", `[{"Content":"","From":"DIR/token","GID":-1,"Mode":292,"Path":"/run/secrets/onfile","Slot":"","Source":"secret \"onfile\"","UID":5}]`},
		{"Host.Mounts", `null`}}},
	{"config with an owner", `configs: [{source: inline, target: /etc/c, uid: "5", gid: "6", mode: 0400}]`, []at{
		{"Files", `[{"Content":"YT0x","From":"","GID":6,"Mode":256,"Path":"/etc/c","Slot":"","Source":"config \"inline\"","UID":5}]`}}},
	{"secret in a read-only root", `{read_only: true, secrets: [onenv, onfile], configs: [inline]}`, []at{
		{"FilesVolume", `"demo-web-1_files"`},
		{"Files.0.Slot", `"0"`}, {"Files.1.Slot", `"1"`}, {"Files.1.Path", `"/run/secrets/onenv"`},
		{"Host.Mounts", `[{"BindOptions":{},"ReadOnly":true,"Source":"DIR/token","Target":"/run/secrets/onfile","Type":"bind"},` +
			`{"ReadOnly":true,"Source":"demo-web-1_files","Target":"/inline","Type":"volume","VolumeOptions":{"NoCopy":true,"Subpath":"0"}},` +
			`{"ReadOnly":true,"Source":"demo-web-1_files","Target":"/run/secrets/onenv","Type":"volume","VolumeOptions":{"NoCopy":true,"Subpath":"1"}}]`},
		{"Config.Labels|io.github.compose-orchestrator.files", `"demo-web-1_files"`}}},
	{"secret below a tmpfs", `{tmpfs: [/run/], secrets: [onenv], configs: [inline]}`, []at{
		{"Files.0.Slot", `""`}, {"Files.1.Slot", `"1"`},
		{"Host.Mounts", `[{"ReadOnly":true,"Source":"demo-web-1_files","Target":"/run/secrets/onenv","Type":"volume","VolumeOptions":{"NoCopy":true,"Subpath":"1"}}]`}}},
	{"use_api_socket", `use_api_socket: true`, []at{
		{"Host.Binds", `["/var/run/docker.sock:/var/run/docker.sock:rw"]`},
		{"Config.Env", `["DOCKER_CONFIG=/run/secrets/docker"]`},
		{"Files", `[{"Content":"e30=","From":"","GID":-1,"Mode":292,"Path":"/run/secrets/docker/config.json","Slot":"","Source":"config \"#apisocket\"","UID":-1}]`}}},
	{"use_api_socket with a DOCKER_CONFIG", `{use_api_socket: true, environment: {DOCKER_CONFIG: /own}}`, []at{
		{"Host.Binds", `["/var/run/docker.sock:/var/run/docker.sock:rw"]`}, {"Config.Env", `["DOCKER_CONFIG=/own"]`}, {"Files", `null`}}},
	{"config file", `configs: [{source: cfile, target: /etc/app.conf}]`, []at{{"Host.Mounts.0.Target", `"/etc/app.conf"`}}},

	{"networks", `networks: {front: , back: {aliases: [b], priority: 1, ipv4_address: 10.0.0.5, ipv6_address: "fd00::5", link_local_ips: [169.254.1.1], mac_address: "02:00:00:00:00:01", driver_opts: {o: 1}, gw_priority: 3, interface_name: eth7}}`, []at{
		{"Host.NetworkMode", `"backnet"`},
		{"Networking.EndpointsConfig.backnet.Aliases", `["demo-web-1","web","b"]`},
		{"Networking.EndpointsConfig.backnet.IPAMConfig", `{"IPv4Address":"10.0.0.5","IPv6Address":"fd00::5","LinkLocalIPs":["169.254.1.1"]}`},
		{"Networking.EndpointsConfig.backnet.MacAddress", `"02:00:00:00:00:01"`},
		{"Networking.EndpointsConfig.backnet.DriverOpts", `{"com.docker.network.endpoint.ifname":"eth7","o":"1"}`},
		{"Networking.EndpointsConfig.backnet.GwPriority", `3`},
		{"Networking.EndpointsConfig.demo_front.Aliases", `["demo-web-1","web"]`},
		{"Connect", `null`}}},
	{"no service alias", `networks: {front: {use_service_name_alias: false, aliases: [x]}}`, []at{
		{"Networking.EndpointsConfig.demo_front.Aliases", `["demo-web-1","x"]`}}},
	{"interface by option and name", `networks: {front: {interface_name: eth7, driver_opts: {com.docker.network.endpoint.ifname: eth3}}}`, []at{
		{"Networking.EndpointsConfig.demo_front.DriverOpts", `{"com.docker.network.endpoint.ifname":"eth7"}`},
		{"Dropped.0.Attribute", `"networks.driver_opts.com.docker.network.endpoint.ifname"`}}},
	{"mac_address", `mac_address: "02:00:00:00:00:02"`, []at{{"Networking.EndpointsConfig.demo_default.MacAddress", `"02:00:00:00:00:02"`}}},
	{"network_mode host", `network_mode: host`, []at{{"Host.NetworkMode", `"host"`}, {"Networking", `null`}}},
	{"namespaces by name", `{network_mode: "container:demo-db-1", volumes_from: ["container:demo-db-1:ro", "container:other"]}`, []at{
		{"Host.NetworkMode", `"container:id-db"`},
		{"Host.VolumesFrom", `["id-db:ro","other"]`}}},
	{"namespaces", `{network_mode: "service:db", ipc: "service:db", pid: "service:cache", volumes_from: ["db:ro", "container:other"]}`, []at{
		{"Host.NetworkMode", `"container:id-db"`}, {"Host.IpcMode", `"container:id-db"`}, {"Host.PidMode", `"container:id-cache"`},
		{"Host.VolumesFrom", `["id-db:ro","other"]`}}},
	{"modes", `{ipc: shareable, pid: host, uts: host, userns_mode: host, cgroup: private}`, []at{
		{"Host.IpcMode", `"shareable"`}, {"Host.PidMode", `"host"`}, {"Host.UTSMode", `"host"`},
		{"Host.UsernsMode", `"host"`}, {"Host.CgroupnsMode", `"private"`}}},
	{"links", `{links: ["cache:c"], external_links: ["x:y", z]}`, []at{
		{"Networking.EndpointsConfig.demo_default.Links", `["demo-cache-1:c","demo-cache-1:cache-1","demo-cache-1:demo-cache-1","demo-cache-2:c","demo-cache-2:cache-2","demo-cache-2:demo-cache-2","x:y","z:z"]`}}},
	{"names", `{dns: 8.8.8.8, dns_opt: [use-vc], dns_search: [a.example], extra_hosts: ["b=::1", "a:1.2.3.4"]}`, []at{
		{"Host.Dns", `["8.8.8.8"]`}, {"Host.DnsOptions", `["use-vc"]`}, {"Host.DnsSearch", `["a.example"]`},
		{"Host.ExtraHosts", `["a:1.2.3.4","b:::1"]`}}},

	{"security", `{privileged: true, read_only: true, cap_add: [NET_ADMIN], cap_drop: [ALL], group_add: ["27"], security_opt: [no-new-privileges, "label:disable"]}`, []at{
		{"Host.Privileged", `true`}, {"Host.ReadonlyRootfs", `true`}, {"Host.CapAdd", `["NET_ADMIN"]`}, {"Host.CapDrop", `["ALL"]`},
		{"Host.GroupAdd", `["27"]`}, {"Host.SecurityOpt", `["no-new-privileges","label:disable"]`}, {"Host.MaskedPaths", `null`}}},
	{"systempaths", `security_opt: ["systempaths=unconfined", "seccomp=profile.json"]`, []at{
		{"Host.SecurityOpt", `["seccomp={\"x\":1}"]`}, {"Host.MaskedPaths", `[]`}, {"Host.ReadonlyPaths", `[]`}}},

	{"limits", `{mem_limit: 64m, memswap_limit: 128m, mem_reservation: 32m, mem_swappiness: 10, oom_kill_disable: true, oom_score_adj: 5, pids_limit: 9, shm_size: 1m}`, []at{
		{"Host.Memory", `67108864`}, {"Host.MemorySwap", `134217728`}, {"Host.MemoryReservation", `33554432`}, {"Host.MemorySwappiness", `10`},
		{"Host.OomKillDisable", `true`}, {"Host.OomScoreAdj", `5`}, {"Host.PidsLimit", `9`}, {"Host.ShmSize", `1048576`}}},
	{"cpus", `{cpus: 0.1, cpu_shares: 5, cpu_quota: 6, cpu_period: 7, cpuset: 0-1, cpu_rt_runtime: 8, cpu_rt_period: 9, cpu_count: 2, cpu_percent: 50}`, []at{
		{"Host.NanoCpus", `100000000`}, {"Host.CpuShares", `5`}, {"Host.CpuQuota", `6`}, {"Host.CpuPeriod", `7`}, {"Host.CpusetCpus", `"0-1"`},
		{"Host.CpuRealtimeRuntime", `8`}, {"Host.CpuRealtimePeriod", `9`}, {"Host.CpuCount", `2`}, {"Host.CpuPercent", `5000`}}},
	{"deploy.resources", `deploy: {resources: {limits: {cpus: "0.5", memory: 64m, pids: 7}, reservations: {memory: 32m, devices: [{capabilities: [gpu], driver: nvidia, device_ids: ["0"]}]}}}`, []at{
		{"Host.NanoCpus", `500000000`}, {"Host.Memory", `67108864`}, {"Host.PidsLimit", `7`}, {"Host.MemoryReservation", `33554432`},
		{"Host.DeviceRequests", `[{"Capabilities":[["gpu"]],"Count":0,"DeviceIDs":["0"],"Driver":"nvidia","Options":null}]`}}},
	{"gpus", `gpus: all`, []at{{"Host.DeviceRequests", `[{"Capabilities":[["gpu"]],"Count":-1,"DeviceIDs":null,"Driver":"","Options":null}]`}}},
	{"devices", `{devices: ["/dev/null:/dev/x:r", "/dev/zero", "vendor.com/gpu=0"], device_cgroup_rules: ["c 1:3 r"]}`, []at{
		{"Host.Devices", `[{"CgroupPermissions":"r","PathInContainer":"/dev/x","PathOnHost":"/dev/null"},{"CgroupPermissions":"rwm","PathInContainer":"/dev/zero","PathOnHost":"/dev/zero"}]`},
		{"Host.DeviceRequests", `[{"Capabilities":null,"Count":0,"DeviceIDs":["vendor.com/gpu=0"],"Driver":"cdi","Options":null}]`},
		{"Host.DeviceCgroupRules", `["c 1:3 r"]`}}},
	{"gpus list", `gpus: [{capabilities: [compute], driver: nvidia, device_ids: ["0"], options: {a: b}}, {count: 2}]`, []at{
		{"Host.DeviceRequests.0", `{"Capabilities":[["compute","gpu"]],"Count":0,"DeviceIDs":["0"],"Driver":"nvidia","Options":{"a":"b"}}`},
		{"Host.DeviceRequests.1", `{"Capabilities":[["gpu"]],"Count":2,"DeviceIDs":null,"Driver":"","Options":null}`}}},
	{"reserved devices", `deploy: {resources: {reservations: {devices: [{capabilities: [tpu], count: all, options: {a: b}}]}}}`, []at{
		{"Host.DeviceRequests", `[{"Capabilities":[["tpu"]],"Count":-1,"DeviceIDs":null,"Driver":"","Options":{"a":"b"}}]`}}},
	{"blkio more", `blkio_config: {device_read_iops: [{path: /dev/sda, rate: 30}], device_write_bps: [{path: /dev/sda, rate: 1m}]}`, []at{
		{"Host.BlkioDeviceReadIOps", `[{"Path":"/dev/sda","Rate":30}]`}, {"Host.BlkioDeviceWriteBps", `[{"Path":"/dev/sda","Rate":1048576}]`}}},
	{"blkio", `blkio_config: {weight: 100, weight_device: [{path: /dev/sda, weight: 200}], device_read_bps: [{path: /dev/sda, rate: 1k}], device_write_iops: [{path: /dev/sda, rate: 30}]}`, []at{
		{"Host.BlkioWeight", `100`}, {"Host.BlkioWeightDevice", `[{"Path":"/dev/sda","Weight":200}]`},
		{"Host.BlkioDeviceReadBps", `[{"Path":"/dev/sda","Rate":1024}]`}, {"Host.BlkioDeviceWriteIOps", `[{"Path":"/dev/sda","Rate":30}]`}}},
	{"ulimits", `ulimits: {nproc: 100, nofile: {soft: 10, hard: 20}}`, []at{
		{"Host.Ulimits", `[{"Hard":20,"Name":"nofile","Soft":10},{"Hard":100,"Name":"nproc","Soft":100}]`}}},
	{"kernel", `{sysctls: {net.core.somaxconn: 100}, cgroup_parent: /p, storage_opt: {size: 1G}}`, []at{
		{"Host.Sysctls", `{"net.core.somaxconn":"100"}`}, {"Host.CgroupParent", `"/p"`}, {"Host.StorageOpt", `{"size":"1G"}`}}},
}
