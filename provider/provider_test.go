package provider

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/compose-orchestrator/compose/event"
)

// program installs a shell script as docker's plugin of that name and returns a
// runner that finds it, what it tells, and the file that the script can note
// its arguments in: $LOG.
func program(t *testing.T, name, script string) (r *Runner, told func() []string, log string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the program is a shell script")
	}
	dir := t.TempDir()
	log = filepath.Join(dir, "log")
	if err := os.WriteFile(filepath.Join(dir, "docker-"+name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex // guards texts
	var texts []string
	note := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		texts = append(texts, text)
	}
	r = New(Options{
		Project: "demo", PluginDirs: []string{dir}, Environ: append(os.Environ(), "LOG="+log),
		Sink: func(e event.Event) {
			switch e := e.(type) {
			case event.Status:
				note("status " + e.Text)
			case event.Output:
				note("output " + e.Text)
			case event.Part:
				note("part " + e.Text)
			case event.Message:
				note(string(e.Level) + " " + e.Text)
			}
		},
	})
	return r, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(texts)
	}, log
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

// speaks is a program that does all that the protocol has.
const speaks = `
echo "$COMPOSE_PROJECT_NAME: $*" >> "$LOG"
case "$2" in
metadata) exit 1 ;;
esac
echo '{"type":"info","message":"preparing"}'
echo '{"type":"debug","message":"detail"}'
echo 'to people' >&2
echo '{"type":"setenv","message":"URL=http://x?a=b"}'
echo
echo '{"type":"rawsetenv","message":"TOKEN=t"}'
echo '{"type":"get-service-config"}'
read -r config
echo "$config" >> "$LOG"
`

func TestUp(t *testing.T) {
	r, told, log := program(t, "cloudy", speaks)
	res, err := r.Do(t.Context(), Service{
		Name: "my-db", Type: "cloudy", Options: map[string][]string{"size": {"10"}, "list": {"a", "b"}},
		Config: func() ([]byte, error) { return []byte(`{"provider":{}}`), nil },
	}, Up)
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"MY-DB_URL": "http://x?a=b", "TOKEN": "t"}; !maps.Equal(res.Env, want) {
		t.Errorf("variables: got %v, want %v", res.Env, want)
	}
	got := told()
	slices.Sort(got)
	if want := []string{"debug my-db: detail", "output to people", "status preparing"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	want := "demo: compose metadata\n" +
		"demo: compose --project-name=demo up --list=a --list=b --size=10 my-db\n" +
		`{"provider":{}}` + "\n"
	if got := read(t, log); got != want {
		t.Errorf("calls\n got %s\nwant %s", got, want)
	}
}

// describes is a program that says what it takes, and knows no stop.
const describes = `
case "$2" in
metadata) echo '{"description":"d","up":{"parameters":[{"name":"size","required":true}]},"down":{}}' ;;
*) echo "$*" >> "$LOG" ;;
esac
`

func TestMetadata(t *testing.T) {
	r, _, log := program(t, "cloudy", describes)
	s := Service{Name: "db", Type: "cloudy", Options: map[string][]string{"size": {"1"}, "other": {"2"}}}
	for _, verb := range []Verb{Up, Down} {
		if _, err := r.Do(t.Context(), s, verb); err != nil {
			t.Fatalf("%s: %v", verb, err)
		}
	}
	if res, err := r.Do(t.Context(), s, Stop); err != nil || !res.Skipped {
		t.Errorf("stop: got %+v, %v, want it skipped", res, err)
	}
	want := "compose --project-name=demo up --size=1 db\ncompose --project-name=demo down db\n"
	if got := read(t, log); got != want {
		t.Errorf("calls\n got %s\nwant %s", got, want)
	}
	delete(s.Options, "size")
	if _, err := r.Do(t.Context(), s, Up); err == nil || !strings.Contains(err.Error(), `needs the option "size"`) {
		t.Errorf("without a required option: %v", err)
	}
}

func TestFailures(t *testing.T) {
	for _, tt := range []struct{ name, script, want string }{
		{"its own words", `echo '{"type":"error","message":"no money"}'; exit 3`, "no money"},
		{"an error and a good end", `echo '{"type":"error","message":"no money"}'`, "no money"},
		{"no words", `[ "$2" = metadata ] || exit 3`, "could not do up: exit status 3"},
		{"no message", `echo hello`, `printed something that is no message: "hello"`},
		{"an unknown message", `echo '{"type":"dance"}'`, `unknown type "dance"`},
		{"no variable", `echo '{"type":"setenv","message":"URL"}'`, "no KEY=value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, _, _ := program(t, "cloudy", tt.script+"\n")
			_, err := r.Do(t.Context(), Service{Name: "db", Type: "cloudy"}, Up)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want …%s…", err, tt.want)
			}
		})
	}
}

func TestNoProgram(t *testing.T) {
	r := New(Options{})
	for name, want := range map[string]string{
		"compose": "is no provider", "no-such-provider": "neither a plugin docker-no-such-provider nor a program",
	} {
		if _, err := r.Do(t.Context(), Service{Name: "db", Type: name}, Up); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want …%s…", name, err, want)
		}
	}
}

// TestCancel: a program that is told to end ends, and what it leaves behind does
// not keep the call.
func TestCancel(t *testing.T) {
	r, told, _ := program(t, "cloudy", `[ "$2" = metadata ] && exit 1
echo '{"type":"info","message":"up"}'
exec sleep 600
`)
	ctx, cancel := context.WithCancel(t.Context())
	sink := r.o.Sink
	r.o.Sink = func(e event.Event) { sink(e); cancel() }
	if _, err := r.Do(ctx, Service{Name: "db", Type: "cloudy"}, Up); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a cancellation; told %q", err, told())
	}
}

// runner is a Model Runner that has ai/there.
const runner = `
echo "$*" >> "$LOG"
case "$1" in
ls) echo '[{"tags":["ai/there:latest"]}]' ;;
pull) echo "half"; echo "all"; [ "$2" != ai/none ] || { echo "no such model" >&2; exit 1; } ;;
status) echo '{"running":true,"endpoint":"http://runner/v1/"}' ;;
esac
`

func TestBring(t *testing.T) {
	r, told, log := program(t, "model", runner)
	at, err := r.Bring(t.Context(), Model{Name: "llm", Model: "ai/new", ContextSize: 1024, RuntimeFlags: []string{"--a", "b"}})
	if want := (Endpoint{"http://runner/v1/", "ai/new"}); err != nil || at != want {
		t.Fatalf("got %+v, %v, want %+v", at, err, want)
	}
	if _, err := r.Bring(t.Context(), Model{Name: "llm", Model: "there"}); err != nil {
		t.Fatal(err)
	}
	want := "ls --json\npull ai/new\nconfigure --context-size 1024 ai/new -- --a b\nstatus --json\n" +
		"ls --json\nconfigure there\nstatus --json\n"
	if got := read(t, log); got != want {
		t.Errorf("calls\n got %s\nwant %s", got, want)
	}
	if want := []string{"status Pulling", "part half", "part all", "status Pulled"}; !slices.Equal(told(), want) {
		t.Errorf("told %q, want %q", told(), want)
	}
	if _, err := r.Bring(t.Context(), Model{Name: "llm", Model: "ai/none"}); err == nil || !strings.Contains(err.Error(), "no such model") {
		t.Errorf("a model that there is not: %v", err)
	}
}
