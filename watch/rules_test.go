package watch_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/watch"
)

// load is the project of a Compose file and files beside it; a name that ends
// in / is a folder.
func load(t *testing.T, compose string, files map[string]string) (*project.Project, string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "compose.yaml"), "name: demo\n"+compose)
	for name, text := range files {
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		write(t, filepath.Join(dir, name), text)
	}
	p, err := project.Load(t.Context(), project.Options{Dir: dir, WorkDir: dir}, newEvents().sink)
	if err != nil {
		t.Fatal(err)
	}
	return p, dir
}

// lines are rules, one a line, with paths relative to dir.
func lines(dir string, rules []watch.Rule) string {
	var out []string
	for _, r := range rules {
		rel, _ := filepath.Rel(dir, r.Path)
		line := fmt.Sprintf("%s %s %s", r.Service, r.Action, rel)
		if r.Target != "" {
			line += " > " + r.Target
		}
		if len(r.Include) > 0 {
			line += fmt.Sprint(" ", r.Include)
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func TestRules(t *testing.T) {
	p, dir := load(t, `
services:
  web:
    build: .
    volumes: ["./mounted:/m"]
    develop:
      watch:
        - {action: sync, path: ./src, target: /app/src}
        - {action: sync, path: package.json, target: /app/}
        - {action: sync+restart, path: ./mounted, target: /m}
        - {action: sync, path: ./mounted, target: /m}
        - {action: rebuild, path: go.mod}
  api:
    image: alpine
    develop:
      watch:
        - {action: sync+exec, path: ., target: /x, include: "*.go", exec: {command: reload}}
`, map[string]string{"src/": "", "mounted/": "", "package.json": "{}", "go.mod": "", "Dockerfile": "FROM alpine\n"})
	rules, err := watch.Rules(p)
	if err != nil {
		t.Fatal(err)
	}
	want := `api sync+exec . > /x [*.go]
web sync src > /app/src
web sync package.json > /app/package.json
web restart mounted
web sync mounted
web rebuild go.mod`
	if got := lines(dir, rules); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// What .dockerignore and the rule's patterns say is seen in what is synced.
func TestPatterns(t *testing.T) {
	p, dir := load(t, `
services:
  web:
    build: .
    develop:
      watch:
        - {action: sync, path: ./src, target: /app, include: ["**/*.js", "**/*.css"], ignore: ["vendor/", "!vendor/mine.js"]}
`, map[string]string{"src/": "", "Dockerfile": "FROM alpine\n", ".dockerignore": "src/secret\n**/node_modules\n"})
	rules, err := watch.Rules(p)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), filepath.Join(dir, "src"), rules...)
		names := []string{
			"a.js", "deep/b.css", "readme.md", "secret/c.js", "node_modules/d.js", "x/node_modules/e.js",
			"vendor/f.js", "vendor/mine.js", ".git/g.js", "a.js~", ".a.js.swp",
		}
		for _, n := range names {
			write(t, filepath.Join(b.root, n), "1")
		}
		b.tell(names...)
		b.want(b.after(time.Second), "patch web-1 +/app/a.js +/app/deep/b.css +/app/vendor/mine.js")
	})
}

// What a rule names is synced, whatever .dockerignore says of it; the rest of that
// holds.
func TestRuleAgainstDockerignore(t *testing.T) {
	for _, c := range []struct{ ignored, rule, want string }{
		{"config\n**/*.log\n", "path: ./config", "+/app/a.js"},
		{"config/\n", "path: ./config/a.js", "+/app"},
		{"*\n!src\n**/*.log\n", "path: ./config", "+/app/a.js"},
		{"config\n", "path: .", ""},
		{"config\n*.js\n", "path: ., include: [config/]", "+/app/config/a.js +/app/config/b.log"},
		{"**/*.log\n", "path: ., include: ['**/*.log']", "+/app/config/b.log"},
		{"**/*.js\n", "path: ./config, include: ['b.*']", "+/app/b.log"},
	} {
		p, dir := load(t, "services:\n  web: {build: ., develop: {watch: [{action: sync, target: /app, "+c.rule+"}]}}\n",
			map[string]string{"config/": "", "Dockerfile": "FROM alpine\n", ".dockerignore": c.ignored, "config/a.js": "0"})
		rules, err := watch.Rules(p)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			b := start(t, newServices("web"), dir, rules...)
			write(t, filepath.Join(dir, "config/a.js"), "1")
			write(t, filepath.Join(dir, "config/b.log"), "1")
			b.tell("config/a.js", "config/b.log")
			got := strings.TrimPrefix(b.after(time.Second), "patch web-1 ")
			if got != c.want {
				t.Errorf("%q, %s: got %q, want %q", c.ignored, c.rule, got, c.want)
			}
		})
	}
}

// What this program prints to is not followed, and that is said once.
func TestOwnOutput(t *testing.T) {
	root := t.TempDir()
	name := filepath.Join(root, "watch.log")
	write(t, name, "begun\n")
	synctest.Test(t, func(t *testing.T) {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		restart := watch.Rule{Service: "web", Action: watch.Restart, Path: root}
		b := startWith(t, newServices("web"), root, []fs.FileInfo{info}, syncRule(root), restart)
		for range 3 {
			b.save("watch.log", strings.Repeat("more\n", 1+len(b.list())))
			b.after(time.Second)
		}
		b.want(b.after(time.Second), "")
		b.save("a", "1")
		b.want(b.after(time.Second), "patch web-1 +/app/a\nrestart web")
		said := 0
		for _, e := range b.list() {
			if m, ok := e.(event.Message); ok && strings.Contains(m.Text, "watch.log is not synced: this program prints to it") {
				said++
			}
		}
		if said != 1 {
			t.Errorf("it was said %d times", said)
		}
	})
}

func TestRuleErrors(t *testing.T) {
	for compose, want := range map[string]string{
		"{image: a, develop: {watch: [{action: rebuild, path: .}]}}":               "without a build context",
		"{image: a, develop: {watch: [{action: sync, path: ., target: x}]}}":       `target "x" is not an absolute path`,
		"{image: a, develop: {watch: [{action: sync+exec, path: ., target: /x}]}}": "needs to know what to run",
	} {
		p, _ := load(t, "services:\n  web: "+compose+"\n", nil)
		if _, err := watch.Rules(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", compose, err, want)
		}
	}
}
