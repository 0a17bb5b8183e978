package api

import (
	"strings"
	"testing"
)

func TestTakenPort(t *testing.T) {
	tests := []struct {
		text string
		want int
		host string
	}{
		{"driver failed programming external connectivity on endpoint web (abc): Bind for 0.0.0.0:8080 failed: port is already allocated", 8080, "0.0.0.0"},
		{"Bind for :::443 failed: port is already allocated", 443, "::"},
		{"Bind for ::1:443 failed: port is already allocated", 443, "::1"},
		{"failed to set up container networking: failed to bind host port 127.0.0.1:8081/tcp: address already in use", 8081, "127.0.0.1"},
		{"failed to bind host port [::]:8081/tcp: address already in use", 8081, "::"},
		{"failed to bind host port for 0.0.0.0:8082:172.18.0.2:80/tcp: address already in use", 8082, "0.0.0.0"},
		{"Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use", 80, "0.0.0.0"},
		{"rootlessport listen tcp 0.0.0.0:8083: bind: address already in use", 8083, "0.0.0.0"},
		{"no such container: 8080", 0, ""},
	}
	for _, test := range tests {
		if got, host := TakenPort(test.text), TakenHost(test.text); got != test.want || host != test.host {
			t.Errorf("%s\n got %d on %q\nwant %d on %q", test.text, got, host, test.want, test.host)
		}
	}
}

func TestCause(t *testing.T) {
	const layers = "Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: " +
		"runc create failed: unable to start container process: "
	id := strings.Repeat("0123456789abcdef", 4)
	for text, want := range map[string]string{
		layers + `error during container init: exec: "nosuch": executable file not found in $PATH: unknown`:                                          "no program nosuch in the image",
		layers + `exec: "/no/such": stat /no/such: no such file or directory: unknown`:                                                               "no program /no/such in the image",
		layers + `exec: "/etc/hosts": permission denied: unknown`:                                                                                    "/etc/hosts in the image may not be executed",
		layers + `exec /bin/serve: exec format error`:                                                                                                "/bin/serve in the image is for another processor",
		layers + `something else: unknown`:                                                                                                           "something else",
		"Error response from daemon: unable to find user nosuch: no matching entries in passwd file":                                                 "no user nosuch in the image",
		`invalid mount config for type "bind": bind source path does not exist: /gone`:                                                               "the source of a bind mount does not exist: /gone",
		layers + `error mounting "/a" to rootfs at "/b": mount src=/a, dst=/b: not a directory: unknown`:                                             "one of /a and /b, which is mounted on it, is a folder and the other a file",
		"failed to set up container networking: network " + id + " not found":                                                                        "network 0123456789ab not found",
		"container " + id + " is not running":                                                                                                        "container 0123456789ab is not running",
		"something else":                                                                                                                             "something else",
		"crun: executable file `nosuch` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found": "no program nosuch in the image",
		`Get "https://example.com/v2/": dial tcp: lookup example.com on 10.1.1.1:53: no such host`:                                                   "the engine finds no host example.com",
		`Get "https://r:5000/v2/": dial tcp 10.1.1.1:5000: connect: connection refused`:                                                              "nobody answers at 10.1.1.1:5000: connection refused",
	} {
		if got := Cause(text); got != want {
			t.Errorf("%s:\ngot %s\nwant %s", text, got, want)
		}
	}
}
