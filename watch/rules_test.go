package watch_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

func TestRuleErrors(t *testing.T) {
	for compose, want := range map[string]string{
		"{image: a, develop: {watch: [{action: rebuild, path: .}]}}":         "without a build context",
		"{image: a, develop: {watch: [{action: sync, path: ., target: x}]}}": `target "x" is not an absolute path`,
	} {
		p, _ := load(t, "services:\n  web: "+compose+"\n", nil)
		if _, err := watch.Rules(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", compose, err, want)
		}
	}
}

func TestDerive(t *testing.T) {
	python := "FROM python\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCOPY late.txt .\nCMD [\"python\", \"app.py\"]\n"
	node := "FROM node\nWORKDIR /app\nCOPY package*.json ./\nRUN --mount=type=bind,source=tool.json,target=t npm ci\nCOPY --from=x /a /b\nCOPY . .\nCMD npm start\n"
	for _, c := range []struct {
		name, service, dockerfile, want string
	}{
		{"restarts", "{build: ., volumes: ['.:/app']}", python, "web restart .\nweb rebuild Dockerfile\nweb rebuild requirements.txt"},
		{"reloads", "{build: ., volumes: ['.:/app'], command: flask run --debug}", python, "web rebuild Dockerfile\nweb rebuild requirements.txt"},
		{"a package's script", "{build: ., volumes: ['.:/app'], command: npm run dev}", node, "web rebuild Dockerfile\nweb rebuild . [package*.json]\nweb rebuild tool.json"},
		{"npm start", "{build: ., volumes: ['.:/app']}", node, "web restart .\nweb rebuild Dockerfile\nweb rebuild . [package*.json]\nweb rebuild tool.json"},
		{"told to", "{build: ., volumes: ['.:/app'], command: flask run --debug, x-watch: restart}", python, "web restart .\nweb rebuild Dockerfile\nweb rebuild requirements.txt"},
		{"rebuild", "{build: ., volumes: ['.:/app'], x-watch: rebuild}", python, "web rebuild .\nweb rebuild Dockerfile\nweb rebuild requirements.txt"},
		{"off", "{build: ., volumes: ['.:/app'], x-watch: false}", python, ""},
		{"an image", "{image: node, working_dir: /app, volumes: ['./src:/app/src'], command: node x.js}", "", "web restart src"},
		{"data", "{image: postgres, volumes: ['./data:/var/lib/postgresql/data']}", "", ""},
		{"data beside the program", "{build: ., volumes: ['./data:/app/data']}", python, ""},
		{"its own rules", "{build: ., volumes: ['.:/app'], develop: {watch: [{action: restart, path: src}]}}", python, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, dir := load(t, "services:\n  web: "+c.service+"\n", map[string]string{
				"Dockerfile": c.dockerfile, "src/": "", "data/": "", "package.json": `{"scripts": {"dev": "next dev", "start": "node x.js"}}`,
			})
			rules, notes, err := watch.Derive(p)
			if err != nil {
				t.Fatal(err)
			}
			if got := lines(dir, rules); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s\nnotes:\n%s", got, c.want, strings.Join(notes, "\n"))
			}
			if (len(notes) == 0) != (len(rules) == 0) {
				t.Errorf("notes: %q", notes)
			}
		})
	}
}

func TestDeriveRefuses(t *testing.T) {
	p, _ := load(t, "services:\n  web: {image: a, x-watch: often}\n", nil)
	if _, _, err := watch.Derive(p); err == nil || !strings.Contains(err.Error(), "one of restart, rebuild, false") {
		t.Errorf("got %v", err)
	}
}

// What the service writes into its own source does not restart it.
func TestDerivedIgnores(t *testing.T) {
	p, dir := load(t, "services:\n  web: {build: ., volumes: ['.:/app', '/app/gen']}\n", map[string]string{
		"Dockerfile": "FROM x\nWORKDIR /app\nCOPY . .\n", ".gitignore": "# made\n/made\n*.o\n!keep.o\n", ".dockerignore": "docs\n",
	})
	rules, _, err := watch.Derive(p)
	if err != nil {
		t.Fatal(err)
	}
	rules = slices.DeleteFunc(rules, func(r watch.Rule) bool { return r.Action != watch.Restart })
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), dir, rules...)
		for _, n := range []string{"node_modules/a.js", "x/__pycache__/a.pyc", "made/a", "x.o", "docs/a", "gen/a", "app.log", "compose.yaml", ".env"} {
			b.save(n, "changed")
			b.want(b.after(time.Second), "")
		}
		b.save("keep.o", "1")
		b.want(b.after(time.Second), "restart web")
	})
}
