package effects

// processChecks: what runs, and as whom.
var processChecks = []check{
	{attributes: "services.image", shell: "docker inspect -f '{{.Config.Image}}' hg-effects-plain-1", want: "alpine"},
	{attributes: "services.platform", service: "process", shell: "uname -s", want: "Linux"},
	{attributes: "services.container_name", shell: "docker inspect -f '{{index .Config.Labels \"com.docker.compose.service\"}}' hg-effects-named", want: "process"},
	{attributes: "services.init", service: "process", shell: "cat /proc/1/comm", want: "docker-init"},
	{attributes: "services.init", service: "stdin", shell: "cat /proc/1/comm", want: "sleep"},
	{attributes: "services.hostname", service: "process", shell: "hostname", want: "ship"},
	{attributes: "services.domainname", service: "process", shell: "cat /proc/sys/kernel/domainname; hostname -f", want: "harbour.test\nship.harbour.test"},
	{attributes: "services.user services.group_add", service: "process", shell: "id -u; id -g; id -G", want: "1000\n2000\n2000 1 3000"},
	{attributes: "services.working_dir", service: "process", shell: "readlink /proc/self/cwd; pwd", want: "/var/tmp\n/var/tmp"},
	{attributes: "services.entrypoint services.command", service: "process", shell: `ps -o args | grep -v grep | grep -o "docker-init.*"`, want: "docker-init -- /bin/sh -c sleep 3601; true"},
	{attributes: "services.environment", service: "process", shell: `env | grep -E "^(COLOR|EMPTY|HOST_SIDE|ABSENT)" | sort`, want: "COLOR=green\nEMPTY=\nHOST_SIDE=here"},
	{attributes: "services.env_file services.env_file.path services.env_file.required", service: "process", shell: `echo $FROM_FILE $EXPANDED`, want: "plain plain"},
	{attributes: "services.env_file.format", service: "process", shell: `echo "$RAW"`, want: "$FROM_FILE # all of it"},
	{attributes: "services.tty", service: "terminal", shell: "readlink /proc/1/fd/1", want: "/dev/pts/0"},
	{attributes: "services.stdin_open", service: "stdin", shell: "readlink /proc/1/fd/0 | cut -c1-4", want: "pipe"},
	{attributes: "services.stdin_open", service: "plain", shell: "readlink /proc/1/fd/0", want: "/dev/null"},
	{attributes: "services.oom_score_adj", service: "process", shell: "cat /proc/1/oom_score_adj", want: "500"},
	{attributes: "services.ulimits services.ulimits.soft services.ulimits.hard", service: "process", shell: `awk '/open files|Max processes/ {print $(NF-2), $(NF-1)}' /proc/1/limits | sort`, want: "1000 2000\n4000 4000"},
	{attributes: "services.runtime", shell: "docker inspect -f '{{.HostConfig.Runtime}}' hg-effects-named", want: "runc"},
	{attributes: "services.labels services.label_file", shell: `docker inspect -f '{{.Config.Labels.size}} {{.Config.Labels.shape}}' hg-effects-named`, want: "large round"},
	{attributes: "services.annotations", shell: "docker inspect -f '{{.HostConfig.Annotations.colour}}' hg-effects-named", want: "blue"},
	{attributes: "services.expose", shell: "docker inspect -f '{{json .Config.ExposedPorts}}' hg-effects-named", want: `{"3000/tcp":{},"4000/udp":{},"4001/udp":{}}`},
	{attributes: "services.logging.driver services.logging.options", shell: "docker inspect -f '{{json .HostConfig.LogConfig}}' hg-effects-named", want: `{"Type":"local","Config":{"max-file":"2","max-size":"1m"}}`},
	{attributes: "services.logging.driver", shell: "docker logs hg-effects-plain-1 2>&1 | grep -o 'does not support reading'", want: "does not support reading"},
}

// rightsChecks: what the process is allowed to do.
var rightsChecks = []check{
	{attributes: "services.cap_add", service: "rights", shell: "ip link set lo down && ip link set lo up && echo can", want: "can"},
	{attributes: "services.cap_add", service: "plain", shell: "ip link set lo down 2>/dev/null || echo cannot", want: "cannot"},
	{attributes: "services.cap_drop", service: "rights", shell: "mknod /dev/shm/x c 1 3 2>/dev/null || echo cannot", want: "cannot"},
	{attributes: "services.cap_drop", service: "plain", shell: "mknod /dev/shm/x c 1 3 && echo can", want: "can"},
	{attributes: "services.security_opt", service: "rights", shell: "status NoNewPrivs; hostname other 2>&1 | grep -o 'not permitted'", want: "1\nnot permitted"},
	{attributes: "services.security_opt", service: "unconfined", shell: "status Seccomp; ls /proc/sys/kernel >/dev/null; grep -c ' /proc/sys ' /proc/mounts", want: "0\n0"},
	{attributes: "services.read_only", service: "rights", shell: "touch /x 2>&1 | grep -o 'Read-only'; touch /dev/shm/x && echo but /dev/shm", want: "Read-only\nbut /dev/shm"},
	{attributes: "services.devices", service: "rights", shell: "(exec 3</dev/xloop) && echo read; (exec 3>/dev/xloop) 2>/dev/null || echo no write", want: "read\nno write"},
	{attributes: "services.devices.source services.devices.target services.devices.permissions", service: "rights", shell: "stat -c '%t %T' /dev/xzero; echo >/dev/xzero; head -c3 /dev/xzero | wc -c", want: "1 5\n3"},
	{attributes: "services.devices", service: "cdi", shell: "ls /dev/one", want: "/dev/one"},
	{attributes: "services.device_cgroup_rules", service: "maker", shell: "mknod /l c 10 237; (exec 3</l) && echo opened", want: "opened"},
	{attributes: "services.device_cgroup_rules", service: "plain", shell: "mknod /l c 10 237; (exec 3</l) 2>/dev/null || echo refused", want: "refused"},
	{attributes: "services.use_api_socket", service: "talking", shell: "test -S /var/run/docker.sock && echo socket", want: "socket"},
	{attributes: "services.privileged", service: "privileged", shell: "grep -c ' /proc/sys ' /proc/mounts; test -e /dev/loop-control && status Seccomp", want: "0\n0"},
}

// namespaceChecks: what is shared with the host and with other containers.
var namespaceChecks = []check{
	{attributes: "services.pid", service: "sharing", shell: "ps -o args | grep -o '^sleep 3602'", want: "sleep 3602"},
	{attributes: "services.pid", service: "joined", shell: "ps -o args | grep -o '^sleep 3601'", want: "sleep 3601"},
	{attributes: "services.pid", service: "hosted", shell: "pidof dockerd >/dev/null && echo dockerd", want: "dockerd"},
	{attributes: "services.ipc", service: "sharing", shell: "ls /dev/shm", want: "mark"},
	{attributes: "services.ipc", service: "apart", shell: "ls /dev/shm", want: ""},
	{attributes: "services.ipc", shell: "docker exec hg-effects-hosted-1 readlink /proc/self/ns/ipc | grep -qF $(readlink /proc/self/ns/ipc) && echo the host\\'s", want: "the host's"},
	{attributes: "services.uts", shell: "docker exec hg-effects-hosted-1 hostname | grep -qx $(hostname) && echo the host\\'s", want: "the host's"},
	{attributes: "services.network_mode", service: "hosted", shell: "ip link show docker0 >/dev/null && echo the host\\'s", want: "the host's"},
	{attributes: "services.network_mode", service: "apart", shell: "ls /sys/class/net", want: "lo"},
	{attributes: "services.network_mode", shell: "for c in parent-1 sharing-1; do docker exec hg-effects-$c readlink /proc/self/ns/net; done | uniq | wc -l", want: "1"},
	{attributes: "services.network_mode", shell: "for c in named joined-1; do docker exec hg-effects-$c readlink /proc/self/ns/net; done | uniq | wc -l", want: "1"},
	{attributes: "services.network_mode", shell: "docker inspect -f '{{range $n, $_ := .NetworkSettings.Networks}}{{$n}}{{end}}' hg-effects-bridged-1", want: "bridge"},
	{attributes: "services.cgroup", service: "apart", shell: "head -n1 /proc/self/cgroup | cut -d: -f3", want: "/"},
	{attributes: "services.cgroup", service: "hosted", shell: "head -n1 /proc/self/cgroup | cut -d: -f3 | grep -o docker", want: "docker"},
	{attributes: "services.cgroup_parent", service: "caged", shell: "head -n1 /proc/1/cgroup | cut -d: -f3 | cut -d/ -f2", want: "hg-effects-parent"},
	{attributes: "services.userns_mode", service: "hosted", shell: "awk '{print $1, $2}' /proc/self/uid_map", want: "0 0"},
}

// lifecycleChecks: how containers are started, watched and stopped.
var lifecycleChecks = []check{
	{attributes: "services.healthcheck.test services.healthcheck.start_interval", service: "healthy", shell: "sort -u /tmp/health", want: "checked"},
	{attributes: "services.healthcheck.interval services.healthcheck.timeout services.healthcheck.retries services.healthcheck.start_period", shell: "docker inspect -f '{{with .Config.Healthcheck}}{{.Interval}} {{.Timeout}} {{.Retries}} {{.StartPeriod}}{{end}}' hg-effects-healthy-1", want: "30s 5s 4 20s"},
	{attributes: "services.healthcheck.disable", shell: "docker inspect -f '{{.Config.Healthcheck.Test}} {{.State.Health}}' hg-effects-unchecked-1", want: "[NONE] <nil>"},
	{attributes: "services.depends_on services.depends_on.condition", shell: "a=$(docker inspect -f '{{(index .State.Health.Log 0).End.UnixNano}}' hg-effects-healthy-1); b=$(docker inspect -f '{{.State.StartedAt}}' hg-effects-after-1); test $(date -d \"$b\" +%s%N) -gt $a && echo after", want: "after"},
	{attributes: "services.post_start services.post_start.command services.post_start.user services.post_start.working_dir services.post_start.environment", service: "hooked", shell: "cat /tmp/started", want: "1234 /tmp hook"},
	{attributes: "services.post_start.privileged", service: "hooked", shell: "cut -f2 /tmp/rights | grep -v ^00000000a", want: "000001fffeffffff"},
	{attributes: "services.pre_stop services.pre_stop.command services.pre_stop.user services.pre_stop.working_dir services.pre_stop.environment services.pre_stop.privileged", shell: "$COMPOSE --progress quiet stop hooked; docker cp hg-effects-hooked-1:/tmp/stopped - | tar xO | sed 's/.*\\t00000[1-9a-f].*/all/'", want: "0 /var end\nall"},
	{attributes: "services.pre_start services.pre_start.command services.pre_start.image services.pre_start.user services.pre_start.working_dir services.pre_start.environment", service: "prepared", shell: "cat /made/first; stat -c %g /made/first", want: "0 /tmp hook\n7"},
	{attributes: "services.stop_signal", shell: "$COMPOSE --progress quiet stop signalled; docker inspect -f '{{.State.ExitCode}}' hg-effects-signalled-1", want: "7"},
	{attributes: "services.stop_grace_period", shell: "docker inspect -f '{{.Config.StopTimeout}}' hg-effects-named", want: "3"},
	{attributes: "services.restart", shell: "docker wait hg-effects-failing-1 >/dev/null; docker inspect -f '{{.RestartCount}}' hg-effects-failing-1", want: "2"},
	{attributes: "services.deploy.restart_policy.condition services.deploy.restart_policy.max_attempts", shell: "docker wait hg-effects-failing-deploy-1 >/dev/null; docker inspect -f '{{.RestartCount}}' hg-effects-failing-deploy-1", want: "1"},
	{attributes: "services.deploy.replicas services.deploy.labels", shell: "docker ps --filter label=com.docker.compose.service=replicated --filter label=com.docker.compose.project=hg-effects --format '{{.Names}} {{.Label \"never\"}}' | sort", want: "hg-effects-replicated-1 \nhg-effects-replicated-2"},
	{attributes: "services.scale", shell: "docker ps --filter name=hg-effects-scaled- --format '{{.Names}}' | sort", want: "hg-effects-scaled-1\nhg-effects-scaled-2"},
}
