package engine

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

// loadText loads a Compose file given as text, as project "demo".
func loadText(t *testing.T, text string) *project.Project {
	t.Helper()
	return loadNamed(t, "demo", text)
}

func loadNamed(t *testing.T, name, text string) *project.Project {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "compose.yaml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := project.Load(t.Context(), project.Options{
		Files: []string{file}, WorkDir: dir, Name: name,
		Environ: []string{"TOKEN=s3cret", "EMPTY="},
	}, func(event.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

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

func TestSpec(t *testing.T) {
	tests := []struct {
		name       string
		attributes string
		want       []at
	}{
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
		{"volume", `volumes: ["data:/data", "named:/n:ro"]`, []at{{"Host.Binds", `["demo_data:/data:rw","other:/n:ro"]`}}},
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
		{"blkio", `blkio_config: {weight: 100, weight_device: [{path: /dev/sda, weight: 200}], device_read_bps: [{path: /dev/sda, rate: 1k}], device_write_iops: [{path: /dev/sda, rate: 30}]}`, []at{
			{"Host.BlkioWeight", `100`}, {"Host.BlkioWeightDevice", `[{"Path":"/dev/sda","Weight":200}]`},
			{"Host.BlkioDeviceReadBps", `[{"Path":"/dev/sda","Rate":1024}]`}, {"Host.BlkioDeviceWriteIOps", `[{"Path":"/dev/sda","Rate":30}]`}}},
		{"ulimits", `ulimits: {nproc: 100, nofile: {soft: 10, hard: 20}}`, []at{
			{"Host.Ulimits", `[{"Hard":20,"Name":"nofile","Soft":10},{"Hard":100,"Name":"nproc","Soft":100}]`}}},
		{"kernel", `{sysctls: {net.core.somaxconn: 100}, cgroup_parent: /p, storage_opt: {size: 1G}}`, []at{
			{"Host.Sysctls", `{"net.core.somaxconn":"100"}`}, {"Host.CgroupParent", `"/p"`}, {"Host.StorageOpt", `{"size":"1G"}`}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := loadText(t, withAttributes(test.attributes))
			req := mustSpec(t, p, "web", Binding{
				ContainerID: func(service string) string { return "id-" + service },
				Seccomp:     map[string]string{"profile.json": `{"x":1}`},
			})
			for _, w := range test.want {
				want := strings.ReplaceAll(w.want, "DIR", p.WorkingDir)
				if got := lookup(t, req, w.path); got != want {
					t.Errorf("%s\n got %s\nwant %s", w.path, got, want)
				}
			}
		})
	}
}

// withAttributes puts attributes into service web: "a: b" or "{a: b, c: d}".
func withAttributes(attributes string) string {
	if strings.HasPrefix(attributes, "{") {
		attributes = "<<: " + attributes
	}
	return strings.Replace(specFile, "ATTRIBUTES", "    "+attributes, 1)
}

func mustSpec(t *testing.T, p *project.Project, service string, b Binding) *Request {
	t.Helper()
	req, err := Spec(p, service, 1, b)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// lookup returns the JSON at a path of a value: keys between dots, the last one
// after a bar if it has dots itself.
func lookup(t *testing.T, value any, path string) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	dotted, last, _ := strings.Cut(path, "|")
	keys := strings.Split(dotted, ".")
	if last != "" {
		keys = append(keys, last)
	}
	for _, key := range keys {
		switch node := tree.(type) {
		case map[string]any:
			tree = node[key]
		case []any:
			tree = node[int(key[0]-'0')]
		default:
			return "nothing at " + key
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(tree); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func TestSpecIsDeterministic(t *testing.T) {
	p := loadText(t, withAttributes(`{environment: {A: "1", B: "2", C: "3"}, extra_hosts: {a: 1.1.1.1, b: 2.2.2.2, c: 3.3.3.3}, ulimits: {nproc: 1, nofile: 2, core: 3}, networks: {front: , back: }}`))
	first := lookup(t, mustSpec(t, p, "web", Binding{}), "")
	for range 20 {
		if again := lookup(t, mustSpec(t, p, "web", Binding{}), ""); again != first {
			t.Fatalf("another request\n got %s\nwant %s", again, first)
		}
	}
}

func TestSpecOfReplacement(t *testing.T) {
	p := loadText(t, withAttributes(`volumes: ["/anon", "data:/data"]`))
	req := mustSpec(t, p, "web", Binding{
		ReplacedID:  "0123456789abcdef",
		ImageDigest: "sha256:1",
		Inherited:   map[string]string{"/anon": "aaa", "/image": "bbb"},
		ProxyEnv:    map[string]string{"HTTP_PROXY": "p"},
	})
	for _, w := range []at{
		{"Name", `"0123456789ab_demo-web-1"`},
		{"Config.Labels|com.docker.compose.replace", `"web-1"`},
		{"Config.Labels|com.docker.compose.image", `"sha256:1"`},
		{"Networking.EndpointsConfig.demo_default.Aliases", `["demo-web-1","web"]`},
		{"Host.Mounts", `[{"Source":"aaa","Target":"/anon","Type":"volume","VolumeOptions":{}},{"Source":"bbb","Target":"/image","Type":"volume"}]`},
		{"Host.Binds", `["demo_data:/data:rw"]`},
		{"Config.Env", `["HTTP_PROXY=p"]`},
	} {
		if got := lookup(t, req, w.path); got != w.want {
			t.Errorf("%s\n got %s\nwant %s", w.path, got, w.want)
		}
	}
}

// TestSpecHash: the label is that of the project, taken with the parents' ids.
func TestSpecHash(t *testing.T) {
	p := loadText(t, withAttributes(`network_mode: "service:db"`))
	ids := func(string) string { return "abc" }
	want, err := p.Hash("web", ids)
	if err != nil {
		t.Fatal(err)
	}
	req := mustSpec(t, p, "web", Binding{ContainerID: ids})
	if got := req.Config.Labels[project.LabelConfigHash]; got != want {
		t.Errorf("hash: got %s, want %s", got, want)
	}
	other := mustSpec(t, p, "web", Binding{ContainerID: func(string) string { return "def" }})
	if other.Config.Labels[project.LabelConfigHash] == want {
		t.Error("another parent gives the same hash")
	}
}

// TestSpecOnOldEngine: what a create cannot take follows it, what an engine
// cannot do is refused or reported.
func TestSpecOnOldEngine(t *testing.T) {
	p := loadText(t, withAttributes(`{networks: {front: {gw_priority: 1}, back: {priority: 1, mac_address: "02:00:00:00:00:01"}}, annotations: {a: b}}`))
	req := mustSpec(t, p, "web", Binding{APIVersion: "1.41"})
	for _, w := range []at{
		{"Networking.EndpointsConfig.backnet.MacAddress", `""`},
		{"Networking.EndpointsConfig.demo_front", `null`},
		{"Config.MacAddress", `"02:00:00:00:00:01"`},
		{"Connect.0.Network", `"demo_front"`},
		{"Connect.0.Endpoint.Aliases", `["demo-web-1","web"]`},
		{"Dropped.0", `{"Attribute":"annotations","Why":"it needs API 1.43; this engine has 1.41"}`},
		{"Dropped.1.Attribute", `"networks.gw_priority"`},
		{"Host.Annotations", `null`},
	} {
		if got := lookup(t, req, w.path); got != w.want {
			t.Errorf("%s\n got %s\nwant %s", w.path, got, w.want)
		}
	}
}

func TestSpecErrors(t *testing.T) {
	tests := []struct{ attributes, api, want string }{
		{`network_mode: "service:db"`, "", "cannot share network namespace with service db: container missing"},
		{`volumes_from: [db]`, "", "cannot share volume with service db: container missing"},
		{`restart: on-failure:x`, "", `"x" is not a number of attempts`},
		{`healthcheck: {test: "true", start_interval: 1s}`, "", "healthcheck.start_interval requires healthcheck.start_period to be set"},
		{`healthcheck: {test: "true", start_period: 1s, start_interval: 1s}`, "1.43", "healthcheck.start_interval needs API 1.44"},
		{`volumes: [{type: image, source: i, target: /i}]`, "1.47", "needs API 1.48"},
		{`volumes: [{type: volume, source: data, target: /i, volume: {subpath: s}}]`, "1.44", "needs API 1.45"},
		{`networks: {front: {interface_name: eth9}}`, "1.48", "needs API 1.49"},
		{`{mac_address: "02:00:00:00:00:01", networks: {front: {mac_address: "02:00:00:00:00:02"}}}`, "", "differs from that of its main network"},
		{`secrets: [{source: onenv, uid: root}]`, "", `"root" is not a numeric uid or gid`},
		{`platform: a/b/c/d/e`, "", "reading platform"},
	}
	for _, test := range tests {
		t.Run(test.attributes, func(t *testing.T) {
			p := loadText(t, withAttributes(test.attributes))
			_, err := Spec(p, "web", 1, Binding{APIVersion: test.api})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), `"web"`) {
				t.Errorf("got %v, want …%s…", err, test.want)
			}
		})
	}
}

func TestUnapplied(t *testing.T) {
	tests := []struct {
		attributes string
		want       []string
	}{
		{``, nil},
		{`deploy: {replicas: 1, resources: {limits: {memory: 64m}}, restart_policy: {condition: on-failure, max_attempts: 3}}`, nil},
		{`deploy: {mode: global, endpoint_mode: dnsrr, labels: {a: b}, placement: {constraints: [x]}, update_config: {parallelism: 1}, rollback_config: {parallelism: 1}}`,
			[]string{"deploy.endpoint_mode", "deploy.labels", "deploy.mode", "deploy.placement", "deploy.rollback_config", "deploy.update_config"}},
		{`deploy: {resources: {reservations: {cpus: "1"}}, restart_policy: {condition: any, max_attempts: 3, delay: 1s, window: 1s}}`,
			[]string{"deploy.resources.reservations.cpus", "deploy.restart_policy.delay", "deploy.restart_policy.max_attempts", "deploy.restart_policy.window"}},
		{`ports: [{target: 80, name: web, app_protocol: http}]`, []string{"ports.app_protocol", "ports.name"}},
		{`pre_start: [{command: "true", umask: "022"}]`, []string{"pre_start.umask"}},
		{`volumes: [{type: bind, source: ./s, target: /s, bind: {selinux: z, create_host_path: false}}]`, []string{"volumes./s.bind.selinux"}},
	}
	for _, test := range tests {
		t.Run(test.attributes, func(t *testing.T) {
			got := Unapplied(loadText(t, withAttributes(test.attributes)), "web")
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
