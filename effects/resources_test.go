package effects

// resourceChecks: what a container may take of its host.
var resourceChecks = []check{
	{attributes: "services.mem_limit", service: "limits", shell: "cg memory/memory.limit_in_bytes memory.max", want: "67108864"},
	{attributes: "services.memswap_limit", service: "limits", shell: "cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes", want: "100663296", need: "cgroup-v1"},
	{attributes: "services.mem_reservation", service: "limits", shell: "cg memory/memory.soft_limit_in_bytes memory.low", want: "33554432"},
	{attributes: "services.mem_swappiness", service: "limits", shell: "cat /sys/fs/cgroup/memory/memory.swappiness", want: "10", need: "cgroup-v1"},
	{attributes: "services.oom_kill_disable", service: "limits", shell: "head -n1 /sys/fs/cgroup/memory/memory.oom_control", want: "oom_kill_disable 1", need: "cgroup-v1"},
	{attributes: "services.pids_limit", service: "limits", shell: "cg pids/pids.max pids.max", want: "50"},
	{attributes: "services.cpus", service: "limits", shell: "cg cpu/cpu.cfs_quota_us cpu.max | cut -d' ' -f1", want: "50000"},
	{attributes: "services.cpu_shares", service: "limits", shell: "cat /sys/fs/cgroup/cpu/cpu.shares", want: "512", need: "cgroup-v1"},
	{attributes: "services.cpuset", service: "limits", shell: "status Cpus_allowed_list", want: "0"},
	{attributes: "services.shm_size", service: "limits", shell: "kib /dev/shm", want: "8192"},
	{attributes: "services.sysctls", service: "limits", shell: "cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax", want: "100\n4096"},
	{attributes: "services.tmpfs", service: "limits", shell: "grep -c ' /plain tmpfs' /proc/mounts; kib /scratch; stat -c %a /scratch", want: "1\n1024\n750"},
	{attributes: "services.cpu_period", service: "quota", shell: "cg cpu/cpu.cfs_period_us cpu.max | awk '{print $NF}'", want: "50000"},
	{attributes: "services.cpu_quota", service: "quota", shell: "cg cpu/cpu.cfs_quota_us cpu.max | cut -d' ' -f1", want: "20000"},
	{attributes: "services.deploy.resources.limits.cpus", service: "deployed", shell: "cg cpu/cpu.cfs_quota_us cpu.max | cut -d' ' -f1", want: "25000"},
	{attributes: "services.deploy.resources.limits.memory", service: "deployed", shell: "cg memory/memory.limit_in_bytes memory.max", want: "50331648"},
	{attributes: "services.deploy.resources.limits.pids", service: "deployed", shell: "cg pids/pids.max pids.max", want: "60"},
	{attributes: "services.deploy.resources.reservations.memory", service: "deployed", shell: "cg memory/memory.soft_limit_in_bytes memory.low", want: "25165824"},
	throttle("read_bps", "rbps=1048576"),
	throttle("read_iops", "riops=120"),
	throttle("write_bps", "wbps=2097152"),
	throttle("write_iops", "wiops=30"),
	{attributes: "services.blkio_config.weight", service: "weighted", shell: "cg blkio/blkio.weight io.weight | grep -o '300$\\|default.*'", want: "300"},
	{attributes: "services.blkio_config.weight_device services.blkio_config.weight_device.path services.blkio_config.weight_device.weight", service: "weighted", shell: "cg blkio/blkio.weight_device io.weight | grep -o '400$'", want: "400"},
	{attributes: "services.cpu_rt_period services.cpu_rt_runtime", service: "realtime", shell: "cat /sys/fs/cgroup/cpu/cpu.rt_period_us /sys/fs/cgroup/cpu/cpu.rt_runtime_us", want: "1000000\n1000"},
	{attributes: "services.storage_opt", service: "quoted", shell: "kib /", want: "1048576"},
	{attributes: "services.gpus", service: "gpu", shell: "ls -d /dev/nvidia0", want: "/dev/nvidia0"},
}

// throttle is the check of one of the limits to a block device's use: a file
// of its own in cgroup v1, a word in io.max in v2.
func throttle(limit, v2 string) check {
	a := "services.blkio_config.device_" + limit
	return check{
		attributes: a + " " + a + ".path " + a + ".rate",
		service:    "throttled",
		shell:      "cg blkio/blkio.throttle." + limit + `_device io.max | sed 's/^[0-9]*:[0-9]* //' | grep -oE '^[0-9]+$|\b` + v2 + `\b' | grep -o '[0-9]*$'`,
		want:       v2[len(v2)-len(lastNumber(v2)):],
	}
}

// lastNumber is what stands after "=".
func lastNumber(s string) string {
	for i := range s {
		if s[i] == '=' {
			return s[i+1:]
		}
	}
	return s
}
