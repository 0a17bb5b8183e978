package listener

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
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

// TestManyDescriptors: a container's processes may have a million descriptors each; no
// more are looked at than so many, and few are in memory at a time.
func TestManyDescriptors(t *testing.T) {
	proc := t.TempDir()
	add := func(process, descriptor, to string) {
		t.Helper()
		dir := filepath.Join(proc, process)
		for _, err := range []error{
			os.MkdirAll(filepath.Join(dir, "fd"), 0o700),
			os.WriteFile(filepath.Join(dir, "comm"), []byte("evil\x1b[2J\n"), 0o600),
			os.Symlink(to, filepath.Join(dir, "fd", descriptor)),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	sockets := map[string]bool{"socket:[2]": true}
	for i := range 100 {
		add("10", strconv.Itoa(i), "socket:[1]")
	}
	if p, ok := holder(proc, sockets, 200); ok {
		t.Errorf("nobody has it: got %v", p)
	}
	add("10", "200", "socket:[2]")
	if p, ok := holder(proc, sockets, 200); !ok || p.PID != 10 {
		t.Errorf("got %v, %v", p, ok)
	}
	sockets = map[string]bool{"socket:[3]": true}
	add("self", "0", "socket:[3]")
	if p, ok := holder(proc, sockets, 200); ok {
		t.Errorf("a name that is no process: got %v", p)
	}
	looked := 0
	eachName(filepath.Join(proc, "10", "fd"), func(string) bool { looked++; return looked < 50 })
	if looked != 50 {
		t.Errorf("looked at %d names, of which 50 were wanted", looked)
	}
}
