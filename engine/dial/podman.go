//go:build unix

package dial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// podmanGrace is how long a Podman service may take to end before it is killed.
const podmanGrace = 10 * time.Second

// startPodman starts a Podman service for as long as the connection is open.
// Exactly one of the results is set; the attempt says why there is none.
func (d dialer) startPodman(ctx context.Context) (*Conn, attempt) {
	fail := func(err error) (*Conn, attempt) {
		return nil, attempt{Host: "podman system service", From: "podman on PATH", Err: err}
	}
	path, err := exec.LookPath("podman")
	if errors.Is(err, exec.ErrNotFound) {
		return fail(fmt.Errorf("podman: %w", os.ErrNotExist))
	}
	if err != nil {
		return fail(err)
	}
	service, err := startService(path)
	if err != nil {
		return fail(err)
	}
	conn, err := d.dial(ctx, target{host: "unix://" + service.socket, from: "a Podman service started for this command"})
	if err != nil {
		return fail(service.diagnose(err))
	}
	conn.stop = service.close
	if d.options.Sink != nil {
		d.options.Sink(event.Message{Level: event.Info, Text: "no engine is running: started a Podman service for this command"})
	}
	return conn, attempt{}
}

// podmanService is a running `podman system service`, in a process group of its
// own, so that Ctrl-C in the terminal reaches us alone.
type podmanService struct {
	dir, socket string
	cmd         *exec.Cmd
	hold        io.Closer    // the service ends when it is closed, by us or by our end
	stderr      bytes.Buffer // read after ended is closed
	ended       chan struct{}
}

// serviceScript runs podman ($0) on the socket of descriptor 3, and ends it when
// standard input ends: that is a pipe whose other end this process alone has, so that
// a kill -9 of it leaves no service behind. Then the folder ($1) goes. The inner shell
// is there because the protocol wants podman's process id in its environment.
const serviceScript = `exec 4<&0
LISTEN_FDS=1 /bin/sh -c 'LISTEN_PID=$$ exec "$0" system service --time=0' "$0" 4<&- & service=$!
exec 3<&-
{ read -r _ <&4; kill "$service"; } 2>/dev/null & watcher=$!
wait "$service"
kill "$watcher" 2>/dev/null
rm -rf "$1" 2>/dev/null`

// startService starts podman with a socket that listens already, handed over
// as systemd does it: a request may be sent at once and waits in the socket,
// and fails if podman ends.
func startService(podman string) (*podmanService, error) {
	dir, err := os.MkdirTemp("", "compose-podman-")
	if err != nil {
		return nil, err
	}
	s := &podmanService{dir: dir, socket: filepath.Join(dir, "podman.sock"), ended: make(chan struct{})}
	if err := s.start(podman); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

func (s *podmanService) start(podman string) error {
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: s.socket, Net: "unix"})
	if err != nil {
		return err
	}
	listener.SetUnlinkOnClose(false)
	defer func() { _ = listener.Close() }() // podman's copy stays
	file, err := listener.File()
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	s.cmd = exec.Command("/bin/sh", "-c", serviceScript, podman, s.dir)
	s.cmd.ExtraFiles = []*os.File{file} // descriptor 3
	s.cmd.Stderr = &s.stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s.cmd.WaitDelay = time.Second
	if s.hold, err = s.cmd.StdinPipe(); err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = s.cmd.Wait() // a service ends by a signal
		close(s.ended)
	}()
	return nil
}

// diagnose ends a service that did not answer and returns what it said, or
// else the error that was seen from here.
func (s *podmanService) diagnose(seen error) error {
	err := s.close()
	if said := lastLine(s.stderr.String()); said != "" {
		return errors.Join(errors.New(said), err)
	}
	return errors.Join(seen, err)
}

// close ends the service and removes its folder.
func (s *podmanService) close() error {
	s.end()
	return os.RemoveAll(s.dir)
}

// end asks, then kills the process group, and waits for it.
func (s *podmanService) end() {
	_ = s.hold.Close() // closed already where the service ended by itself
	timer := time.NewTimer(podmanGrace)
	defer timer.Stop()
	select {
	case <-s.ended:
	case <-timer.C:
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		<-s.ended
	}
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
