package effects

// mountChecks: volumes of services.
var mountChecks = []check{
	{attributes: "services.volumes", service: "mounts", shell: "cat /short/token; touch /short/x 2>&1 | grep -o Read-only; touch /data/x /external/x && echo writable", want: "open sesameRead-only\nwritable"},
	{attributes: "services.volumes.type services.volumes.source services.volumes.target services.volumes.read_only", service: "mounts", shell: "cat /long/token; touch /long/x 2>&1 | grep -o Read-only", want: "open sesameRead-only"},
	{attributes: "services.volumes.bind.create_host_path", shell: "test -d $FILES/made/here && echo made", want: "made"},
	{attributes: "services.volumes.bind.recursive", service: "mounts", shell: "test $(ls /tree/cgroup | wc -l) -gt 0 && echo deep; ls /flat/cgroup | wc -l", want: "deep\n0"},
	{attributes: "services.volumes.bind.propagation", service: "shared", shell: "grep ' /shared ' /proc/self/mountinfo | grep -o master", want: "master"},
	{attributes: "services.volumes.bind.selinux", service: "labelled", shell: "stat -c %C /labelled | grep -o container_file_t", want: "container_file_t"},
	{attributes: "services.volumes.volume.nocopy", service: "unseeded", shell: "ls /sbin | wc -l", want: "0"},
	{attributes: "services.volumes.volume.nocopy", service: "seeded", shell: "test $(ls /sbin | wc -l) -gt 0 && echo seeded", want: "seeded"},
	{attributes: "services.volumes.volume.labels", shell: `docker volume inspect -f '{{.Labels.kept}}' $(docker inspect -f '{{range .Mounts}}{{if eq .Destination "/anon"}}{{.Name}}{{end}}{{end}}' hg-effects-mounts-1)`, want: "no"},
	{attributes: "services.volumes.volume.subpath", service: "part", shell: "cat /part/file", want: "deep"},
	{attributes: "services.volumes.tmpfs.size services.volumes.tmpfs.mode", service: "boxed", shell: "kib /mem; stat -c %a /mem", want: "2048\n1777"},
	{attributes: "services.volumes.image.subpath", service: "boxed", shell: "ls /box/busybox; touch /box/x 2>&1 | grep -o Read-only", want: "/box/busybox\nRead-only"},
	{attributes: "services.volumes_from", service: "borrower", shell: "cat /short/token; touch /data/x 2>&1 | grep -o Read-only", want: "open sesameRead-only"},
	{attributes: "services.volumes_from", service: "borrower-rw", shell: "cat /short/token; touch /data/x && echo writable", want: "open sesamewritable"},
}

// volumeChecks: the volumes themselves.
var volumeChecks = []check{
	{attributes: "volumes volumes.labels", shell: "docker volume inspect -f '{{.Labels.use}}' hg-effects_data", want: "data"},
	{attributes: "volumes.name volumes.driver", shell: "docker volume inspect -f '{{.Driver}}' hg-effects-other-name", want: "local"},
	{attributes: "volumes.driver_opts", service: "mounts", shell: "kib /named; stat -c %u /named", want: "3072\n1000"},
	{attributes: "volumes.external.name", shell: "docker inspect -f '{{range .Mounts}}{{if eq .Destination \"/external\"}}{{.Name}}{{end}}{{end}}' hg-effects-mounts-1", want: "hg-effects-given"},
}

// fileChecks: secrets and configs. All are read by the service's user.
var fileChecks = []check{
	{attributes: "services.secrets secrets secrets.file", service: "reader", shell: "cat /run/secrets/file", want: "open sesame"},
	{attributes: "secrets.environment services.secrets.source services.secrets.target", service: "reader", shell: "cat /run/secrets/renamed /opt/absolute", want: "s3crets3cret"},
	{attributes: "services.secrets.uid services.secrets.gid services.secrets.mode", service: "reader", shell: "stat -c '%u %g %a' /run/secrets/renamed", want: "1000 1001 400"},
	{attributes: "services.secrets.uid services.secrets.gid services.secrets.mode", service: "owner", shell: "stat -c '%u %g %a' /run/secrets/file; cat /run/secrets/file", want: "1000 1001 400\nopen sesame"},
	{attributes: "services.configs configs configs.file", service: "reader", shell: "cat /file", want: "open sesame"},
	{attributes: "configs.content services.configs.source services.configs.target", service: "reader", shell: "cat /opt/text.conf", want: "colour=red"},
	{attributes: "configs.environment", service: "reader", shell: "cat /variable", want: "s3cret"},
	{attributes: "services.configs.uid services.configs.gid services.configs.mode", service: "reader", shell: "stat -c '%u %g %a' /opt/text.conf", want: "1000 1002 440"},
	{attributes: "services.configs.uid services.configs.gid services.configs.mode", service: "owner", shell: "stat -c '%u %g %a' /file; cat /file", want: "1000 1001 400\nopen sesame"},
}
