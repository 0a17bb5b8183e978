package diagnostic

import (
	"slices"
	"strings"
	"testing"
)

func TestSchemaKeys(t *testing.T) {
	for path, want := range map[string]string{
		"":                             "services",
		"services.x":                   "depends_on",
		"services.x.build":             "context",
		"services.x.ports.0":           "published",
		"services.x.healthcheck":       "interval",
		"services.x.deploy.resources":  "limits",
		"services.x.develop.watch.0":   "ignore",
		"networks.n":                   "driver",
		"services.x.depends_on.y":      "condition",
		"services.x.volumes.0.tmpfs":   "size",
		"services.x.nothing.like.this": "",
	} {
		keys := schemaKeys(strings.FieldsFunc(path, func(r rune) bool { return r == '.' }))
		if want != "" && !strings.Contains(" "+strings.Join(keys, " ")+" ", " "+want+" ") || want == "" && len(keys) > 0 {
			t.Errorf("%s: keys %q, want %q among them", path, keys, want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"image", "init", "ipc", "ports", "post_start", "depends_on", "volumes", "volumes_from", "a"}
	for name, want := range map[string]string{
		"imgae": `"image"`, "Image": `"image"`, "port": `"ports"`, "depend": `"depends_on"`,
		"volume": `"volumes"`, "zzz": "", "b": "", "": "",
	} {
		if got := Quoted(Nearest(name, names)); got != want {
			t.Errorf("Nearest(%q) = %s, want %s", name, got, want)
		}
	}
}

// TestNearestIsBounded: names that nobody types are not compared, nor more than enough.
func TestNearestIsBounded(t *testing.T) {
	long := strings.Repeat("a", maxSuggested)
	if got := Nearest(long+"b", []string{long + "c"}); got != nil {
		t.Errorf("got %d names", len(got))
	}
	if got := Nearest(long, []string{long + "c"}); len(got) != 0 {
		t.Errorf("got %d names", len(got))
	}
	if got := Nearest("web", append(slices.Repeat([]string{"x"}, maxCandidates), "wev")); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}
