package listener

import (
	"net"
	"os"
	"testing"
)

func TestOf(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	port := tcp.Addr().(*net.TCPAddr).Port
	for protocol, port := range map[string]int{"tcp": port, "udp": udp.LocalAddr().(*net.UDPAddr).Port} {
		if p, ok := Of(protocol, port); !ok || p.PID != os.Getpid() || p.Name == "" {
			t.Errorf("%s port %d: got %v, %v, want this process", protocol, port, p, ok)
		}
	}
	_ = tcp.Close()
	if p, ok := Of("tcp", port); ok {
		t.Errorf("nobody listens: got %v", p)
	}
}
