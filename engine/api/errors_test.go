package api

import (
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
