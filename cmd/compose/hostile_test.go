//go:build !windows

package main

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/internal/screentest"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// evil is what a hostile text does where a terminal gets it as it is: it writes to
// the clipboard, moves the cursor, turns the direction, begins a line.
const evil = "e\x1b]52;c;aGk=\a\x1b[\x1b#8m\x1b[2J\u009b1A\u202e\xff\r\n Container forged\tx"

// commanded finds what is more than text, line ends, colours and what the live
// region needs.
var (
	allowedControls = regexp.MustCompile(`\x1b\[[0-9;:]*m|\x1b\[\?(25|7)[lh]|\x1b\[[0-9]*A|\x1b\[2K|\x1b\]8;;(https?://[!-~]*)?\x1b\\|[\r\n\t]`)
	commanded       = regexp.MustCompile(`[\x00-\x1f\x7f\x{80}-\x{9f}\x{061c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{206f}]`)
)

// screenOf is what a command writes on a terminal that it has as its output and
// error stream.
func screenOf(t *testing.T, dir string, environ []string, args ...string) string {
	t.Helper()
	ours, theirs, err := screentest.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	shown := make(chan []byte)
	go func() {
		text, _ := io.ReadAll(ours) // it ends with an error when the other side is closed
		shown <- text
	}()
	out := terminal.OutputOf(theirs)
	a := &app{stdin: bytes.NewReader(nil), stdout: out, stderr: terminal.OutputOf(theirs), environ: environ, dir: dir}
	a.run(args)
	if err := theirs.Close(); err != nil {
		t.Error(err)
	}
	return string(<-shown)
}

// hostileEngine is an engine with what somebody else has made in the name of
// project demo.
func hostileEngine(t *testing.T, dir string) *enginetest.Server {
	t.Helper()
	server, err := enginetest.Listen(enginetest.Options{HostFolders: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	c, err := client.NewClientWithOpts(client.WithHost(server.Host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	labels := map[string]string{
		"com.docker.compose.project": "demo", "com.docker.compose.service": evil, "com.docker.compose.container-number": "1",
		"com.docker.compose.oneoff": "False", "com.docker.compose.project.config_files": evil, "com.docker.compose.project.working_dir": evil,
		"com.docker.compose.config-hash": evil, "com.docker.compose.depends_on": evil, "x": evil,
	}
	for name, project := range map[string]string{"evil": "demo", "other": evil} {
		labels := maps.Clone(labels)
		labels["com.docker.compose.project"] = project
		r, err := c.ContainerCreate(t.Context(), &container.Config{
			Image: "alpine", Cmd: []string{"sh", "-c", "echo \"$X\"; sleep 1000"}, Env: []string{"X=" + evil}, Labels: labels,
		}, nil, nil, nil, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.ContainerStart(t.Context(), r.ID, container.StartOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.VolumeCreate(t.Context(), volume.CreateOptions{Name: "evil", Labels: labels, Driver: "local"}); err != nil {
		t.Fatal(err)
	}
	return server
}

// TestHostileCompletion: a shell is offered nothing that its terminal would obey.
func TestHostileCompletion(t *testing.T) {
	dir := t.TempDir()
	server := hostileEngine(t, dir)
	for _, args := range [][]string{{"-p", ""}, {"-p", "demo", "logs", ""}, {"-p", "demo", "exec", ""}, {"-p", "demo", "volumes", ""}} {
		var out bytes.Buffer
		a := &app{
			stdin: bytes.NewReader(nil), stdout: terminal.OutputOf(&out), stderr: terminal.OutputOf(io.Discard), dir: dir,
			environ: []string{"DOCKER_HOST=" + server.Host, "HOME=" + dir},
		}
		a.run(append([]string{"__complete"}, args...))
		if text := out.String(); commanded.MatchString(strings.NewReplacer("\n", "", "\t", "").Replace(text)) || strings.Contains(text, "forged") {
			t.Errorf("%q offers %q", args, text)
		}
	}
}

// TestUntypable: what bash would put into a command line as more than a word is not
// offered.
func TestUntypable(t *testing.T) {
	for offer, want := range map[string]bool{
		"web": false, "web.1=\t1 running (!)": false, "größe": false, "a:80/tcp": false,
		"$(id)": true, "`id`": true, "a;id": true, "a b": true, "a|b": true, "a&": true, "<a": true, "~a": true, "a*": true, `a\b`: true,
		`a"`: true, "a'": true, "{a,b}": true, "#a": true, "!a": true, "--force": true, "-f": true, evil: true, "a\t" + evil: true,
	} {
		if got := untypable(offer); got != want {
			t.Errorf("%q: got %v", offer, got)
		}
	}
}

// TestStrays: what libraries print, and programs that they start, is told as messages.
func TestStrays(t *testing.T) {
	ours, theirs, err := screentest.OpenPTY()
	if err != nil {
		t.Fatal(err)
	}
	defer ours.Close()
	a := &app{stdout: terminal.OutputOf(theirs), stderr: terminal.OutputOf(theirs)}
	strays := a.openStrays()
	if _, err := strays.WriteString(evil + "\nlast, without an end" + strings.Repeat("x", 100)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.close(), theirs.Close()); err != nil {
		t.Fatal(err)
	}
	shown, _ := io.ReadAll(ours) // it ends with an error when the other side is closed
	if rest := allowedControls.ReplaceAllString(string(shown), ""); commanded.MatchString(rest) || !strings.Contains(rest, "last") {
		t.Errorf("the terminal got %q", shown)
	}
}

// hostileFiles are Compose files by their names.
var hostileFiles = map[string]string{
	"compose.yaml": `name: demo
x-note: "` + "e\\e]52;c;aGk=\\a\\u202e" + `"
services:
  web:
    image: alpine
    command: ["sh", "-c", "echo '\e]0;t\a\e[\e#8m\e[\b\bm'; sleep 1000"]
    stop_grace_period: 0s
    healthcheck: {test: ["CMD-SHELL", "echo '\e]52;c;aGk=\a\u202e'; exit 1"], interval: 100ms, retries: 1}
    labels: {a: "\e[2J\u009b"}
    environment: {A: "\e[2J\u009b\u202e"}
    env_file: [{path: "no\e]0;t\a\u202e.env", required: false}]
`,
	"bad.yaml":               "services: {web: {image: \"al\\e[2J\\u202epine\\a\", imagee: \"\\e[2J\"}}\n",
	"worse.yaml":             "services: {web: {image: alpine, \"\\e]0;t\\a\\u202e\": x}}\n",
	"e\x1b]0;t\a\u202e.yaml": "services: {}}\n",
}

// control is what a hostile argument holds.
const control = "\x1b[2J\u202e\a"

// hostileCommands are what TestHostile runs.
var hostileCommands = [][]string{
	{"up", "--wait", "--wait-timeout", "5"}, {"--ansi", "never", "up", "--wait"}, {"--progress", "plain", "up", "--wait"},
	{"--progress", "json", "up", "--wait"}, {"--progress", "quiet", "up", "--wait"}, {"--debug", "up", "--wait"},
	{"ps", "-a"}, {"ps", "--orphans", "--format", "table"}, {"ps", "--format", "{{.Labels}} {{.Service}}"}, {"ps", "--format", "json"},
	{"ps", "--format", "table {{.Service}}\t{{.Label \"x\"}}"}, {"ps", "--services"}, {"-p", "demo", "ps", "--details", "--stats"},
	{"ls", "-a"}, {"ls", "-aq"}, {"ls", "--format", "json"}, {"volumes"}, {"volumes", "--format", "{{.Labels}}"}, {"volumes", "--format", "json"},
	{"images"}, {"top"}, {"stats", "--no-stream"}, {"stats", "--no-stream", "--format", "json"}, {"diff"}, {"diff", "--format", "json"}, {"explain"}, {"explain", "web"}, {"explain", "--format", "json"},
	{"logs"}, {"logs", "--format", "json"}, {"--ansi", "never", "logs", "--no-log-prefix"}, {"-p", "demo", "logs", control},
	{"config"}, {"config", "--format", "json"}, {"config", "--environment"}, {"config", "--images"}, {"config", "--hash", "*"},
	{"-f", "bad.yaml", "config"}, {"-f", "worse.yaml", "config"}, {"-f", "e\x1b]0;t\a\u202e.yaml", "config"}, {"-f", "no" + control, "config"},
	{"-f", "https://example.com/" + control + ".git", "config"}, {"-f", "oci://example.com/" + control, "config"},
	{"events", "--since", "1h", "--until", "1s"}, {"events", "--json", "--since", "1h", "--until", "1s"},
	{control}, {"ps", "--" + control}, {"ps", "--format", "{{." + control}, {"up", control}, {"-p", control, "ps"}, {"--ansi", control, "ps"}, {"logs", "--tail", control}, {"port", "web", control},
	{"exec", control, "true"}, {"cp", control, control}, {"help", control}, {"alpha", "viz"}, {"alpha", "generate", "evil"}, {"alpha", "generate", control},
	{"--dry-run", "up", "--remove-orphans"}, {"--dry-run", "down", "--remove-orphans"}, {"rm", "-s"}, {"stop"},
	{"--progress", "plain", "down", "--remove-orphans", "-t", "0"}, {"down", "--remove-orphans", "-t", "0"},
}

// TestHostile: no command hands to a terminal what a label, a file, an argument
// or the engine says.
func TestHostile(t *testing.T) {
	dir := t.TempDir()
	server := hostileEngine(t, dir)
	for name, text := range hostileFiles {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server.Engine.Fault(enginetest.ContainerStop, enginetest.Fault{Status: 500, Message: evil})
	environ := []string{"DOCKER_HOST=" + server.Host, "PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	for _, args := range hostileCommands {
		text := screenOf(t, dir, environ, args...)
		if !utf8.ValidString(text) {
			t.Errorf("%q: no UTF-8: %q", args, text)
		}
		rest := allowedControls.ReplaceAllString(text, "")
		if at := commanded.FindStringIndex(rest); at != nil {
			t.Errorf("%q: %q is left, in\n%q", args, rest[at[0]:at[1]], text)
		}
		if strings.Contains(text, "\n Container forged") {
			t.Errorf("%q: a line is forged:\n%s", args, text)
		}
		if testing.Verbose() {
			t.Logf("%q\n%s", args, text)
		}
	}
}
