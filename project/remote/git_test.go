package remote

import (
	"io"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/project"
)

// repo is a git repository behind git's own HTTP server on the loopback.
type repo struct {
	t   *testing.T
	dir string // its working tree
	url string
}

func newRepo(t *testing.T) *repo {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	served := t.TempDir()
	r := &repo{t: t, dir: filepath.Join(served, "stack.git")}
	r.git("init", "--quiet", "--initial-branch=main", r.dir)
	server := httptest.NewServer(&cgi.Handler{
		Path: git, Args: []string{"http-backend"}, Stderr: io.Discard, InheritEnv: []string{"PATH"},
		Env: []string{"GIT_PROJECT_ROOT=" + served, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_GLOBAL=" + os.DevNull},
	})
	t.Cleanup(server.Close)
	r.url = server.URL + "/stack.git/.git"
	return r
}

func (r *repo) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	if _, err := os.Stat(r.dir); err == nil {
		cmd.Dir = r.dir
	}
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit writes files and commits them; it returns the commit. A content that
// begins with "-> " makes a link.
func (r *repo) commit(files map[string]string) string {
	r.t.Helper()
	for name, content := range files {
		path := filepath.Join(r.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		err := os.WriteFile(path, []byte(content), 0o644)
		if target, link := strings.CutPrefix(content, "-> "); link {
			_ = os.Remove(path)
			err = os.Symlink(target, path)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
	r.git("add", "--all")
	r.git("commit", "--quiet", "--message", "a change")
	return r.git("rev-parse", "HEAD")
}

// bench is a project's folder and a cache.
type bench struct {
	t          *testing.T
	dir, cache string
	warnings   []string
}

func newBench(t *testing.T) *bench {
	return &bench{t: t, dir: t.TempDir(), cache: filepath.Join(t.TempDir(), "program", "cache")}
}

func (b *bench) fetch(reference string, o Options) (project.Copy, error) {
	o.CacheDir = b.cache
	o.Sink = func(e event.Event) {
		if m, ok := e.(event.Message); ok {
			b.warnings = append(b.warnings, m.Text)
		}
	}
	return New(o).Fetch(b.t.Context(), project.Wanted{Reference: reference, Dir: b.dir})
}

func (b *bench) offline(reference string) (project.Copy, error) {
	return New(Options{CacheDir: b.cache}).Fetch(b.t.Context(), project.Wanted{Reference: reference, Dir: b.dir, Offline: true})
}

// content fetches and reads the Compose file.
func (b *bench) content(reference string) string {
	b.t.Helper()
	c, err := b.fetch(reference, Options{Allowed: true})
	if err != nil {
		b.t.Fatal(err)
	}
	text, err := os.ReadFile(c.Path)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}

// refused wants an error with the words in its text or hint, and no leftovers
// in the cache.
func (b *bench) refused(err error, words string) {
	b.t.Helper()
	if err == nil {
		b.t.Fatalf("accepted, want %q", words)
	}
	text := err.Error() + "\n" + hint.Of(err)
	if !strings.Contains(text, words) {
		b.t.Errorf("got %s\nwant %q", text, words)
	}
	if left, _ := filepath.Glob(filepath.Join(b.cache, "new-*")); len(left) > 0 {
		b.t.Errorf("left in the cache: %q", left)
	}
}

func TestGit(t *testing.T) {
	r, b := newRepo(t), newBench(t)
	first := r.commit(map[string]string{"compose.yaml": "name: root\n", "sub/docker-compose.yml": "name: sub\n", "run.sh": "exit\n", "link": "-> sub"})
	r.git("tag", "-a", "-m", "one", "v1")
	for reference, want := range map[string]string{
		r.url:                        "name: root\n",
		r.url + "#main":              "name: root\n",
		r.url + "#v1:sub":            "name: sub\n",
		r.url + "#:link":             "name: sub\n",
		r.url + "#main:compose.yaml": "name: root\n",
		r.url + "#" + first:          "name: root\n",
	} {
		if got := b.content(reference); got != want {
			t.Errorf("%s: got %q, want %q", reference, got, want)
		}
	}
	lock, err := os.ReadFile(filepath.Join(b.dir, lockFile))
	if n := strings.Count(string(lock), `: "`+first); err != nil || n != 6 {
		t.Errorf("the lock file pins %d times, want 6 (%v):\n%s", n, err, lock)
	}
	_, err = b.fetch(r.url+"#gone", Options{Allowed: true})
	b.refused(err, `no branch or tag "gone"`)
	_, err = b.fetch(r.url+"#main:nothing", Options{Allowed: true})
	b.refused(err, "nothing")
	_, err = b.fetch(strings.Replace(r.url, "stack", "absent", 1), Options{Allowed: true})
	b.refused(err, "git ls-remote")
}

// TestAllowed: nothing is fetched that neither the call nor the trust file
// allows.
func TestAllowed(t *testing.T) {
	r, b := newRepo(t), newBench(t)
	r.commit(map[string]string{"compose.yaml": "name: root\n"})
	_, err := b.fetch(r.url, Options{})
	b.refused(err, "--allow-remote")
	trust := func(text string) {
		if err := os.WriteFile(filepath.Join(b.dir, trustFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	trust("remote: [https://example.com/]\n")
	_, err = b.fetch(r.url, Options{})
	b.refused(err, "not allowed")
	trust("remote: {\n")
	_, err = b.fetch(r.url, Options{})
	b.refused(err, trustFile)
	trust("remote: [" + r.url + "]\n")
	if _, err := b.fetch(r.url, Options{}); err != nil {
		t.Error(err)
	}
}

// TestDrift: a branch that moved is refused, until its entry is gone from the
// lock file; a dry run pins nothing.
func TestDrift(t *testing.T) {
	r, b := newRepo(t), newBench(t)
	first := r.commit(map[string]string{"compose.yaml": "name: one\n"})
	if _, err := b.fetch(r.url, Options{Allowed: true, Unpinned: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(b.dir, lockFile)); err == nil {
		t.Error("a dry run wrote the lock file")
	}
	if got := b.content(r.url); got != "name: one\n" {
		t.Errorf("got %q", got)
	}
	second := r.commit(map[string]string{"compose.yaml": "name: two\n"})
	_, err := b.fetch(r.url, Options{Allowed: true})
	b.refused(err, "pins "+first+", and it is "+second)
	c, err := b.offline(r.url)
	if text, _ := os.ReadFile(c.Path); err != nil || string(text) != "name: one\n" {
		t.Errorf("offline: %q, %v; want what is pinned", text, err)
	}
	if err := os.Remove(filepath.Join(b.dir, lockFile)); err != nil {
		t.Fatal(err)
	}
	if got := b.content(r.url); got != "name: two\n" {
		t.Errorf("got %q", got)
	}
}

// TestUnreachable: without a network, what is pinned is used, with a warning;
// what was never fetched is an error. Offline says nothing.
func TestUnreachable(t *testing.T) {
	r, b := newRepo(t), newBench(t)
	_, err := b.offline(r.url)
	b.refused(err, "fetches nothing")
	r.commit(map[string]string{"compose.yaml": "name: one\n"})
	b.content(r.url)
	if err := os.RemoveAll(r.dir); err != nil {
		t.Fatal(err)
	}
	b.warnings = nil
	if got := b.content(r.url); got != "name: one\n" || len(b.warnings) != 1 {
		t.Errorf("got %q and the warnings %q, want one", got, b.warnings)
	}
	if err := os.RemoveAll(b.cache); err != nil {
		t.Fatal(err)
	}
	_, err = b.fetch(r.url, Options{Allowed: true})
	b.refused(err, "fetching "+r.url)
	_, err = b.offline(r.url)
	b.refused(err, "fetches nothing")
}

// TestLinks: those that lead out of the checkout are refused, one by one and
// together.
func TestLinks(t *testing.T) {
	for name, links := range map[string]map[string]string{
		"absolute":  {"a": "-> /etc"},
		"out":       {"sub/a": "-> ../../etc"},
		"through":   {"d/e/x": "-> ../..", "l": "-> d/e/x/../../etc"},
		"a file":    {"compose.yaml": "-> ../../../../etc/passwd"},
		"two steps": {"d/e/x": "-> ../..", "m": "-> d/e/x/.."},
		"itself":    {"a": "-> a"},
	} {
		t.Run(name, func(t *testing.T) {
			r, b := newRepo(t), newBench(t)
			r.commit(map[string]string{"compose.yaml": "name: one\n", "d/e/file": ""})
			r.commit(links)
			_, err := b.fetch(r.url, Options{Allowed: true})
			b.refused(err, "leads out of the repository")
		})
	}
}

// TestNothingRuns: hooks, filters and submodules of a repository and of the
// user have no part in a fetch.
func TestNothingRuns(t *testing.T) {
	r, b := newRepo(t), newBench(t)
	mark := filepath.Join(t.TempDir(), "ran")
	run := "#!/bin/sh\ntouch " + mark + "\n"
	template := t.TempDir()
	for _, hook := range []string{"post-checkout", "reference-transaction", "post-update"} {
		if err := os.MkdirAll(filepath.Join(template, "hooks"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(template, "hooks", hook), []byte(run), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.commit(map[string]string{
		"compose.yaml":   "name: $Id$\n",
		".gitattributes": "compose.yaml filter=evil ident export-subst\nsecret export-ignore\n",
		"secret":         "x",
	})
	module := r.git("rev-parse", "HEAD")
	r.git("update-index", "--add", "--cacheinfo", "160000,"+module+",module")
	r.git("commit", "--quiet", "--message", "a submodule")
	config := filepath.Join(t.TempDir(), "config")
	text := "[filter \"evil\"]\n smudge = touch " + mark + "\n required = true\n[init]\n templateDir = " + template + "\n[core]\n hooksPath = " + template + "/hooks\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	t.Setenv("GIT_TEMPLATE_DIR", template)
	if got := b.content(r.url); got != "name: $Id$\n" {
		t.Errorf("got %q, want the file as it was committed", got)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a program of the repository or the user ran")
	}
	if len(b.warnings) != 1 || !strings.Contains(b.warnings[0], "submodule module") {
		t.Errorf("warnings: %q, want one about the submodule", b.warnings)
	}
}

// TestTreeNames: names in a tree that mean something to the file system.
func TestTreeNames(t *testing.T) {
	for _, name := range []string{"../x", "/x", "a/../../x", "a//b", ".git/config", "a/.GIT/hooks/x", `a\..\b`, "a/./b", ""} {
		if err := checkPath(name); err == nil {
			t.Errorf("%q: accepted", name)
		}
	}
	for _, name := range []string{"a", "a/b", ".gitignore", "..a/b"} {
		if err := checkPath(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}
