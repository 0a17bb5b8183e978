package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// The table of stats has totals, and is in the order that was asked for.
func TestStatsTable(t *testing.T) {
	measured := func(name string, u list.Usage) list.Stats {
		s := u.Stats()
		s.Name, s.ID = name, "0123456789abcdef"
		return s
	}
	now := []list.Stats{
		measured("api", list.Usage{CPU: 0.5, Memory: 3 << 20, Limit: 1 << 30, Received: 1000, Sent: 10, PIDs: 2}),
		{Name: "new", ID: "0123456789abcdef"},
		measured("web", list.Usage{CPU: 1.25, Memory: 1 << 20, Limit: 1 << 30, Read: 5000, PIDs: 1}),
	}
	for order, want := range map[string]string{
		"name": `NAME             CPU %   MEM USAGE / LIMIT   MEM %     NET I/O   PIDS
api             50.00%         3MiB / 1GiB   0.29%   1kB / 10B      2
new                  -                   -       -           -      -
web            125.00%         1MiB / 1GiB   0.10%     0B / 0B      1
3 containers   175.00%         4MiB / 1GiB   0.39%   1kB / 10B      3
`,
		"cpu": `NAME             CPU %   MEM USAGE / LIMIT   MEM %     NET I/O   PIDS
web            125.00%         1MiB / 1GiB   0.10%     0B / 0B      1
api             50.00%         3MiB / 1GiB   0.29%   1kB / 10B      2
new                  -                   -       -           -      -
3 containers   175.00%         4MiB / 1GiB   0.39%   1kB / 10B      3
`,
	} {
		f := statsFlags{sort: order}
		var b terminal.Buffer
		b.Lines(f.table(now).Lines(render.FitTo{Cols: 79}, render.Style{})...)
		if got := b.String(); got != want {
			t.Errorf("by %s: got:\n%s\nwant:\n%s", order, got, want)
		}
	}
	f := statsFlags{}
	if got := f.table([]list.Stats{{Name: "new"}}); got.Total != nil {
		t.Errorf("a total of nothing: %v", got.Total)
	}
}

// On a terminal top and events are for people.
func TestTopAndEventsOnATerminal(t *testing.T) {
	dir := t.TempDir()
	server, err := enginetest.Listen(enginetest.Options{HostFolders: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	file := "services:\n  web: {image: alpine, command: [sh, -c, 'sleep 1000; true'], stop_grace_period: 0s}\n  job: {image: alpine, command: [sh, -c, 'exit 3']}\n"
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	environ := []string{"DOCKER_HOST=" + server.Host, "COMPOSE_PROJECT_NAME=demo", "NO_COLOR=1", "PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	onTerminal(t, dir, environ, "up", "-d")
	soon := strconv.FormatInt(time.Now().Unix()+1, 10)
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"top", "web"}, `(?s)^SERVICE   #   UID +PID .* CMD\r\nweb       1   root .* sh -c sleep 1000; true\r\n`},
		{[]string{"events", "--since", "10m", "--until", soon, "job"}, `(?m)^\d\d:\d\d:\d\d\.\d{3}  job-1  create +image alpine\r$`},
		{[]string{"events", "--since", "10m", "--until", soon, "job"}, `(?m)^\d\d:\d\d:\d\d\.\d{3}  job-1  die +exit code 3 after \d+s\r$`},
	} {
		if got := onTerminal(t, dir, environ, tt.args...); !regexp.MustCompile(tt.want).MatchString(got) {
			t.Errorf("%q: got %q, want %q", tt.args, got, tt.want)
		}
	}
}

// What flags and variables say of the display, on a terminal.
func TestDisplayFlags(t *testing.T) {
	dir := t.TempDir()
	server, err := enginetest.Listen(enginetest.Options{HostFolders: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	file := "services:\n  web: {image: alpine, command: [sleep, '1000'], stop_grace_period: 0s}\n"
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	const (
		live    = `^\x1b\[\?25l(?s).*Container demo-web-1 .*Started.*\x1b\[\?25h$`
		plain   = `^ Network demo_default Creating\r\n(?s)[^\x1b]* Container demo-web-1 Started\r\n$`
		objects = `^(\{"v":1,"type":"[a-z]+",[^\r\n]*\}\r\n)+$`
		nothing = `^$`
	)
	coloured := regexp.MustCompile(`\x1b\[3\dm`)
	for _, tt := range []struct {
		environ, flags string
		want           string
		colours        bool
	}{
		{"TERM=xterm", "", live, true},
		{"NO_COLOR=1", "", live, false},
		{"TERM=dumb", "", plain, false},
		{"TERM=dumb", "--ansi always", live, true},
		{"COMPOSE_ANSI=never", "", plain, false},
		{"COMPOSE_ANSI=never", "--ansi always", live, true},
		{"COMPOSE_ANSI=never", "--progress tty", live, false},
		{"COMPOSE_ANSI=odd", "", live, true},
		{"COMPOSE_PROGRESS=plain", "", plain, false},
		{"COMPOSE_PROGRESS=json", "", objects, false},
		{"COMPOSE_PROGRESS=json", "--progress plain", plain, false},
		{"COMPOSE_PROGRESS=quiet", "", nothing, false},
		{"COMPOSE_PROGRESS=quiet", "--progress auto", live, true},
	} {
		environ := []string{
			"DOCKER_HOST=" + server.Host, "COMPOSE_PROJECT_NAME=demo", "COMPOSE_STATUS_STDOUT=1",
			"PATH=" + os.Getenv("PATH"), "HOME=" + dir, tt.environ,
		}
		got := onTerminal(t, dir, environ, append(strings.Fields(tt.flags), "up", "-d")...)
		if !regexp.MustCompile(tt.want).MatchString(got) || coloured.MatchString(got) != tt.colours {
			t.Errorf("%s %s: got %q, want %s, colours %v", tt.environ, tt.flags, got, tt.want, tt.colours)
		}
		onTerminal(t, dir, environ, "--progress", "quiet", "down")
	}
}
