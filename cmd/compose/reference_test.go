package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/compose-orchestrator/compose/internal/reference"
)

var update = flag.Bool("update", false, "write docs/reference, docs/man and the golden screens anew")

// TestReference: the manual pages and the reference say what the commands say.
func TestReference(t *testing.T) {
	book := reference.Book{Root: new(app).root(), Version: version, Sections: sections}
	want := map[string][]byte{}
	for name, text := range book.Files() {
		want[filepath.Join("../../docs", filepath.FromSlash(name))] = text
	}
	if *update {
		rewrite(t, want)
		return
	}
	stale := func(file, why string) { t.Errorf("%s %s: run make docs", filepath.Clean(file), why) }
	for file, text := range want {
		have, err := os.ReadFile(file)
		switch {
		case err != nil:
			stale(file, "is missing")
		case !bytes.Equal(bytes.ReplaceAll(have, []byte("\r\n"), []byte("\n")), text):
			stale(file, "is out of date")
		}
	}
	for _, file := range pages(t) {
		if want[file] == nil {
			stale(file, "is about no command")
		}
	}
}

// pages are the files that are generated now.
func pages(t *testing.T) []string {
	t.Helper()
	man, err := filepath.Glob("../../docs/man/*.1")
	if err != nil {
		t.Fatal(err)
	}
	markdown, err := filepath.Glob("../../docs/reference/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(man, markdown)
}

func rewrite(t *testing.T, files map[string][]byte) {
	t.Helper()
	for _, file := range pages(t) {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	for file, text := range files {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// sections are what the root's page says beyond its flags.
var sections = []reference.Section{
	{Title: "Environment", Entries: [][2]string{
		{"COMPOSE_FILE", "The files, separated by COMPOSE_PATH_SEPARATOR (: or, on Windows, ;), where -f is not given."},
		{"COMPOSE_PROFILES", "The profiles, comma-separated, where --profile is not given."},
		{"COMPOSE_PROJECT_NAME", "The project's name, where -p is not given."},
		{"COMPOSE_ENV_FILES", "The env files, comma-separated, where --env-file is not given."},
		{"COMPOSE_DISABLE_ENV_FILE", "true: .env is not read."},
		{"COMPOSE_PARALLEL_LIMIT", "How many calls of the engine are under way at once, where --parallel is not given."},
		{"COMPOSE_COMPATIBILITY", "true: as --compatibility."},
		{"COMPOSE_REMOVE_ORPHANS", "true: as --remove-orphans of up, create and down."},
		{"COMPOSE_IGNORE_ORPHANS", "true: containers without a service in the file are not mentioned."},
		{"COMPOSE_PROGRESS", "auto, tty, plain, json or quiet, where --progress is not given."},
		{"COMPOSE_ANSI", "auto, never or always, where --ansi is not given."},
		{"COMPOSE_EXIT_CODES", "classes: exit codes tell what sort of failure it was, where --exit-codes is not given."},
		{"COMPOSE_ALLOW_REMOTE", "true: as --allow-remote."},
		{"COMPOSE_STATUS_STDOUT", "true: progress goes to standard output instead of standard error."},
		{"NO_COLOR", "Set to anything: no colours."},
		{"DOCKER_HOST", "The engine: unix:///path, tcp://host:port or ssh://user@host."},
		{"DOCKER_CONTEXT", "The docker context that names the engine."},
		{"DOCKER_CONFIG", "Docker's folder, ~/.docker by default: contexts, credentials, proxies."},
		{"DOCKER_TLS_VERIFY", "Set to anything: TLS, and the engine's certificate is verified."},
		{"DOCKER_CERT_PATH", "The folder with ca.pem, cert.pem and key.pem."},
		{"DOCKER_DEFAULT_PLATFORM", "The platform of services that name none, such as linux/amd64."},
		{"DOCKER_BUILDKIT", "0: images are built by the classic builder."},
		{"BUILDX_BUILDER", "The builder that buildx defined, where --builder of build is not given."},
	}},
	{Title: "Files", Entries: [][2]string{
		{"compose.yaml", "The project; else compose.yml, docker-compose.yml or docker-compose.yaml, in this folder or one above."},
		{"compose.override.yaml", "Merged into it where it stands beside it."},
		{".env", "Variables for the file, and the COMPOSE_ variables above."},
		{"config.json", "Docker's, in $DOCKER_CONFIG or ~/.docker. Its psFormat and statsFormat are what ps and stats print by where no --format is given."},
	}},
	{Title: "Exit status", Entries: [][2]string{
		{"0", "All is as it was asked for."},
		{"1", "Something failed; the last lines on standard error say what, and what helps."},
		{"2", "Of plan: something would change. Of explain --exit-code: a service is not as it should be."},
		{"64 to 77", "With --exit-codes=classes, in place of 1: 64 usage, 65 file, 69 engine, 70 a service failed, 77 the user did not agree."},
		{"130", "The user interrupted it, or did not agree to publish."},
		{"others", "The exit code of the container that run, exec or up --exit-code-from is about."},
	}},
}
