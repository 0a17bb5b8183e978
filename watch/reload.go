package watch

import (
	"path"
	"slices"
	"strings"
)

// reloaders are programs that take up changed files by themselves, because they
// watch them or because they read them at every request.
var reloaders = []struct {
	program string
	with    []string // one of these words follows; none: always
	without []string // none of these does
}{
	{program: "flask", with: []string{"--debug", "--reload"}, without: []string{"--no-reload"}},
	{program: "uvicorn", with: []string{"--reload"}},
	{program: "gunicorn", with: []string{"--reload"}},
	{program: "hypercorn", with: []string{"--reload"}},
	{program: "fastapi", with: []string{"dev"}, without: []string{"--no-reload"}},
	{program: "manage.py", with: []string{"runserver", "runserver_plus"}, without: []string{"--noreload"}},
	{program: "django-admin", with: []string{"runserver"}, without: []string{"--noreload"}},
	{program: "sanic", with: []string{"--dev", "-d", "--reload", "--auto-reload", "-r"}},
	{program: "litestar", with: []string{"--reload", "-r"}},
	{program: "granian", with: []string{"--reload"}},
	{program: "quart", with: []string{"--debug"}},
	{program: "http.server"}, {program: "http-server"}, {program: "live-server"}, {program: "browser-sync"},
	{program: "watchfiles"}, {program: "watchmedo"}, {program: "jurigged"},
	{program: "streamlit", with: []string{"run"}}, {program: "gradio"}, {program: "chainlit", with: []string{"-w", "--watch"}},
	{program: "jupyter"}, {program: "jupyter-lab"}, {program: "jupyter-notebook"}, {program: "start-notebook.sh"}, {program: "start-notebook.py"},
	{program: "airflow"}, // it reads its folder of DAGs again and again
	{program: "mkdocs", with: []string{"serve"}},
	{program: "nodemon"},
	{program: "node", with: []string{"--watch", "--watch-path"}},
	{program: "deno", with: []string{"--watch"}},
	{program: "bun", with: []string{"--watch", "--hot"}},
	{program: "tsx", with: []string{"watch", "--watch"}},
	{program: "ts-node-dev"}, {program: "tsnd"},
	{program: "vite", without: []string{"build", "preview"}},
	{program: "next", without: []string{"build", "start", "export", "lint"}},
	{program: "gatsby", with: []string{"develop"}}, {program: "expo", with: []string{"start"}},
	{program: "nuxt", without: []string{"build", "start", "generate", "preview"}}, {program: "nuxi", with: []string{"dev"}},
	{program: "astro", with: []string{"dev"}},
	{program: "remix", with: []string{"dev"}},
	{program: "ng", with: []string{"serve"}},
	{program: "nest", with: []string{"--watch", "-w"}},
	{program: "react-scripts", with: []string{"start"}},
	{program: "vue-cli-service", with: []string{"serve"}},
	{program: "webpack", with: []string{"serve", "--watch"}}, {program: "webpack-dev-server"},
	{program: "parcel", without: []string{"build"}},
	{program: "turbo", with: []string{"dev"}}, {program: "nx", with: []string{"serve", "dev"}}, {program: "gulp", with: []string{"watch", "serve"}},
	{program: "ember", with: []string{"serve", "s"}}, {program: "strapi", with: []string{"develop", "dev"}}, {program: "medusa", with: []string{"develop"}},
	{program: "eleventy", with: []string{"--serve", "--watch"}}, {program: "docusaurus", with: []string{"start"}}, {program: "vitepress", with: []string{"dev"}},
	{program: "storybook", with: []string{"dev"}}, {program: "start-storybook"}, {program: "craco", with: []string{"start"}},
	{program: "quasar", with: []string{"dev"}}, {program: "ionic", with: []string{"serve"}}, {program: "rsbuild", with: []string{"dev"}},
	{program: "wrangler", with: []string{"dev"}}, {program: "ace", with: []string{"--watch", "--hmr"}}, {program: "meteor", without: []string{"build"}},
	{program: "tsc-watch"}, {program: "pm2-dev"}, {program: "pm2", with: []string{"--watch"}}, {program: "pm2-runtime", with: []string{"--watch"}},
	{program: "air"}, {program: "reflex"}, {program: "CompileDaemon"}, {program: "gow"}, {program: "wgo"}, {program: "modd"},
	{program: "cargo", with: []string{"watch"}}, {program: "cargo-watch"}, {program: "bacon"},
	{program: "watchexec"}, {program: "entr"},
	{program: "dotnet", with: []string{"watch"}},
	{program: "rails", with: []string{"server", "s"}},
	{program: "rerun"}, {program: "guard"},
	{program: "mix", with: []string{"phx.server"}},
	{program: "hugo", with: []string{"server", "serve"}},
	{program: "jekyll", with: []string{"serve", "s"}},
	{program: "quarkus", with: []string{"dev"}}, {program: "quarkus:dev"}, {program: "quarkusDev"},
	{program: "php", with: []string{"-S"}}, {program: "artisan", with: []string{"serve", "--watch"}},
	{program: "symfony", with: []string{"serve", "server:start"}},
	{program: "php-fpm"}, {program: "apache2-foreground"},
	{program: "nginx"}, {program: "httpd-foreground"}, {program: "caddy", with: []string{"run", "file-server"}}, {program: "frankenphp"},
}

// reloadingBy are variables that have a program reload: set to something, or, with
// a value, where that is in it.
var reloadingBy = []struct{ program, variable, value string }{
	{program: "flask", variable: "FLASK_DEBUG"},
	{program: "python", variable: "FLASK_DEBUG"}, // app.run() heeds it as well
	{program: "python3", variable: "FLASK_DEBUG"},
	{program: "uvicorn", variable: "UVICORN_RELOAD"},
	{program: "gunicorn", variable: "GUNICORN_CMD_ARGS", value: "--reload"},
}

// separated are the words of a command without the shell's punctuation.
func separated(command string) []string {
	return strings.FieldsFunc(command, func(r rune) bool { return strings.ContainsRune(" \t\n'\"();&|", r) })
}

// reloader names what reloads a program, as the user would: "flask --debug"; "":
// nothing does.
func reloader(commands []string, env map[string]string) string {
	for _, command := range commands {
		list := separated(command)
		for i, word := range list {
			if name := reloading(list[:i], word, list[i+1:]); name != "" {
				return name
			}
			if name := reloadingWith(path.Base(word), list, env); name != "" {
				return name
			}
		}
	}
	return ""
}

func reloading(before []string, word string, rest []string) string {
	program := path.Base(word)
	for _, r := range reloaders {
		if r.program != program || slices.ContainsFunc(r.without, func(w string) bool { return slices.Contains(rest, w) }) {
			continue
		}
		if len(r.with) == 0 {
			if argument(before, word) {
				continue
			}
			return program
		}
		for _, w := range rest {
			if flag, _, _ := strings.Cut(w, "="); slices.Contains(r.with, flag) {
				return program + " " + flag
			}
		}
	}
	return ""
}

// argument tells whether a word that is called like a program is none: a folder
// such as /etc/nginx, or where cd goes.
func argument(before []string, word string) bool {
	if len(before) > 0 && before[len(before)-1] == "cd" {
		return true
	}
	switch path.Base(path.Dir(word)) {
	case ".", "bin", "sbin", ".bin":
		return false
	}
	return true
}

func reloadingWith(program string, list []string, env map[string]string) string {
	for _, r := range reloadingBy {
		if r.program != program || slices.Contains(list, "--no-reload") {
			continue
		}
		value := env[r.variable]
		for _, word := range list { // sh -c "FLASK_DEBUG=1 flask run"
			if name, inline, ok := strings.Cut(word, "="); ok && name == r.variable {
				value = inline
			}
		}
		if r.value == "" && isOn(value) || r.value != "" && strings.Contains(value, r.value) {
			return r.variable
		}
	}
	return ""
}

func isOn(v string) bool {
	return v != "" && v != "0" && !strings.EqualFold(v, "false")
}
