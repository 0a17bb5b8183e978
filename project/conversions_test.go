package project

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/event"
)

// warnings loads a project twice, as config does with and without
// --no-interpolate, and returns the warnings, which must be the same.
func warnings(t *testing.T, o Options) []string {
	t.Helper()
	var texts, again []string
	note := func(into *[]string) event.Sink {
		return func(e event.Event) {
			if m, ok := e.(event.Message); ok {
				*into = append(*into, m.Text)
			}
		}
	}
	if _, err := Load(t.Context(), o, note(&texts)); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadModel(t.Context(), o, note(&again)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(texts, again) {
		t.Errorf("a project warns of\n%s\nits model of\n%s", strings.Join(texts, "\n"), strings.Join(again, "\n"))
	}
	return texts
}

// TestConversions: what YAML changes is told, where it stands and what it becomes.
func TestConversions(t *testing.T) {
	tests := []struct{ written, becomes, kind string }{
		{"24.10", "24.1", "number"}, {"0123", "83", "number"}, {"8e3", "8000", "number"}, {"1_000", "1000", "number"},
		{"0x1F", "31", "number"}, {"0o17", "15", "number"}, {"+5", "5", "number"}, {"12345678.0", "1.2345678e+07", "number"},
		{".5", "0.5", "number"}, {"-1.50", "-1.5", "number"}, {"089", "89", "number"}, {"True", "true", "boolean"}, {"FALSE", "false", "boolean"},
		{"2024-01-01", "2024-01-01 00:00:00 +0000 UTC", "date"}, {"2024-1-2", "2024-01-02 00:00:00 +0000 UTC", "date"},
		{"2001-12-14T21:59:43Z", "2001-12-14 21:59:43 +0000 UTC", "date"}, {"!!float 3.10", "3.1", "number"},
		{"10", "", ""}, {"-3", "", ""}, {"1.5", "", ""}, {"true", "", ""}, {"yes", "", ""}, {"on", "", ""}, {"12:30", "", ""}, {"1.2.3", "", ""},
		{"'0123'", "", ""}, {`"24.10"`, "", ""}, {"!!str 24.10", "", ""}, {"", "", ""}, {"~", "", ""}, {"Null", "", ""}, {"${X:-24.10}", "", ""},
	}
	for _, test := range tests {
		dir := folder(t, "compose.yaml", "services:\n  web:\n    image: x\n    environment:\n      V: "+test.written+"\n")
		got := warnings(t, Options{WorkDir: dir})
		plain := test.written[strings.LastIndexByte(test.written, ' ')+1:]
		want := []string{`compose.yaml:5: services.web.environment.V: ` + plain + ` is a ` + test.kind + ` in YAML and becomes ` + test.becomes +
			`; put it in quotes to keep it: "` + plain + `"`}
		if test.becomes == "" {
			want = nil
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", test.written, got, want)
		}
		p, err := Load(t.Context(), Options{WorkDir: dir}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if v := p.Services["web"].Environment["V"]; test.becomes != "" && *v != test.becomes {
			t.Errorf("%s became %q, want %q", test.written, *v, test.becomes)
		}
	}
}

// TestConversionsEverywhere: each once, in every place and file, and only where it
// takes effect.
func TestConversionsEverywhere(t *testing.T) {
	dir := folder(t, "compose.yaml", `include: [part/inc.yaml]
x-env: &env {SHARED: 01, OTHER: "01"}
services:
  web:
    image: x:1.10
    cpus: 0.50
    environment: {<<: *env, OWN: 1.10, OVER: 1.20, NL:
      1.30}
    labels: {l: 1.0}
    annotations: {a: 010}
    sysctls: {s: 0x10}
    logging: {driver: json-file, options: {o: 07}}
    build: {context: ., args: {x: 3.10}, labels: {y: 1e3}}
    deploy: {labels: {z: 2.0}}
  two: {image: x, environment: *env}
  three: {extends: {file: part/ext.yaml, service: base}}
  off: {image: x, profiles: [off], environment: {OFF: 1.10}}
networks: {default: {labels: {n: 0b1}, driver_opts: {m: 1_0}}}
`, "over.yaml", "services: {web: {environment: {OVER: '1.20'}, labels: [k=1.10]}}\n",
		"part/inc.yaml", "services: {inc: {image: x, environment: {I: 1.10}}}\n",
		"part/ext.yaml", "services: {base: {image: x, labels: {e: 1.10}}, unused: {image: x, labels: {u: 1.10}}}\n")
	var places []string
	for _, text := range warnings(t, Options{WorkDir: dir, Files: []string{"compose.yaml", "over.yaml"}, Profiles: []string{"off"}}) {
		at, _, _ := strings.Cut(text, " is a ")
		places = append(places, at)
	}
	want := []string{
		"compose.yaml:2: services.web.environment.SHARED: 01",
		"compose.yaml:7: services.web.environment.OWN: 1.10",
		"compose.yaml:8: services.web.environment.NL: 1.30",
		"compose.yaml:9: services.web.labels.l: 1.0",
		"compose.yaml:10: services.web.annotations.a: 010",
		"compose.yaml:11: services.web.sysctls.s: 0x10",
		"compose.yaml:12: services.web.logging.options.o: 07",
		"compose.yaml:13: services.web.build.args.x: 3.10",
		"compose.yaml:13: services.web.build.labels.y: 1e3",
		"compose.yaml:14: services.web.deploy.labels.z: 2.0",
		"compose.yaml:17: services.off.environment.OFF: 1.10",
		"compose.yaml:18: networks.default.labels.n: 0b1",
		"compose.yaml:18: networks.default.driver_opts.m: 1_0",
		"part/inc.yaml:1: services.inc.environment.I: 1.10",
		"part/ext.yaml:1: services.base.labels.e: 1.10",
	}
	if !slices.Equal(places, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(places, "\n"), strings.Join(want, "\n"))
	}
	// The included file is looked at even if nothing else gives a reason to.
	write(t, filepath.Join(dir, "compose.yaml"), "include: [part/inc.yaml]\nservices: {web: {image: x}}\n")
	if got := warnings(t, Options{WorkDir: dir}); len(got) != 1 {
		t.Errorf("of an included file: %q", got)
	}
	write(t, filepath.Join(dir, "compose.yaml"), "services: {web: {extends: {file: part/ext.yaml, service: base}}}\n")
	if got := warnings(t, Options{WorkDir: dir}); len(got) != 1 {
		t.Errorf("of an extended file: %q", got)
	}
	if err := os.Remove(filepath.Join(dir, "over.yaml")); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkMayConvert(b *testing.B) {
	o := hundred(b)
	s, _, _, err := prepare(b.Context(), o, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if s.mayConvert() {
			b.Fatal("nothing of it is changed")
		}
	}
}
