package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/hint"
)

func TestFindInstance(t *testing.T) {
	dir := t.TempDir()
	store := filepath.Join(dir, "buildx", "instances")
	if err := os.MkdirAll(store, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"far":   `{"Name":"far","Driver":"remote","Nodes":[{"Name":"far0","Endpoint":"tcp://h:1","DriverOpts":{"cacert":"/ca"}}],"Dynamic":false}`,
		"near":  `{"Name":"near","Driver":"docker","Nodes":[{"Name":"near","Endpoint":"default"}]}`,
		"empty": `{"Name":"empty","Driver":"remote"}`,
		"bad":   `{`,
	} {
		if err := os.WriteFile(filepath.Join(store, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, flag, env string
		away            bool
		err             string
	}{
		{name: "nothing said"},
		{name: "the engine's own", flag: "default", env: "far"},
		{name: "remote", flag: "far", away: true},
		{name: "any case", flag: "FAR", away: true},
		{name: "by the environment", env: "far", away: true},
		{name: "driver docker", flag: "near"},
		{name: "unknown", flag: "nope", err: `no builder "nope" found`},
		{name: "a path", flag: "../../etc/passwd", err: `no builder "../../etc/passwd" found`},
		{name: "no nodes", flag: "empty", err: "no nodes"},
		{name: "no JSON", flag: "bad", err: `reading the builder "bad"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := &Builder{o: options(map[string]string{"BUILDX_BUILDER": test.env}, Options{Builder: test.flag, ConfigDir: dir})}
			got, away, err := b.findInstance()
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v, want %q", err, test.err)
				}
				return
			}
			if err != nil || away != test.away || away && got.Nodes[0].DriverOpts["cacert"] != "/ca" {
				t.Errorf("got %+v, %t, %v", got, away, err)
			}
		})
	}
	b := &Builder{o: options(map[string]string{"BUILDX_CONFIG": filepath.Join(dir, "buildx")}, Options{Builder: "nope"})}
	_, _, err := b.findInstance()
	if !strings.Contains(hint.Of(err), "far") {
		t.Errorf("the hint does not name the builders there are: %v", err)
	}
}
