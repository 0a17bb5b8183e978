package project

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"
)

func TestEnvironment(t *testing.T) {
	const file = "services: {web: {image: \"${A:-a}-${B:-b}-${C:-c}\"}}\n"
	tests := []struct {
		name    string
		files   []string
		options Options
		want    string
		wantErr string
	}{
		{name: "defaults", want: "a-b-c"},
		{name: ".env", files: []string{".env", "A=1\nB=${A}2\n"}, want: "1-12-c"},
		{name: "environment first", files: []string{".env", "A=1\nB=${A}2\n"}, options: Options{Environ: []string{"A=x"}}, want: "x-x2-c"},
		{name: "--env-file instead of .env", files: []string{".env", "A=1\n", "e.env", "B=2\n"}, options: Options{EnvFiles: []string{"e.env"}}, want: "a-2-c"},
		{name: "the last --env-file wins", files: []string{"e.env", "A=1\nB=1\n", "f.env", "B=2\n"}, options: Options{EnvFiles: []string{"e.env", "f.env"}}, want: "1-2-c"},
		{name: "COMPOSE_ENV_FILES", files: []string{".env", "A=1\n", "e.env", "B=2\n", "f.env", "C=3\n"}, options: Options{Environ: []string{"COMPOSE_ENV_FILES=e.env,f.env"}}, want: "a-2-3"},
		{name: "--env-file over COMPOSE_ENV_FILES", files: []string{"e.env", "B=2\n", "f.env", "C=3\n"}, options: Options{EnvFiles: []string{"e.env"}, Environ: []string{"COMPOSE_ENV_FILES=f.env"}}, want: "a-2-c"},
		{name: "COMPOSE_DISABLE_ENV_FILE", files: []string{".env", "A=1\n"}, options: Options{Environ: []string{"COMPOSE_DISABLE_ENV_FILE=1"}}, want: "a-b-c"},
		{name: "COMPOSE_DISABLE_ENV_FILE, nonsense", options: Options{Environ: []string{"COMPOSE_DISABLE_ENV_FILE=maybe"}}, wantErr: `COMPOSE_DISABLE_ENV_FILE is "maybe"`},
		{name: "of the project's folder too", files: []string{"sub/x", "", "sub/.env", "A=sub\n", ".env", "A=top\nB=top\n"}, options: Options{WorkDir: "sub"}, want: "sub-top-c"},
		{name: "missing --env-file", options: Options{EnvFiles: []string{"no.env"}}, wantErr: "couldn't find env file: "},
		{name: "COMPOSE_ENV_FILES, empty parts", files: []string{"e.env", "B=2\n"}, options: Options{Environ: []string{"COMPOSE_ENV_FILES=,e.env,,"}}, want: "a-2-c"},
		{name: "required in .env", files: []string{".env", "A=1\n\nB=${Z:?must be set}\n"}, wantErr: ".env:3:1: required variable Z is missing a value: must be set\n"},
		{name: "template in .env", files: []string{".env", "A=1\nB=\"x\ny\"\nC=${Z\n"}, wantErr: ".env:4:1: invalid interpolation format"},
		{name: "open quotes in .env", files: []string{".env", "A=1\nB=\"x\nC=2\n"}, wantErr: ".env:2:1: unterminated quoted value"},
		{name: "UTF-16", files: []string{".env", "\xff\xfeA\x00=\x001\x00"}, wantErr: ".env:1:1: this is UTF-16"},
		{name: "UTF-16 without a mark", files: []string{".env", "A\x00=\x001\x00\n\x00"}, wantErr: ".env:1:1: this looks like UTF-16"},
		{name: "UTF-8 with a mark", files: []string{".env", "\ufeffA=1\n"}, want: "1-b-c"},
		{name: "statements in a line", files: []string{".env", "A='1' B=\"2\" # \"\nC=3 # x\n"}, want: "1-2-3"},
		{name: "escaped quotes", files: []string{".env", "A=\"1\\\"\n2\" # \"\nB: 'x'\nexport C=3"}, want: "1\"\n2-x-3"},
		{name: "broken .env", files: []string{".env", "A=1\nB C=2\n"}, wantErr: ".env:2:1: "},
		{name: "the name", files: []string{}, options: Options{Environ: []string{"A=${COMPOSE_PROJECT_NAME}"}}, want: "${COMPOSE_PROJECT_NAME}-b-c"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := folder(t, append([]string{"compose.yaml", file}, test.files...)...)
			o := test.options
			o.WorkDir = filepath.Join(root, o.WorkDir)
			p, err := Load(t.Context(), o, nil)
			got := ""
			if err == nil {
				got = p.Services["web"].Image
			}
			check(t, "Load", got, err, test.want, test.wantErr)
		})
	}
}

func TestSettingsInDotEnv(t *testing.T) {
	dir := folder(t, ".env", "COMPOSE_PROFILES=extra\nCOMPOSE_COMPATIBILITY=true\n",
		"compose.yaml", "services: {a: {image: x}, b: {image: x, profiles: [extra]}, c: {image: x, profiles: [other]}}\n")
	p, err := Load(t.Context(), Options{WorkDir: dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(p.ServiceNames(), " "); got != "a b" {
		t.Errorf("services %q, want a b", got)
	}
	if p.separator() != "_" {
		t.Error("COMPOSE_COMPATIBILITY in .env does not count")
	}
}

func TestServiceEnvFiles(t *testing.T) {
	dir := folder(t, "compose.yaml", `services:
  web: {image: x, env_file: [one.env, {path: gone.env, required: false}], environment: {B: file, C: }}
  broken: {image: x, env_file: gone.env, profiles: [p]}
`, "one.env", "A=${X}1\nB=1\nC=1\n")
	o := Options{WorkDir: dir, Environ: []string{"X=x", "C=env"}}
	p, err := Load(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for k, v := range p.Services["web"].Environment {
		got[k] = *v
	}
	if want := map[string]string{"A": "x1", "B": "file", "C": "env"}; !maps.Equal(got, want) {
		t.Errorf("environment %v, want %v", got, want)
	}
	if len(p.Services["web"].EnvFiles) > 0 {
		t.Error("env_file stays")
	}
	_, err = p.Select(Selection{Services: []string{"broken"}})
	check(t, "Select", "", err, "", "compose.yaml:3:32: env file "+filepath.Join(dir, "gone.env")+" not found\n")
	o.NoEnvResolution = true
	if p, err = Load(t.Context(), o, nil); err != nil || len(p.Services["web"].EnvFiles) != 2 {
		t.Errorf("NoEnvResolution: %v, %v", err, p)
	}
}

// TestOtherServicesEnvFiles: what is not selected is not read.
func TestOtherServicesEnvFiles(t *testing.T) {
	dir := folder(t, "compose.yaml", "services: {a: {image: x}, b: {image: x, env_file: gone.env}}\n")
	if _, err := Load(t.Context(), Options{WorkDir: dir, Services: []string{"a"}}, nil); err != nil {
		t.Error(err)
	}
	if _, err := Load(t.Context(), Options{WorkDir: dir}, nil); err == nil {
		t.Error("the missing file of b is not reported")
	}
}

// TestUnfitValues: what no container can be given is refused where one would be,
// and a warning in .env.
func TestUnfitValues(t *testing.T) {
	for _, value := range []string{"caf\xe9", "a\x00b"} {
		dir := folder(t, "compose.yaml", "services: {web: {image: x, env_file: s.env}}\n", "s.env", "A=1\nB="+value+"\n")
		_, err := Load(t.Context(), Options{WorkDir: dir}, nil)
		check(t, "Load", "", err, "", "s.env:2:1: the value of B ")
		dir = folder(t, "compose.yaml", oneService, ".env", "A=1\n# caf\xe9\nB="+value+"\n")
		var said []string
		if _, err := Load(t.Context(), Options{WorkDir: dir}, collect(&said)); err != nil {
			t.Error(err)
		}
		if len(said) != 1 || !strings.HasPrefix(said[0], ".env:3: the value of B ") {
			t.Errorf("said %q", said)
		}
	}
}

func TestParseRaw(t *testing.T) {
	const file = "# comment\n\n  A=\"x\" # y $Z\nB\nGONE\nC=\n"
	got := map[string]string{}
	lookup := func(key string) (string, bool) { return "env", key == "B" }
	if err := parseRaw(strings.NewReader(file), "f", got, lookup); err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"A": `"x" # y $Z`, "B": "env", "C": ""}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, bad := range []string{"export X=1", "=1", "A=\xff"} {
		if err := parseRaw(strings.NewReader(bad), "f", got, lookup); err == nil || !strings.HasPrefix(err.Error(), "f:1:1: ") {
			t.Errorf("%q: got error %v, want one of line 1", bad, err)
		}
	}
}

// TestEnvMistakesHideValues: what is said of a mistake in an env file has no
// value of it, which goes to logs of builds and to other people.
func TestEnvMistakesHideValues(t *testing.T) {
	for _, content := range []string{
		"A=1\nPASSWORD=\"hunter2\nB=1\n",
		"PASS WORD=hunter2\n",
		"PASSWORD='hunter2\n",
		"PASSWORD=hunter2${A!!}\n",
		"PASSWORD=hunter2${A:?missing}\n",
		"hunter2/+abc==\n",
		"hunter2 abc\n",
		"KEY=-----BEGIN\nhunter2+hunter2=\n",
		"PASSWORD=hunter2\x00\n",
		"PASSWORD=hunter2\xff\n",
		"hunter2%: x\n",
	} {
		for _, file := range []string{".env", "w.env"} {
			dir := folder(t, "compose.yaml", "services: {w: {image: x, env_file: [{path: w.env, required: false}]}}\n", file, content)
			var said []string
			_, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo"}, collect(&said))
			if text := fmt.Sprint(err, said); strings.Contains(text, "hunter2") {
				t.Errorf("%q in %s: %s", content, file, text)
			}
			if e, ok := errors.AsType[*FileError](err); ok && strings.Contains(e.Excerpt+e.Help+e.Msg, "hunter2") {
				t.Errorf("%q in %s: %s\n%s\n%s", content, file, e.Msg, e.Excerpt, e.Help)
			}
		}
	}
}
