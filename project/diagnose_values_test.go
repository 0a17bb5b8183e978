package project

import "testing"

// TestDiagnoseEverything: mistakes of all kinds are reported in one run, though the
// loader stops at the first kind. What is behind an anchor is one mistake.
func TestDiagnoseEverything(t *testing.T) {
	const file = `services:
  a:
    image: alpine
    restart: allways
    pull_policy: alway
    ports: ["99999:80", "80:abc"]
    mem_limit: 12qq
    environment: &e {X: "${NOPE:?must be set}"}
    depends_on: [nowhere, b]
    networks: [nonet]
    volumes: ["novol:/x", "vol:/y"]
  b:
    image: alpine
    environment: *e
    restart: on-failure:x
    healthcheck: {interval: abc}
    cpus: abc
volumes: {vol: }
`
	holdsEach(t, file, []string{
		`:4:14: services.a.restart: unknown value "allways"`,
		`:5:18: services.a.pull_policy 'alway' does not match pattern`,
		`:6:13: services.a.ports.0: invalid hostPort: 99999`,
		`:6:25: services.a.ports.1: invalid containerPort: abc`,
		`:7:16: services.a.mem_limit: invalid suffix: 'qq'`,
		`:8:26: error while interpolating services.a.environment.X: required variable NOPE is missing a value: must be set; also at services.b.environment.X`,
		`:9:18: service "a" depends on undefined service "nowhere"`,
		`:10:16: service "a" refers to undefined network nonet`,
		`:11:15: service "a" refers to undefined volume novol`,
		`:15:14: services.b.restart: "on-failure:x" has no number of retries`,
		`:16:29: services.b.healthcheck.interval: time: invalid duration "abc"`,
		`:17:11: error while interpolating services.b.cpus`,
	})
}

// TestDiagnoseValues: what the loader takes and an engine refuses is a mistake of the
// file.
func TestDiagnoseValues(t *testing.T) {
	holdsEach(t, `services:
  web:
    image: alpine
    restart: on-failur
    ipc: foo
    pid: foo
    uts: foo
    ports: [{target: 80, protocol: tpc}]
    expose: ["abc"]
    dns: [abc]
    tmpfs: ["/x:size=1zz"]
    mac_address: zz
    networks: {default: {ipv4_address: 1.2.3}}
    deploy: {restart_policy: {condition: sometimes}}
`, []string{
		`:4:14: services.web.restart: unknown value "on-failur"`,
		`:5:10: services.web.ipc: unknown value "foo"`,
		`:6:10: services.web.pid: unknown value "foo"`,
		`:7:10: services.web.uts: unknown value "foo"`,
		`:8:36: services.web.ports.0.protocol: unknown value "tpc"`,
		`:9:14: services.web.expose.0: "abc" is no port`,
		`:10:11: services.web.dns.0: "abc" is no IP address`,
		`:11:13: services.web.tmpfs.0: "1zz" is no size`,
		`:12:18: services.web.mac_address: "zz" is no hardware address`,
		`:13:40: services.web.networks.default.ipv4_address: "1.2.3" is no IP address`,
		`:14:42: services.web.deploy.restart_policy.condition: unknown value "sometimes"`,
	})
	const right = `services:
  web:
    image: alpine
    restart: on-failure:3
    ipc: shareable
    pid: service:db
    ports: [{target: 80, protocol: UDP}]
    expose: [80, "90-95/udp"]
    dns: 1.1.1.1
    tmpfs: /x:size=1t,mode=1777
  db: {image: alpine, restart: "no", pid: "ns:/proc/1/ns/pid", ipc: private}
`
	if _, err := Load(t.Context(), Options{WorkDir: folder(t, "compose.yaml", right)}, nil); err != nil {
		t.Error(err)
	}
}

func holdsEach(t *testing.T, file string, want []string) {
	t.Helper()
	_, err := Load(t.Context(), Options{WorkDir: folder(t, "compose.yaml", file)}, nil)
	holds(t, err, want)
}
