// Package script_test runs the scripts where no container engine can.
package script_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain makes this process the parent of what the scripts leave behind, as a
// container's first process is, and reaps none of it.
func TestMain(m *testing.M) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// machine is a folder of programs that stand in for the machine's own.
type machine struct {
	bin string
	env []string
}

// newMachine has a compose that finds no engine, a C compiler, and a sudo and an
// apt-get that change nothing.
func newMachine(t *testing.T) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{bin: filepath.Join(dir, "bin")}
	if err := os.Mkdir(m.bin, 0o755); err != nil {
		t.Fatal(err)
	}
	m.program(t, "compose", "exit 1")
	m.program(t, "sudo", `exec "$@"`)
	m.program(t, "apt-get", "exit 1")
	m.program(t, "cc", "")
	m.env = append(os.Environ(),
		"PATH="+m.bin+":"+os.Getenv("PATH"), "COMPOSE_BIN="+filepath.Join(m.bin, "compose"), "XDG_CACHE_HOME="+dir,
		"COMPOSE_DEV_SYSTEMD="+filepath.Join(dir, "none"), "COMPOSE_DEV_PATIENCE=1", "COMPOSE_TEST_REQUIRE_ENGINE=", "CI=")
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} { // the first follows XDG_CACHE_HOME
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		m.env = append(m.env, name+"="+strings.TrimSpace(string(out)))
	}
	return m
}

// program adds one, a shell script.
func (m *machine) program(t *testing.T, name, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(m.bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// run runs a script of this folder. The time that it has is long for a busy
// machine, and short for what never ends.
func (m *machine) run(t *testing.T, script string, args ...string) (stdout string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "./"+script, args...)
	cmd.Env, cmd.WaitDelay = m.env, time.Second
	var errs strings.Builder
	cmd.Stderr = &errs
	began := time.Now()
	out, err := cmd.Output()
	t.Logf("%s %v took %v: %v\n%s%s", script, args, time.Since(began).Round(time.Millisecond), err, out, errs.String())
	return string(out), cmd.ProcessState.ExitCode()
}

const reason = `failed to start daemon: iptables failed: iptables -t nat -N DOCKER: Permission denied (you must be root)`

// TestEngineTellsWhy: a dockerd that ends is seen to, though its parent leaves it a
// zombie, and the line of its log that says why is the script's last.
func TestEngineTellsWhy(t *testing.T) {
	m := newMachine(t)
	m.program(t, "dockerd", "echo level=info msg=starting; echo '"+reason+"'; echo level=info msg=bye; exit 1")
	out, code := m.run(t, "engine", "start")
	if want := "dockerd does not start: " + reason + "\n"; out != want || code != 1 {
		t.Errorf("got %q and %d, want %q and 1", out, code, want)
	}
}

// TestEngineTellsWhyOfSystemd: the reason is in the journal there.
func TestEngineTellsWhyOfSystemd(t *testing.T) {
	m := newMachine(t)
	m.program(t, "dockerd", "exit 1")
	m.program(t, "systemctl", "exit 1")
	m.program(t, "journalctl", "echo '"+reason+"'; echo docker.service: Failed with result exit-code.")
	m.env = append(m.env, "COMPOSE_DEV_SYSTEMD="+m.bin)
	out, code := m.run(t, "engine", "start")
	if want := "docker.service does not start: " + reason + "\n"; out != want || code != 1 {
		t.Errorf("got %q and %d, want %q and 1", out, code, want)
	}
	m.program(t, "systemctl", "exit 0")
	out, code = m.run(t, "engine", "start")
	if want := "docker.service runs, and does not answer: " + reason + "\n"; out != want || code != 1 {
		t.Errorf("got %q and %d, want %q and 1", out, code, want)
	}
}

// TestEngineHasABound: a dockerd that never answers, and minds no signal, is ended.
func TestEngineHasABound(t *testing.T) {
	m := newMachine(t)
	pids := filepath.Join(t.TempDir(), "pids")
	m.program(t, "dockerd", "echo $$ >>"+pids+"; trap '' TERM; echo level=error msg=odd; while :; do sleep 0.1; done")
	out, code := m.run(t, "engine", "start")
	if want := "dockerd does not start: level=error msg=odd\n"; out != want || code != 1 {
		t.Errorf("got %q and %d, want %q and 1", out, code, want)
	}
	text, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range strings.Fields(string(text)) {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err == nil && !strings.Contains(string(stat), ") Z ") {
			t.Errorf("process %s is still there: %s", pid, stat)
		}
	}
}

// TestTestWithoutEngine: script/test runs the rest, says in its last lines what it
// did not and why, and fails only where an engine is demanded.
func TestTestWithoutEngine(t *testing.T) {
	m := newMachine(t)
	m.program(t, "dockerd", "echo '"+reason+"'; exit 1")
	m.program(t, "gofmt", "")
	m.program(t, "go", fakeGo(""))
	why := "end-to-end tests: no container engine: dockerd does not start: " + reason + "\n"
	out, code := m.run(t, "test")
	if want := "checks: 9 passed, 0 failed, 1 not run\nNOT RUN: " + why; !strings.HasSuffix(out, want) || code != 0 {
		t.Errorf("got %d, want 0 and at the end %q", code, want)
	}
	if !strings.Contains(out, "ran go test -race") || strings.Contains(out, "gotestsum") {
		t.Error("not the tests that need no engine, and they alone")
	}
	m.env = append(m.env, "COMPOSE_TEST_REQUIRE_ENGINE=1")
	out, code = m.run(t, "test")
	if want := "checks: 9 passed, 1 failed, 0 not run\nFAILED: " + why; !strings.HasSuffix(out, want) || code != 1 {
		t.Errorf("got %d, want 1 and at the end %q", code, want)
	}
}

// fakeGo is a Go that does nothing, but for what govulncheck is to do.
func fakeGo(govulncheck string) string {
	return `case "$*" in "env GOVERSION") echo go99.0 ;; "env GOARCH") echo amd64 ;; *govulncheck*) ` + govulncheck + `
;; *) echo "ran go $*" ;; esac`
}

// TestTestVulnerabilities: a finding is a failure, and so is a check that breaks; where
// the list of vulnerabilities cannot be had, the last lines say so.
func TestTestVulnerabilities(t *testing.T) {
	m := newMachine(t)
	m.program(t, "dockerd", "exit 1")
	m.program(t, "gofmt", "")
	const lost = `fetching vulnerabilities: Get "https://vuln.go.dev/index/modules.json.gz": no such host`
	for _, test := range []struct{ govulncheck, want string }{
		{"echo 'govulncheck: " + lost + "' >&2; exit 1", "checks: 8 passed, 0 failed, 2 not run\nNOT RUN: end-to-end tests: --no-engine\nNOT RUN: vulnerabilities: " + lost + "\n"},
		{"echo 'Vulnerability #1: GO-2026-0001'; exit 3", "checks: 8 passed, 1 failed, 1 not run\nNOT RUN: end-to-end tests: --no-engine\nFAILED: vulnerabilities\n"},
		{"echo 'govulncheck: loading packages: no' >&2; exit 1", "checks: 8 passed, 1 failed, 1 not run\nNOT RUN: end-to-end tests: --no-engine\nFAILED: vulnerabilities\n"},
	} {
		m.program(t, "go", fakeGo(test.govulncheck))
		out, code := m.run(t, "test", "--no-engine")
		if failed := strings.Contains(test.want, "FAILED"); !strings.HasSuffix(out, test.want) || failed != (code == 1) {
			t.Errorf("%s: got %d, want at the end %q", test.govulncheck, code, test.want)
		}
	}
}

// fuzzedGo is a Go with two fuzz targets in the package logs, whose test says with
// which flags it is called.
const fuzzedGo = `case "$*" in "env GOVERSION") echo go99.0 ;; "env GOARCH") echo amd64 ;;
"list -m") echo example.com/m ;;
"test -list "*) printf 'FuzzA\nFuzzB\nok\texample.com/m/logs\t0s\n' ;;
"test -c "*) printf '#!/bin/sh\necho "$*, execs: 7 (1/sec)"\ncase "$*" in *FuzzB*) exit ${FUZZ_B:-0} ;; esac\n' >"$5"; chmod +x "$5" ;; esac`

// TestFuzz: script/fuzz finds the targets and runs each for the time that is asked for,
// or for less; one that fails is told with all that it says.
func TestFuzz(t *testing.T) {
	m := newMachine(t)
	m.program(t, "go", fuzzedGo)
	m.program(t, "nproc", "echo 1")
	out, code := m.run(t, "fuzz", "5")
	if want := "./logs FuzzA: 7 inputs\n./logs FuzzB: 7 inputs\n"; out != want || code != 0 {
		t.Errorf("got %q and %d, want %q", out, code, want)
	}
	m.env = append(m.env, "FUZZ_B=1")
	out, code = m.run(t, "fuzz", "30", "40")
	if !strings.Contains(out, "./logs FuzzB: FAILED\n") || !strings.Contains(out, "-test.fuzz=^FuzzB$ -test.fuzztime=20s ") || code == 0 {
		t.Errorf("got %q and %d, want FuzzB's failure after 20 s", out, code)
	}
	m.program(t, "go", fakeGo(""))
	if _, code = m.run(t, "fuzz", "5"); code == 0 {
		t.Error("no target is no failure")
	}
}

// TestTestFuzzesInCI: there alone the targets make up inputs.
func TestTestFuzzesInCI(t *testing.T) {
	m := newMachine(t)
	m.program(t, "gofmt", "")
	m.program(t, "go", fuzzedGo)
	if out, code := m.run(t, "test", "--no-engine"); strings.Contains(out, "== fuzz") || code != 0 {
		t.Errorf("got %d, and it fuzzes", code)
	}
	m.env = append(m.env, "CI=true")
	if out, code := m.run(t, "test", "--no-engine"); !strings.Contains(out, "-- fuzz: ok") || code != 0 {
		t.Errorf("got %d, and no fuzzing", code)
	}
	m.env = append(m.env, "FUZZ_B=1")
	if out, code := m.run(t, "test", "--no-engine"); !strings.HasSuffix(out, "FAILED: fuzz\n") || code != 1 {
		t.Errorf("got %d, and fuzzing does not fail", code)
	}
}

// TestDemoWithoutEngine: script/demo shows its session on the engine in memory, and
// says so in its first line and its last.
func TestDemoWithoutEngine(t *testing.T) {
	m := newMachine(t)
	m.program(t, "dockerd", "echo '"+reason+"'; exit 1")
	compose := filepath.Join(m.bin, "compose")
	if err := os.Remove(compose); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", compose, "../cmd/compose").CombinedOutput(); err != nil {
		t.Fatalf("building: %v: %s", err, out)
	}
	m.env = append(m.env, "DOCKER_HOST=unix:///nowhere.sock", "PORT="+freePort(t))
	out, code := m.run(t, "demo")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	first, last := lines[0], lines[len(lines)-1]
	if code != 0 || !strings.Contains(first, "engine in memory") || !strings.Contains(first, reason) || !strings.Contains(last, "engine in memory") {
		t.Errorf("got %d, %q and %q, want the engine in memory named in both lines", code, first, last)
	}
	for _, want := range []string{"$ compose up -d --build --wait", "hello-web-1 ", "(healthy)", "You are visitor 1.", "$ compose down"} {
		if !strings.Contains(out, want) {
			t.Errorf("the session lacks %q", want)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
