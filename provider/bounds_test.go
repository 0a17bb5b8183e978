//go:build unix

package provider

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEndlessProvider: a program that says too much is ended, and the error
// names the limit.
func TestEndlessProvider(t *testing.T) {
	const yes = `case "$2" in metadata) exit 1;; esac
echo $$ > "$LOG"
`
	for name, test := range map[string]struct{ script, want string }{
		"line":      {yes + `exec tr '\0' a < /dev/zero`, "a line of more than 1 MiB"},
		"lines":     {yes + `exec yes nonsense`, "something that is no message"},
		"variables": {yes + `i=0; while :; do i=$((i+1)); echo '{"type":"setenv","message":"K'$i'=v"}'; done`, "more than 10000 variables"},
		"values":    {yes + `v=$(head -c 900000 /dev/zero | tr '\0' a); while :; do echo '{"type":"setenv","message":"K='$v'"}'; done`, "16 MiB of them"},
	} {
		t.Run(name, func(t *testing.T) {
			r, _, log := program(t, "endless", test.script)
			_, err := r.Do(t.Context(), Service{Name: "db", Type: "endless"}, Up)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			gone(t, read(t, log))
		})
	}
}

// TestEndlessAnswer: what is read as a whole has a bound, too.
func TestEndlessAnswer(t *testing.T) {
	r, _, log := program(t, "model", `case "$1" in ls) echo $$ > "$LOG"; exec tr '\0' a < /dev/zero;; esac`)
	_, err := r.Bring(t.Context(), Model{Name: "m", Model: "ai/x"})
	if err == nil {
		t.Error("no error")
	}
	gone(t, read(t, log))
	r, _, log = program(t, "talks", `case "$2" in metadata) echo $$ > "$LOG"; exec tr '\0' a < /dev/zero;; esac`)
	if _, err := r.Do(t.Context(), Service{Name: "db", Type: "talks"}, Up); err != nil {
		t.Error(err) // one that answers nonsense answers nothing
	}
	gone(t, read(t, log))
}

// TestKept: no more is kept than there may be.
func TestKept(t *testing.T) {
	k := kept{most: 5}
	if n, err := k.Write([]byte("abc")); n != 3 || err != nil {
		t.Error(n, err)
	}
	if n, err := k.Write([]byte("defg")); n != 2 || err == nil || k.String() != "abcde" || !k.over {
		t.Error(n, err, k.String())
	}
	silent := kept{most: 5, silent: true}
	if n, err := silent.Write([]byte("abcdefg")); n != 7 || err != nil || silent.String() != "abcde" {
		t.Error(n, err, silent.String())
	}
}

// TestProviderEnds: when the context ends, so does the program with all that it
// started; one that does not want to ends when it is forced to.
func TestProviderEnds(t *testing.T) {
	const begin = `case "$2" in metadata) exit 1;; esac
`
	r, _, log := program(t, "slow", begin+`sleep 1000 & echo $$ $! > "$LOG"; wait; sleep 1000`)
	ctx, cancel := context.WithCancel(t.Context())
	var asked time.Time
	go func() { pids(t, log, 2); asked = time.Now(); cancel() }()
	if _, err := r.Do(ctx, Service{Name: "db", Type: "slow"}, Up); err != context.Canceled {
		t.Errorf("error %v", err)
	}
	if runtime.GOOS == "linux" && time.Since(asked) >= stopTime {
		t.Error("what the program started was waited for")
	}
	gone(t, read(t, log))

	r, _, log = program(t, "deaf", begin+`trap '' INT; sleep 1000 & echo $$ $! > "$LOG"; while :; do wait; done`)
	force, kill := context.WithCancel(t.Context())
	r.o.Force = force
	ctx, cancel = context.WithCancel(t.Context())
	go func() { pids(t, log, 2); cancel(); kill() }()
	if _, err := r.Do(ctx, Service{Name: "db", Type: "deaf"}, Up); err != context.Canceled {
		t.Errorf("error %v", err)
	}
	gone(t, read(t, log))
}

// TestMain lets the test program be one that calls a provider, for
// TestProviderDiesWithUs.
func TestMain(m *testing.M) {
	if dir := os.Getenv("PROVIDER_OF"); dir != "" {
		r := New(Options{Project: "demo", PluginDirs: []string{dir}})
		_, _ = r.Do(context.Background(), Service{Name: "db", Type: "slow"}, Up)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestProviderDiesWithUs: a program does not outlive this one, however that ends.
func TestProviderDiesWithUs(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // no other kernel knows how
	}
	r, _, log := program(t, "slow", `case "$2" in metadata) exit 1;; esac
echo $$ > "$LOG"; exec sleep 1000`)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "PROVIDER_OF="+r.o.PluginDirs[0], "LOG="+log)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pids(t, log, 1)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	gone(t, read(t, log))
}

// pids waits until a program has noted n process ids.
func pids(t *testing.T, log string, n int) {
	for range 1000 {
		if text := read(t, log); len(strings.Fields(text)) >= n && strings.HasSuffix(text, "\n") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the program noted no process")
}

// gone fails where one of the processes still runs.
func gone(t *testing.T, ids string) {
	t.Helper()
	if ids == "" {
		t.Error("the program noted no process")
	}
	for _, id := range strings.Fields(ids) {
		pid, err := strconv.Atoi(id)
		if err != nil {
			t.Fatal(err)
		}
		running := true
		for range 1000 {
			if running = syscall.Kill(pid, 0) == nil && !zombie(id); !running {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if running {
			t.Errorf("process %d still runs", pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// zombie tells a process that has ended, and that nobody has waited for.
func zombie(id string) bool {
	text, err := os.ReadFile("/proc/" + id + "/stat")
	_, after, _ := strings.Cut(string(text), ") ")
	return err == nil && strings.HasPrefix(after, "Z")
}
