package enginetest_test

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	cerrdefs "github.com/containerd/errdefs"
	containertypes "github.com/docker/docker/api/types/container"
	"github.com/docker/docker/pkg/stdcopy"
)

func TestLogs(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		id := s.run("-a", sh("echo one; echo two >&2; sleep 0.3; echo three; printf part"))
		s.wait(id)
		out, errs := s.logs(id, containertypes.LogsOptions{})
		equal(t, "output", out, "one\nthree\npart")
		equal(t, "errors", errs, "two\n")
		out, errs = s.logs(id, containertypes.LogsOptions{Tail: "2"})
		equal(t, "tail of the output", out+errs, "three\npart")
		out, errs = s.logs(id, containertypes.LogsOptions{Tail: "0"})
		equal(t, "no tail", out+errs, "")

		out, _ = s.logs(id, containertypes.LogsOptions{Timestamps: true})
		stamp, text, _ := strings.Cut(strings.SplitAfter(out, "\n")[1], " ")
		at, err := time.Parse(time.RFC3339Nano, stamp)
		s.check(err)
		equal(t, "stamped line", text, "three\n")
		out, errs = s.logs(id, containertypes.LogsOptions{Since: at.Format(time.RFC3339Nano)})
		equal(t, "since", out+errs, "three\npart")
		out, errs = s.logs(id, containertypes.LogsOptions{Until: at.Add(-time.Millisecond).Format(time.RFC3339Nano)})
		equal(t, "until", out+errs, "one\ntwo\n")

		// There is no run to follow: the stream ends at once.
		out, _ = s.logs(id, containertypes.LogsOptions{Follow: true})
		equal(t, "follow of a stopped one", out, "one\nthree\npart")

		_, err = s.ContainerLogs(t.Context(), id, containertypes.LogsOptions{})
		s.fails(err, cerrdefs.IsInvalidArgument, "you must choose at least one stream")
	})
}

func TestFollowEndsWithTheRun(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		c := sh("echo begin; read x < /go 2>/dev/null; while [ ! -e /go ]; do sleep 0.05; done; echo end; exit 1")
		c.Host.RestartPolicy = containertypes.RestartPolicy{Name: "on-failure", MaximumRetryCount: 1}
		id := s.run("-a", c)
		r, err := s.ContainerLogs(t.Context(), id, containertypes.LogsOptions{ShowStdout: true, Follow: true})
		s.check(err)
		defer r.Close()
		_, code := s.exec(id, "", "touch", "/go")
		equal(t, "exec", code, 0)
		var out bytes.Buffer
		_, err = stdcopy.StdCopy(&out, io.Discard, r)
		s.check(err)
		if !strings.HasPrefix(out.String(), "begin\nend\n") {
			t.Errorf("got the log %q", out.String())
		}
	})
}

// However soon the next run begins: who follows one does not follow the other.
func TestFollowEndsWithARestart(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		id := s.run("-a", sh("echo up; exec sleep 1000"))
		for n := range 3 {
			r, err := s.ContainerLogs(t.Context(), id, containertypes.LogsOptions{ShowStdout: true, Follow: true})
			s.check(err)
			none := 0
			s.check(s.ContainerRestart(t.Context(), id, containertypes.StopOptions{Timeout: &none}))
			var out bytes.Buffer
			_, err = stdcopy.StdCopy(&out, io.Discard, r)
			s.check(err)
			s.check(r.Close())
			if lines := strings.Count(out.String(), "up\n"); lines > n+1 { // fewer where a run was killed at once
				t.Errorf("after %d runs: %q", n+1, out.String())
			}
		}
	})
}

func TestLogsOfATerminal(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		c := sh("echo out; echo err >&2; printf part")
		c.Tty = true
		id := s.run("-a", c)
		s.wait(id)
		r, err := s.ContainerLogs(t.Context(), id, containertypes.LogsOptions{ShowStdout: true, ShowStderr: true})
		s.check(err)
		defer r.Close()
		out, err := io.ReadAll(r)
		s.check(err)
		equal(t, "raw stream", string(out), "out\r\nerr\r\npart")
	})
}

func TestAttach(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		c := sh(`read x; echo "got $x"; cat; echo done >&2; exit 3`)
		c.OpenStdin, c.StdinOnce, c.AttachStdin = true, true, true
		id := s.create("-a", c)
		h, err := s.ContainerAttach(t.Context(), id, containertypes.AttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
		s.check(err)
		defer h.Close()
		s.start(id)
		_, err = io.WriteString(h.Conn, "hello\nmore\n")
		s.check(err)
		s.check(h.CloseWrite())
		var out, errs bytes.Buffer
		_, err = stdcopy.StdCopy(&out, &errs, h.Reader)
		s.check(err)
		equal(t, "output", out.String(), "got hello\nmore\n")
		equal(t, "errors", errs.String(), "done\n")
		equal(t, "exit code", s.wait(id), 3)
	})
}

func TestAttachToARunningOne(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		id := s.run("-a", sh("echo before; while [ ! -e /go ]; do sleep 0.05; done; echo after"))
		s.waitLog(id, "before")
		h, err := s.ContainerAttach(t.Context(), id, containertypes.AttachOptions{Stream: true, Stdout: true, Logs: true})
		s.check(err)
		defer h.Close()
		s.exec(id, "", "touch", "/go")
		var out bytes.Buffer
		_, err = stdcopy.StdCopy(&out, io.Discard, h.Reader)
		s.check(err)
		equal(t, "output with the log", out.String(), "before\nafter\n")
	})
}

func TestExec(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		c := sh("echo up; exec sleep 100")
		c.Env = []string{"A=1"}
		id := s.run("-a", c)
		out, code := s.exec(id, "", "sh", "-c", "echo $A; echo e >&2; exit 4")
		equal(t, "exit code", code, 4)
		if out != "1\ne\n" && out != "e\n1\n" {
			t.Errorf("got the output %q", out)
		}
		out, _ = s.exec(id, "some\ntext", "cat")
		equal(t, "standard input", out, "some\ntext")
		out, _ = s.exec(id, "", "sh", "-c", "echo kept >/f; cat /f")
		equal(t, "files", out, "kept\n")
		out, _ = s.exec(id, "", "cat", "/f")
		equal(t, "files of an exec before", out, "kept\n")
		out, code = s.exec(id, "", "et-nosuch")
		equal(t, "exit code of what is not there", code, 127)
		if !strings.Contains(out, `OCI runtime exec failed: exec failed: unable to start container process: exec: "et-nosuch": executable file not found in $PATH`) {
			t.Errorf("got %q", out)
		}

		x, err := s.ContainerExecCreate(ctx, id, containertypes.ExecOptions{Cmd: []string{"sh", "-c", "pwd; echo $B"}, WorkingDir: "/tmp", Env: []string{"B=2"}, AttachStdout: true, Tty: true})
		s.check(err)
		h, err := s.ContainerExecAttach(ctx, x.ID, containertypes.ExecAttachOptions{Tty: true})
		s.check(err)
		raw, err := io.ReadAll(h.Reader)
		h.Close()
		s.check(err)
		equal(t, "terminal", string(raw), "/tmp\r\n2\r\n")

		x, err = s.ContainerExecCreate(ctx, id, containertypes.ExecOptions{Cmd: []string{"sleep", "100"}})
		s.check(err)
		s.check(s.ContainerExecStart(ctx, x.ID, containertypes.ExecStartOptions{Detach: true}))
		i, err := s.ContainerExecInspect(ctx, x.ID)
		s.check(err)
		equal(t, "detached one runs", i.Running, true)
		if top, err := s.ContainerTop(ctx, id, nil); err != nil || len(top.Processes) != 2 {
			t.Errorf("got the processes %v, %v", top.Processes, err)
		}

		s.check(s.ContainerKill(ctx, id, "KILL"))
		_, err = s.ContainerExecCreate(ctx, id, containertypes.ExecOptions{Cmd: []string{"true"}})
		s.fails(err, cerrdefs.IsConflict, "container "+id+" is not running")
		_, err = s.ContainerExecInspect(ctx, "et-nosuch")
		s.fails(err, cerrdefs.IsNotFound, "No such exec instance: et-nosuch")
	})
}

// tarOf makes a tar file of names and contents.
func tarOf(t *testing.T, files map[string]string) *bytes.Buffer {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for name, data := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &buf
}

func TestArchive(t *testing.T) {
	both(t, func(t *testing.T, s *subject) {
		ctx := t.Context()
		id := s.create("-a", sh("cat /etc/x/y"))
		_, err := s.ContainerStatPath(ctx, id, "/nosuch")
		s.fails(err, cerrdefs.IsNotFound) // an answer to HEAD has no words
		s.check(s.CopyToContainer(ctx, id, "/etc", tarOf(t, map[string]string{"x/y": "hello\n"}), containertypes.CopyToContainerOptions{}))
		err = s.CopyToContainer(ctx, id, "/nosuch", tarOf(t, nil), containertypes.CopyToContainerOptions{})
		s.fails(err, cerrdefs.IsNotFound, "Could not find the file /nosuch in container "+id)
		stat, err := s.ContainerStatPath(ctx, id, "/etc/x/y")
		s.check(err)
		equal(t, "stat", fmt.Sprintf("%s %d %s", stat.Name, stat.Size, stat.Mode), "y 6 -rw-r--r--")
		s.start(id)
		equal(t, "exit code", s.wait(id), 0)
		out, _ := s.logs(id, containertypes.LogsOptions{})
		equal(t, "seen by the process", out, "hello\n")

		for path, want := range map[string][]string{
			"/etc/x":   {"x/", "x/y"},
			"/etc/x/":  {"x/", "x/y"},
			"/etc/x/.": {"./", "./y"},
		} {
			r, stat, err := s.CopyFromContainer(ctx, id, path)
			s.check(err)
			equal(t, "is a folder", stat.Mode.IsDir(), true)
			equalList(t, "entries of "+path, entries(t, r), want)
			s.check(r.Close())
		}
	})
}

// entries are the names in a tar file.
func entries(t *testing.T, r io.Reader) []string {
	t.Helper()
	var names []string
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, h.Name)
	}
}
