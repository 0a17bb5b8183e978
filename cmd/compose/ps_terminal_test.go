package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/internal/screentest"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// onTerminal runs the program in dir with a terminal as its standard output,
// and returns what that shows.
func onTerminal(t *testing.T, dir string, environ []string, args ...string) string {
	t.Helper()
	master, tty, err := screentest.OpenPTY()
	if err != nil {
		t.Skip("needs a pseudo-terminal: ", err)
	}
	defer master.Close()
	shown := make(chan []byte)
	go func() {
		text, _ := io.ReadAll(master) // it ends with an error when the other side is closed
		shown <- text
	}()
	var errs bytes.Buffer
	a := &app{stdin: bytes.NewReader(nil), stdout: terminal.OutputOf(tty), stderr: terminal.OutputOf(&errs), environ: environ, dir: dir}
	code := a.run(args)
	if err := tty.Close(); err != nil {
		t.Error(err)
	}
	text := string(<-shown)
	if code != 0 {
		t.Fatalf("%q: exit code %d: %s", args, code, errs.String())
	}
	return text
}

// On a terminal ps is for people: addresses to click on, and colours; a format
// that was asked for is as on a pipe.
func TestPsOnATerminal(t *testing.T) {
	dir := t.TempDir()
	server, err := enginetest.Listen(enginetest.Options{HostFolders: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	file := "services:\n  web: {image: alpine, command: [sleep, '1000'], stop_grace_period: 0s, ports: ['127.0.0.1:18080:80', '18432:5432']}\n"
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}
	environ := []string{"DOCKER_HOST=" + server.Host, "COMPOSE_PROJECT_NAME=demo", "PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	onTerminal(t, dir, environ, "up", "-d")
	t.Cleanup(func() { onTerminal(t, dir, environ, "down") })

	for _, tt := range []struct {
		environ []string
		args    []string
		want    string
	}{
		{nil, []string{"ps"}, `^\x1b\[1mNAME +SERVICE +STATUS +PORTS\x1b\[0m\r\n` +
			`demo-web-1 +web +\x1b\[32mUp [^\x1b]+\x1b\[0m +` +
			`\x1b\]8;;http://127.0.0.1:18080\x1b\\http://127.0.0.1:18080\x1b\]8;;\x1b\\, 18432->5432/tcp\r\n$`},
		{nil, []string{"--ansi", "never", "ps"}, `\r\ndemo-web-1 +web +Up .* +http://127.0.0.1:18080, 18432->5432/tcp\r\n$`},
		{[]string{"NO_COLOR=1"}, []string{"ps"}, `demo-web-1 +web +Up .* +\x1b\]8;;http`},
		{nil, []string{"ps", "--details"}, `^\x1b\[1mNAME +SERVICE +STATUS +RESTARTS +PORTS\x1b\[0m\r\ndemo-web-1 .* 0 +\x1b\]8`},
		{nil, []string{"ps", "--format", "table"}, `^NAME +IMAGE +COMMAND +SERVICE +CREATED +STATUS +PORTS\r\n`},
		{nil, []string{"ps", "-q"}, `^[0-9a-f]{64}\r\n$`},
	} {
		got := onTerminal(t, dir, append(environ, tt.environ...), tt.args...)
		if !regexp.MustCompile(tt.want).MatchString(got) {
			t.Errorf("%q %q:\n got %q\nwant %s", tt.environ, tt.args, got, tt.want)
		}
	}
}
