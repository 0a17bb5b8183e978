package effects

// endpointChecks: a container's place in its networks.
var endpointChecks = []check{
	{attributes: "services.networks.ipv4_address", service: "web", shell: "ip -4 addr show front0 | grep -o 'inet 10[^ ]*'", want: "inet 10.241.7.10/24"},
	{attributes: "services.networks.ipv6_address", service: "web", shell: "ip -6 addr show front0 | grep -o 'inet6 fd[^ ]*'", want: "inet6 fd00:241:7::10/64"},
	{attributes: "services.networks.link_local_ips", service: "web", shell: "ip -4 addr show front0 | grep -o 'inet 169[^ ]*'", want: "inet 169.254.241.7/16"},
	{attributes: "services.networks.mac_address", service: "web", shell: "cat /sys/class/net/front0/address", want: "02:42:0a:f1:07:0a"},
	{attributes: "services.networks.interface_name", service: "web", shell: "ls -d /sys/class/net/front0", want: "/sys/class/net/front0"},
	{attributes: "services.networks.driver_opts", service: "web", shell: "cat /proc/sys/net/ipv4/conf/front0/log_martians", want: "1"},
	{attributes: "services.networks.gw_priority", service: "gated", shell: "ip route | grep -o '^default via [0-9.]*'", want: "default via 10.241.6.1"},
	{attributes: "services.networks.priority", shell: "docker inspect -f '{{.HostConfig.NetworkMode}}' hg-effects-web-1", want: "hg-effects-front"},
	{attributes: "services.mac_address", service: "db", shell: "cat /sys/class/net/eth0/address", want: "02:42:0a:f1:08:0b"},
	{attributes: "services.networks", service: "names", shell: "ls /sys/class/net", want: "eth0\neth1\nlo"},
}

// nameChecks: what names a container has, and which it resolves.
var nameChecks = []check{
	{attributes: "services.networks.aliases", service: "names", shell: "addr shop; addr www.shop.test; addr web; addr hg-effects-web-1", want: "10.241.7.10\n10.241.7.10\n10.241.7.10\n10.241.7.10"},
	{attributes: "services.networks.aliases", service: "names", shell: "test $(addr database) = $(addr db) && echo db", want: "db"},
	{attributes: "services.networks.use_service_name_alias", service: "db", shell: "addr nameless; addr only-this | cut -d. -f1-3", want: "10.241.8"},
	{attributes: "services.links", service: "names", shell: "for n in store web-1 hg-effects-web-1; do addr $n | cut -d. -f1,2; done", want: "10.241\n10.241\n10.241"},
	{attributes: "services.links", service: "gated", shell: "addr store", want: ""},
	{attributes: "services.external_links", service: "names", shell: "test $(addr elsewhere) = $(addr db) && echo db", want: "db"},
	{attributes: "services.extra_hosts", service: "names", shell: "grep -E 'fixed|six' /etc/hosts | tr '\\t' ' ' | sort; grep -c '^[0-9.]*[[:space:]]gate.test$' /etc/hosts", want: "10.9.8.7 fixed.test\nfd00::7 six.test\n1"},
	{attributes: "services.dns", service: "names", shell: "grep -o 'ExtServers:.*' /etc/resolv.conf", want: "ExtServers: [10.9.8.6 10.9.8.5]"},
	{attributes: "services.dns_opt", service: "names", shell: "grep ^options /etc/resolv.conf", want: "options ndots:3 timeout:2"},
	{attributes: "services.dns_search", service: "names", shell: "grep ^search /etc/resolv.conf", want: "search one.test two.test"},
}

// portChecks: what the host publishes.
var portChecks = []check{
	{attributes: "services.ports", shell: "curl -s http://127.0.0.1:18640 http://127.0.0.1:18641 http://127.0.0.1:18642", want: "hello\nhello\nhello"},
	{attributes: "services.ports.target services.ports.published services.ports.host_ip", shell: "port=$(docker port hg-effects-web-1 83/tcp); echo ${port%??}; curl -s http://$port", want: "127.0.0.1:186\nhello"},
	{attributes: "services.ports.protocol", shell: "docker port hg-effects-web-1 5353/udp | head -n1 | cut -d: -f1", want: "0.0.0.0"},
	{attributes: "services.ports.target", shell: "docker port hg-effects-web-1 84/tcp | head -n1 | cut -d: -f1", want: "0.0.0.0"},
}

// networkChecks: the networks themselves.
var networkChecks = []check{
	{attributes: "networks", service: "closed", shell: "ls /sys/class/net", want: "eth0\nlo"},
	{attributes: "networks.driver networks.name networks.labels networks.attachable", shell: "docker network inspect -f '{{.Driver}} {{.Labels.side}} {{.Attachable}}' hg-effects-front", want: "bridge front true"},
	{attributes: "networks.driver_opts", service: "web", shell: "cat /sys/class/net/front0/mtu", want: "1400"},
	{attributes: "networks.driver_opts", shell: "ls -d /sys/class/net/hgfront", want: "/sys/class/net/hgfront"},
	{attributes: "networks.enable_ipv6", service: "web", shell: "ip -6 route | grep -c '^default'", want: "1"},
	{attributes: "networks.enable_ipv4", shell: "docker network inspect -f '{{.EnableIPv4}}' hg-effects-front", want: "true"},
	{attributes: "networks.internal", service: "closed", shell: "ip route | grep -c ^default", want: "0"},
	{attributes: "networks.ipam.config networks.ipam.config.subnet networks.ipam.config.gateway", service: "web", shell: "ip route | grep -o '^default via [0-9.]*'", want: "default via 10.241.7.254"},
	{attributes: "networks.ipam.config.ip_range networks.ipam.config.aux_addresses", service: "names", shell: "ip -4 addr | grep -o 'inet 10.241.7[^ /]*' | cut -d. -f4 | awk '{print ($1 > 128)}'", want: "1"},
	{attributes: "networks.ipam.driver networks.ipam.options", shell: "docker network inspect -f '{{.IPAM.Driver}} {{.IPAM.Options}}' hg-effects_second", want: "default map[note:kept]"},
	{attributes: "networks.external.name", shell: "docker network inspect -f '{{range .Containers}}{{.Name}}{{end}}' hg-effects-given", want: "hg-effects-guest-1"},
	{attributes: "networks.driver", service: "macvlan", shell: "ip -4 addr show eth0 | grep -o 'inet 10[^ ]*'", want: "inet 10.241.9.20/24"},
	{attributes: "networks.driver", service: "ipvlan", shell: "ip -4 addr show eth0 | grep -o 'inet 10.241.10'", want: "inet 10.241.10"},
	{attributes: "networks.driver", service: "overlay", shell: "ls -d /sys/class/net/eth0", want: "/sys/class/net/eth0"},
}
