package watch

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
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
	{program: "manage.py", with: []string{"runserver"}, without: []string{"--noreload"}},
	{program: "django-admin", with: []string{"runserver"}, without: []string{"--noreload"}},
	{program: "watchfiles"}, {program: "watchmedo"}, {program: "jurigged"},
	{program: "streamlit", with: []string{"run"}},
	{program: "mkdocs", with: []string{"serve"}},
	{program: "nodemon"},
	{program: "node", with: []string{"--watch", "--watch-path"}},
	{program: "deno", with: []string{"--watch"}},
	{program: "bun", with: []string{"--watch", "--hot"}},
	{program: "tsx", with: []string{"watch", "--watch"}},
	{program: "ts-node-dev"}, {program: "tsnd"},
	{program: "vite", without: []string{"build", "preview"}},
	{program: "next", with: []string{"dev"}},
	{program: "nuxt", with: []string{"dev"}}, {program: "nuxi", with: []string{"dev"}},
	{program: "astro", with: []string{"dev"}},
	{program: "remix", with: []string{"dev"}},
	{program: "ng", with: []string{"serve"}},
	{program: "nest", with: []string{"--watch", "-w"}},
	{program: "react-scripts", with: []string{"start"}},
	{program: "vue-cli-service", with: []string{"serve"}},
	{program: "webpack", with: []string{"serve", "--watch"}}, {program: "webpack-dev-server"},
	{program: "parcel", without: []string{"build"}},
	{program: "air"}, {program: "reflex"}, {program: "CompileDaemon"}, {program: "gow"}, {program: "wgo"}, {program: "modd"},
	{program: "cargo", with: []string{"watch"}}, {program: "cargo-watch"}, {program: "bacon"},
	{program: "watchexec"}, {program: "entr"},
	{program: "dotnet", with: []string{"watch"}},
	{program: "rails", with: []string{"server", "s"}},
	{program: "rerun"}, {program: "guard"},
	{program: "mix", with: []string{"phx.server"}},
	{program: "hugo", with: []string{"server", "serve"}},
	{program: "jekyll", with: []string{"serve", "s"}},
	{program: "quarkus", with: []string{"dev"}}, {program: "quarkus:dev"},
	{program: "php", with: []string{"-S"}}, {program: "php-fpm"}, {program: "apache2-foreground"},
	{program: "nginx"}, {program: "httpd-foreground"},
}

// reloader names what reloads a program, as the user would: "flask --debug"; "":
// nothing does.
func reloader(commands []string, env types.MappingWithEquals) string {
	for _, command := range commands {
		list := strings.FieldsFunc(command, func(r rune) bool { return strings.ContainsRune(" \t\n'\"();&|", r) })
		for i, word := range list {
			if name := reloading(path.Base(word), list[i+1:]); name != "" {
				return name
			}
			if path.Base(word) == "flask" && on(env["FLASK_DEBUG"]) {
				return "FLASK_DEBUG"
			}
		}
	}
	return ""
}

func reloading(program string, rest []string) string {
	for _, r := range reloaders {
		if r.program != program || slices.ContainsFunc(r.without, func(w string) bool { return slices.Contains(rest, w) }) {
			continue
		}
		if len(r.with) == 0 {
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

func on(v *string) bool {
	return v != nil && *v != "" && *v != "0" && !strings.EqualFold(*v, "false")
}

// commands are what the service runs: its own command or the image's, and the
// scripts of package.json that these name.
func (d *deriving) commands(sources []types.ServiceVolumeConfig) []string {
	text := strings.Join(append(slices.Clone([]string(d.s.Entrypoint)), d.s.Command...), " ")
	if len(d.s.Command) == 0 {
		text += " " + d.file.command
	}
	all := []string{text}
	dirs := []string{}
	for _, v := range sources {
		dirs = append(dirs, v.Source)
	}
	if d.s.Build != nil {
		dirs = append(dirs, d.s.Build.Context)
	}
	for range 3 { // a script may run a script
		next := scripts(all[len(all)-1], dirs)
		if next == "" {
			break
		}
		all = append(all, next)
	}
	return all
}

// scripts is the text of the package.json script that a command runs; "": none.
func scripts(command string, dirs []string) string {
	list := strings.Fields(command)
	i := slices.IndexFunc(list, func(w string) bool {
		return slices.Contains([]string{"npm", "yarn", "pnpm", "bun"}, path.Base(w))
	})
	if i < 0 {
		return ""
	}
	rest := slices.DeleteFunc(slices.Clone(list[i+1:]), func(w string) bool {
		return w == "run" || w == "run-script" || strings.HasPrefix(w, "-")
	})
	if len(rest) == 0 {
		return ""
	}
	for _, dir := range dirs {
		var manifest struct{ Scripts map[string]string }
		b, err := os.ReadFile(filepath.Join(dir, "package.json"))
		if err == nil && json.Unmarshal(b, &manifest) == nil && manifest.Scripts[rest[0]] != "" {
			return manifest.Scripts[rest[0]]
		}
	}
	return ""
}
