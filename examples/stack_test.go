package examples

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// compose is the program under test.
var compose = os.Getenv("COMPOSE_BIN")

// patience is how long anything may take before its test fails.
const patience = 3 * time.Minute

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if os.Getenv("COMPOSE_TEST_ENGINE") != "1" {
		return m.Run()
	}
	if compose != "" {
		compose, _ = filepath.Abs(compose) // the tests run it in other folders
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "compose-examples-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	compose = filepath.Join(dir, "compose")
	build := exec.Command("go", "build", "-o", compose, "../cmd/compose")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building cmd/compose:", err)
		return 1
	}
	return m.Run()
}

// stack is one example in a folder, with a project name and a port of its own.
type stack struct {
	t    *testing.T
	dir  string
	name string // of the project
	url  string
	env  []string
}

// newStack copies an example into a folder of the test. At the test's end the
// project is taken down, and what is left of it then is an error.
func newStack(t *testing.T, example string) *stack {
	t.Helper()
	if os.Getenv("COMPOSE_TEST_ENGINE") != "1" {
		t.Skip("needs an engine: COMPOSE_TEST_ENGINE=1 is not set")
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	s := &stack{
		t:    t,
		dir:  dir,
		name: strings.ToLower(fmt.Sprintf("ex-%s-%d", strings.ReplaceAll(t.Name(), "/", "-"), os.Getpid())),
		url:  "http://127.0.0.1:" + port,
	}
	s.env = append(os.Environ(), "PORT="+port, "COMPOSE_PROJECT_NAME="+s.name)
	t.Cleanup(s.remove)
	return s
}

// remove takes everything down and checks with the engine that nothing is left.
func (s *stack) remove() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if out, err := s.command(ctx, "down", "--volumes", "--rmi", "local", "--timeout", "5").CombinedOutput(); err != nil {
		s.t.Errorf("compose down: %v\n%s", err, out)
	}
	if err := engine.pruneUntagged(ctx, s.name); err != nil {
		s.t.Error(err)
	}
	left, err := engine.leftovers(ctx, s.name)
	if err != nil {
		s.t.Error(err)
	}
	for _, path := range left {
		s.t.Errorf("left behind: %s", path)
		if err := engine.do(ctx, http.MethodDelete, path, nil, nil); err != nil {
			s.t.Log(err)
		}
	}
}

func (s *stack) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, compose, args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	return cmd
}

// compose runs a command to its end and returns what it printed on stdout.
func (s *stack) compose(args ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	cmd := s.command(ctx, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("compose %s: %v\n%s%s", strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return stdout.String()
}

// containers are the ids by service.
func (s *stack) containers() map[string]string {
	s.t.Helper()
	ids, err := engine.containers(s.t.Context(), s.name)
	if err != nil {
		s.t.Fatal(err)
	}
	return ids
}

// write replaces a file of the project.
func (s *stack) write(name, content string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// edit replaces a text in a file of the project.
func (s *stack) edit(name, from, to string) {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(from)) {
		s.t.Fatalf("%s has no %q", name, from)
	}
	s.write(name, strings.Replace(string(text), from, to, 1))
}

// get returns the body of a successful answer of the project's published port.
func (s *stack) get(path string) string {
	s.t.Helper()
	body, err := s.request(http.MethodGet, path, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return body
}

// send sends a body and returns that of the answer.
func (s *stack) send(method, path, body string) string {
	s.t.Helper()
	answer, err := s.request(method, path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer
}

func (s *stack) request(method, path, body string) (string, error) {
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	return string(text), err
}

// awaitBody asks until an answer holds the text: a server that reads its source
// anew tells nobody when it has.
func (s *stack) awaitBody(path, want string) string {
	s.t.Helper()
	var body string
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if body, err = s.request(http.MethodGet, path, ""); err == nil && strings.Contains(body, want) {
			return body
		}
	}
	s.t.Fatalf("GET %s: got %q, error %v; want %q", path, body, err, want)
	return ""
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// buildHello builds the program that the example hello's image is made of.
func buildHello(t *testing.T, s *stack) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(s.dir, "hello"), "./hello")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building hello: %v\n%s", err, out)
	}
}
