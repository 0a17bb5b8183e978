package watch_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/compose-orchestrator/compose/build"
	"github.com/compose-orchestrator/compose/watch"
)

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
			rules, notes, err := watch.Derive(p, build.ReadDockerfile)
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
	if _, _, err := watch.Derive(p, build.ReadDockerfile); err == nil || !strings.Contains(err.Error(), "one of restart, rebuild, false") {
		t.Errorf("got %v", err)
	}
}

// reloadFiles is the folder of the services of reloadCases.
var reloadFiles = map[string]string{
	"package.json":       `{"scripts": {"dev": "next dev", "start": "node x.js", "both": "concurrently \"npm run start\" \"npm run dev\""}}`,
	"front/package.json": `{"name": "front", "scripts": {"serve": "vite --host"}}`, "front/x/": "",
	"entry.sh":             "#!/bin/sh\nset -e\npython manage.py migrate\nexec python manage.py runserver\n",
	"either.sh":            "#!/bin/sh\nif x; then\n  flask run --debug\nelse\n  flask run\nfi\n",
	"dev.env":              "FLASK_DEBUG=1\n",
	"Dockerfile":           "FROM x\nWORKDIR /app\n",
	"entry":                "FROM x\nWORKDIR /app\nENTRYPOINT [\"python\", \"manage.py\"]\nCMD [\"runserver\"]\n",
	"script":               "FROM x\nWORKDIR /app\nENTRYPOINT [\"/app/entry.sh\"]\n",
	"debug":                "FROM x\nWORKDIR /app\nENV FLASK_DEBUG=1\nCMD flask run\n",
	"stages":               "FROM x AS base\nWORKDIR /app\nFROM base AS dev\nCMD nodemon\nFROM base AS prod\nCMD node x.js\n",
	"text":                 "FROM x\nCOPY <<EOF /x\nCMD nodemon\nEOF\nCMD node x.js\n",
	"apache":               "FROM php:8.3-apache\n",
	"sail":                 "FROM ubuntu\nWORKDIR /app\nENV SERVE=\"php -d a=b /app/artisan serve\"\nCOPY run/begin /usr/local/bin/begin\nCOPY run/supervisord.conf /etc/\nENTRYPOINT [\"begin\"]\n",
	"run/begin":            "#!/usr/bin/env bash\nexec /usr/bin/supervisord -c /etc/supervisord.conf\n",
	"run/supervisord.conf": "[supervisord]\n[program:php]\ncommand=%(ENV_SERVE)s\n",
	"bin/dev":              "#!/usr/bin/env sh\nexec foreman start -f Procfile.dev \"$@\"\n", "Procfile.dev": "web: bin/rails server -p 3000\ncss: x\n", "Procfile": "web: node x.js\n",
	"dags":                  "FROM apache/airflow:2.9\n",
	"workers":               "FROM x\nWORKDIR /app\nCOPY work/supervisord.conf /etc/\nCMD supervisord -n\n",
	"work/supervisord.conf": "[program:worker]\ncommand = php artisan queue:work\n",
}

// reloadCases are services and whether their commands reload by themselves.
var reloadCases = map[string]bool{
	"{build: ., command: python app.py}":                                               false,
	"{build: ., command: python -m flask --debug run}":                                 true,
	"{build: ., command: flask run, environment: [FLASK_DEBUG=1]}":                     true,
	"{build: ., command: flask run --no-reload, environment: [FLASK_DEBUG=1]}":         false,
	"{build: ., command: flask run, env_file: dev.env}":                                true,
	"{build: ., command: 'sh -c \"FLASK_DEBUG=1 flask run\"'}":                         true,
	"{build: {context: ., dockerfile: debug}}":                                         true,
	"{build: {context: ., dockerfile: debug}, environment: {FLASK_DEBUG: 0}}":          false,
	"{build: ., command: uv run uvicorn app:app --reload}":                             true,
	"{build: ., command: uvicorn app:app, environment: [UVICORN_RELOAD=true]}":         true,
	"{build: ., command: gunicorn app, environment: [GUNICORN_CMD_ARGS=--reload]}":     true,
	"{build: ., command: 'sh -c \"manage.py migrate && python manage.py runserver\"'}": true,
	"{build: ., command: python manage.py runserver_plus}":                             true,
	"{build: {context: ., dockerfile: entry}}":                                         true,
	"{build: {context: ., dockerfile: entry}, command: runserver 80}":                  true,
	"{build: {context: ., dockerfile: entry}, command: worker}":                        false,
	"{build: {context: ., dockerfile: script}}":                                        true,
	"{build: ., command: ./either.sh}":                                                 false,
	"{build: ., command: 'sh -c \"npm install && npm run dev\"'}":                      true,
	"{build: ., command: npm start}":                                                   false,
	"{build: ., command: yarn both}":                                                   true,
	"{build: ., command: npm --prefix front run serve}":                                true,
	"{build: ., command: yarn --cwd front serve}":                                      true,
	"{build: ., command: pnpm --filter=front serve}":                                   true,
	"{build: ., command: npm run serve, working_dir: /app/front}":                      true,
	"{build: ., command: npm run serve}":                                               false,
	"{build: ., command: npx -y nodemon x.js}":                                         true,
	"{build: ., command: node /srv/nginx/x.js --conf /etc/nginx}":                      false,
	"{build: {context: ., dockerfile: stages}}":                                        false,
	"{build: {context: ., dockerfile: stages, target: dev}}":                           true,
	"{build: {context: ., dockerfile: text}}":                                          false,
	"{build: {context: ., dockerfile: apache}}":                                        true,
	"{build: ., command: php artisan serve}":                                           true,
	"{build: {context: ., dockerfile: sail}}":                                          true,
	"{build: {context: ., dockerfile: sail}, environment: {SERVE: php x.php}}":         false,
	"{build: ., command: bin/dev}":                                                     true,
	"{build: ., command: foreman start}":                                               false,
	"{build: {context: ., dockerfile: dags}, command: scheduler}":                      true,
	"{build: ., command: npx next}":                                                    true,
	"{build: ., command: npx next start}":                                              false,
	"{build: {context: ., dockerfile: workers}}":                                       false,
}

// Who runs what, in the ways that people write it: with and without something that
// reloads it.
func TestDeriveReloads(t *testing.T) {
	for service, reloads := range reloadCases {
		p, _ := load(t, "services:\n  web: "+strings.Replace(service, "{", "{volumes: ['.:/app'], ", 1)+"\n", reloadFiles)
		rules, _, err := watch.Derive(p, build.ReadDockerfile)
		if err != nil {
			t.Fatal(err)
		}
		if got := !slices.ContainsFunc(rules, func(r watch.Rule) bool { return r.Action == watch.Restart }); got != reloads {
			t.Errorf("%s: it reloads: %v, want %v", service, got, reloads)
		}
	}
}

// What of a Dockerfile asks for another image, and which mounts are the program.
func TestDeriveSources(t *testing.T) {
	files := map[string]string{
		"src/a": "", "public/a": "", "prisma/a": "", "libs/a": "", "Dockerfile": "FROM x\n",
		"pieces":       "FROM x\nWORKDIR /app\nCOPY package.json .\nRUN npm ci\nCOPY src src\nCOPY public public\nCOPY tsconfig.json .\n",
		"before":       "FROM x\nWORKDIR /app\nCOPY package.json .\nCOPY prisma prisma\nRUN npm ci\nCOPY . .\n",
		"stages":       "FROM x AS dev\nWORKDIR /app\nCOPY package.json .\nRUN npm ci\nFROM y\nCOPY nginx.conf /etc/\n",
		"args":         "ARG DIR=src\nFROM x\nARG DIR\nWORKDIR /app\nCOPY ${DIR}/requirements.txt .\nRUN pip\nCOPY $DIR .\n",
		"libs.d":       "FROM x\nWORKDIR /app\nCOPY libs /libs\nCOPY . .\n",
		"text":         "FROM x\nRUN <<-'EOF'\n\tCOPY foo bar\n\tEOF\nCOPY package.json .\nCOPY . .\n",
		"named":        "FROM x\nWORKDIR /app\nCOPY --from=lib / /lib/\nCOPY --from=lib *.txt /\n",
		"at once":      "FROM x\nWORKDIR /app\nCOPY package*.json .\nCOPY . .\nRUN install\n",
		"package.json": "{}", "requirements.txt": "", "data/plan/a": "", "state/a": "", "nginx.conf": "",
	}
	for service, want := range map[string]string{
		"{build: {context: ., dockerfile: pieces}, volumes: ['.:/app']}":                     "web restart .\nweb rebuild pieces\nweb rebuild package.json",
		"{build: {context: ., dockerfile: before}, volumes: ['.:/app']}":                     "web restart .\nweb rebuild before\nweb rebuild package.json\nweb rebuild prisma",
		"{build: {context: ., dockerfile: stages, target: dev}, volumes: ['.:/app']}":        "web restart .\nweb rebuild stages\nweb rebuild package.json",
		"{build: {context: ., dockerfile: args}, volumes: ['./src:/app']}":                   "web restart src\nweb rebuild args\nweb rebuild src/requirements.txt",
		"{build: {context: ., dockerfile: text}, volumes: ['.:/app']}":                       "web restart .\nweb rebuild text\nweb rebuild package.json",
		"{build: {context: ., dockerfile: libs.d}, volumes: ['./src:/app', './libs:/libs']}": "web restart src\nweb restart libs\nweb rebuild libs.d",
		"{image: node, command: node /app/x.js, volumes: ['.:/app']}":                        "web restart .",
		"{image: node, command: node x.js, volumes: ['.:/app']}":                             "",
		"{build: {context: ., dockerfile: at once}, volumes: ['.:/app']}":                    "web restart .\nweb rebuild at once\nweb rebuild . [package*.json]\nweb rebuild requirements.txt",
		// A manifest that is mounted by itself is copied before the source all the same.
		"{build: {context: ., dockerfile: before}, volumes: ['./src:/app/src', './package.json:/app/package.json']}": "web restart src\nweb restart package.json\nweb rebuild before\nweb rebuild package.json\nweb rebuild prisma",
		// State is no program, whoever names it.
		"{image: x, command: 'serve /state', volumes: ['./data/plan:/state']}":        "",
		"{image: x, command: 'serve --data-dir /state', volumes: ['./state:/state']}": "",
		"{image: x, command: 'serve /state_data', volumes: ['./state:/state_data']}":  "",
		// What reloads its source does not reload how it is set up.
		"{image: nginx, command: 'sh -c \"cat /t/nginx.conf && nginx\"', volumes: ['./nginx.conf:/t/nginx.conf', './src:/t']}": "web restart nginx.conf",
		// What prepares others is done.
		"{build: ., volumes: ['.:/app'], labels: {awaited: 1}}": "web rebuild Dockerfile",
		// Another context: built in, and mounted.
		"{build: {context: ., dockerfile: named, additional_contexts: {lib: ./libs}}, volumes: ['./src:/app']}":         "web restart src\nweb rebuild named\nweb rebuild libs\nweb rebuild libs [*.txt]",
		"{build: {context: ./src, dockerfile: ../named, additional_contexts: {lib: ./libs}}, volumes: ['./libs:/lib']}": "web restart libs\nweb rebuild named",
		// The image of another service's build.
		"{image: other, volumes: ['.:/app']}":        "web restart .",
		"{build: ., volumes: ['.:/app'], x-watch: }": "web restart .\nweb rebuild Dockerfile",
	} {
		other := "{build: {context: ., dockerfile: before}, image: other, volumes: ['.:/app']"
		if strings.Contains(service, "awaited") {
			other += ", depends_on: {web: {condition: service_completed_successfully}}"
		}
		p, dir := load(t, "services:\n  web: "+service+"\n  other: "+other+"}\n", files)
		rules, notes, err := watch.Derive(p, build.ReadDockerfile, "web")
		if err != nil {
			t.Fatal(err)
		}
		if got := lines(dir, rules); got != want {
			t.Errorf("%s: got:\n%s\nwant:\n%s\nnotes:\n%s", service, got, want, strings.Join(notes, "\n"))
		}
		if strings.Contains(strings.Join(notes, ""), `service "other"`) {
			t.Errorf("a note tells of what is not watched: %q", notes)
		}
	}
}

// A project in a folder that is called like one for data, and a build beside it.
func TestDeriveElsewhere(t *testing.T) {
	p, dir := load(t, "services:\n  web: {build: ., working_dir: /app, volumes: ['.:/app']}\n", map[string]string{"data/": "", "beside/": ""})
	p.WorkingDir = filepath.Join(dir, "data")
	s := p.Services["web"]
	s.Build.Context, s.Volumes[0].Source = p.WorkingDir, p.WorkingDir
	rules, _, err := watch.Derive(p, build.ReadDockerfile)
	if got := lines(dir, rules); err != nil || got != "web restart data" {
		t.Errorf("in data: got %q, %v", got, err)
	}
	s.Build.Context, s.Volumes[0].Source = filepath.Join(dir, "beside"), filepath.Join(dir, "beside")
	rules, _, err = watch.Derive(p, build.ReadDockerfile)
	if got := lines(dir, rules); err != nil || got != "web restart beside" {
		t.Errorf("beside: got %q, %v", got, err)
	}
}

// What the service writes into its own source does not restart it.
func TestDerivedIgnores(t *testing.T) {
	p, dir := load(t, "services:\n  web: {build: ., volumes: ['.:/app', '/app/gen']}\n", map[string]string{
		"Dockerfile": "FROM x\nWORKDIR /app\nCOPY . .\n", ".gitignore": "# made\n/made\n*.o\n[bad\n!\n!keep.o\nout.d/\n", ".dockerignore": "docs\n",
		"back/.gitignore": "/out.txt\n", "back/storage/views/.gitignore": "*\n!.gitignore\n",
	})
	rules, _, err := watch.Derive(p, build.ReadDockerfile)
	if err != nil {
		t.Fatal(err)
	}
	rules = slices.DeleteFunc(rules, func(r watch.Rule) bool { return r.Action != watch.Restart })
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), dir, rules...)
		for _, n := range []string{"node_modules/a.js", "x/__pycache__/a.pyc", "made/a", "x.o", "docs/a", "gen/a", "app.log", "compose.yaml", ".env", "x.sqlite3-wal", "celerybeat-schedule", "back/out.txt", "back/storage/views/a.php", "uploads/a"} {
			b.save(n, "changed")
			b.want(b.after(time.Second), "")
		}
		b.save("keep.o", "1")
		b.want(b.after(time.Second), "restart web")
		b.save("out.d", "no folder")
		b.want(b.after(time.Second), "restart web\nrestart web")
	})
}

// A source that is a part of a working tree has that one's .gitignore.
func TestDerivedIgnoresAbove(t *testing.T) {
	p, dir := load(t, "services:\n  web: {build: ., volumes: ['./src:/app']}\n", map[string]string{
		"Dockerfile": "FROM x\nWORKDIR /app\nCOPY src .\n", ".gitignore": "/src/made\nx.gen\n", ".git/": "", "src/": "",
	})
	rules, _, err := watch.Derive(p, build.ReadDockerfile)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newServices("web"), dir, rules...)
		for _, n := range []string{"src/made/a", "src/deep/x.gen"} {
			b.save(n, "changed")
			b.want(b.after(time.Second), "")
		}
		b.save("src/a", "1")
		b.want(b.after(time.Second), "restart web")
	})
}
