package spec

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/project"
)

var update = flag.Bool("update", false, "rewrite docs/compose-attributes.md")

// attribute is a row of the table in attributes_table_test.go.
type attribute struct{ path, field, how string }

// The ways in which an attribute is dealt with; any other is a file of the
// repository that has the attribute's key in it.
const (
	inSpec   = "spec"     // in a request: a case of specCases sets it and looks for the field
	reported = "reported" // named by Unapplied or UnappliedResources: see samples
	dropped  = "dropped"  // named in request.Dropped: see samples
	refused  = "refused"  // an error names it: see samples
	watched  = "watch"    // no container has a trace of it: the command watch, or its refusal
)

// table reads the rows. "a.{b,c}" stands for a.b and a.c.
func table(t *testing.T) []attribute {
	t.Helper()
	var all []attribute
	for line := range strings.Lines(attributeTable) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		cells := strings.Split(line, " | ")
		if len(cells) != 3 {
			t.Fatalf("a row of %d cells: %s", len(cells), line)
		}
		for _, path := range expand(strings.TrimSpace(cells[0])) {
			all = append(all, attribute{path, strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2])})
		}
	}
	return all
}

func expand(path string) []string {
	before, rest, ok := strings.Cut(path, "{")
	if !ok {
		return []string{path}
	}
	inner, after, _ := strings.Cut(rest, "}")
	var out []string
	for name := range strings.SplitSeq(inner, ",") {
		for _, tail := range expand(after) {
			out = append(out, before+strings.TrimSpace(name)+tail)
		}
	}
	return out
}

// modelLeaves are all attributes of compose-go's model.
func modelLeaves() []string {
	paths := leaves(reflect.TypeFor[types.ServiceConfig](), "services")
	paths = slices.DeleteFunc(paths, func(path string) bool {
		if path == "services.name" {
			return true // the service's key
		}
		// A hook is a container's specification once more.
		return strings.HasPrefix(path, "services.pre_start.") && path != "services.pre_start.per_replica" && path != "services.pre_start.image" && path != "services.pre_start.command"
	})
	paths = append(paths, leaves(reflect.TypeFor[types.NetworkConfig](), "networks")...)
	paths = append(paths, leaves(reflect.TypeFor[types.VolumeConfig](), "volumes")...)
	paths = append(paths, leaves(reflect.TypeFor[types.SecretConfig](), "secrets")...)
	paths = append(paths, leaves(reflect.TypeFor[types.ConfigObjConfig](), "configs")...)
	paths = append(paths, leaves(reflect.TypeFor[types.ModelConfig](), "models")...)
	return slices.DeleteFunc(paths, func(path string) bool { return strings.HasSuffix(path, ".marshallcontent") })
}

// TestAttributesAreComplete: every attribute of the model is in the table, and
// nothing else. A newer compose-go with another attribute fails here.
func TestAttributesAreComplete(t *testing.T) {
	inTable := map[string]bool{}
	for _, a := range table(t) {
		if inTable[a.path] {
			t.Errorf("%s is in the table twice", a.path)
		}
		inTable[a.path] = true
	}
	for _, path := range modelLeaves() {
		if !inTable[path] {
			t.Errorf("%s is neither mapped, nor refused, nor reported", path)
		}
		delete(inTable, path)
	}
	for path := range inTable {
		t.Errorf("%s is in the table, and no attribute", path)
	}
}

// TestAttributesAreTested: each row holds.
func TestAttributesAreTested(t *testing.T) {
	covered := coveredBySpec(t)
	for _, a := range table(t) {
		switch a.how {
		case inSpec:
			if !slices.ContainsFunc(strings.Split(a.field, ", "), func(field string) bool { return covered[a.path][field] }) {
				t.Errorf("%s → %s: no case of specCases sets the one and looks for the other", a.path, a.field)
			}
		case reported, dropped, refused:
			if _, ok := samples[a.path]; !ok {
				t.Errorf("%s is %s, and has no sample", a.path, a.how)
			}
		case watched:
		default:
			key := a.path[strings.LastIndexByte(a.path, '.')+1:]
			if key == "single" {
				key = "ulimits" // it is the number that stands there alone
			}
			if !strings.Contains(flat(textOf(t, a.how)), flat(key)) {
				t.Errorf("%s: %s does not speak of it", a.path, a.how)
			}
		}
	}
}

// textOf is the text of all files of the repository that match a pattern.
func textOf(t *testing.T, pattern string) string {
	names, err := filepath.Glob(filepath.Join("..", "..", pattern))
	if err != nil || len(names) == 0 {
		t.Errorf("%s: no such file, %v", pattern, err)
	}
	var all strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		}
		all.Write(text)
	}
	return all.String()
}

// flat makes file keys and the names of Go's fields alike.
func flat(text string) string { return strings.ToLower(strings.ReplaceAll(text, "_", "")) }

var endpointPath = regexp.MustCompile(`^Networking\.EndpointsConfig\.[^.]+\.`)

// coveredBySpec are the attributes that cases set, and which fields of the
// request each of these cases looks at (as the table writes them).
func coveredBySpec(t *testing.T) map[string]map[string]bool {
	covered := map[string]map[string]bool{}
	for _, c := range specCases {
		web := loadText(t, withAttributes(c.attributes)).Services["web"]
		set := map[string]bool{}
		used(reflect.ValueOf(web), "services", set)
		for path := range set {
			if covered[path] == nil {
				covered[path] = map[string]bool{}
			}
			for _, w := range c.want {
				field := endpointPath.ReplaceAllString(w.path, "Endpoint.")
				for parts := strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '|' }); len(parts) > 0; parts = parts[:len(parts)-1] {
					covered[path][strings.Join(parts, ".")] = true
				}
			}
		}
	}
	return covered
}

// sample is a file's text with an attribute that is not honoured, and what says
// so.
type sample struct {
	attributes     string // of service web
	secret, config string // s below secrets, c below configs
	model          string // m below models
	want           string
}

// TestSamples: what is refused or left out says its name.
func TestSamples(t *testing.T) {
	how := map[string]string{}
	for _, a := range table(t) {
		how[a.path] = a.how
	}
	for path, s := range samples {
		t.Run(path, func(t *testing.T) {
			text := withAttributes(s.attributes)
			for _, more := range []struct{ section, entry string }{{"secrets", "s: " + s.secret}, {"configs", "c: " + s.config}} {
				if !strings.HasSuffix(more.entry, " ") {
					text = strings.Replace(text, "\n"+more.section+":\n", "\n"+more.section+":\n  "+more.entry+"\n", 1)
				}
			}
			if s.model != "" {
				text += "models: {m: " + s.model + "}\n"
			}
			said, err := outcome(t, text)
			switch how[path] {
			case refused:
				if err == nil || !strings.Contains(err.Error(), s.want) {
					t.Errorf("got %v, want an error with %q", err, s.want)
				}
			case dropped, reported:
				if err != nil || !slices.Contains(said[how[path]], s.want) {
					t.Errorf("got %q, %v, want %q to be %s", said, err, s.want, how[path])
				}
			default:
				t.Errorf("a sample of an attribute that is %q", how[path])
			}
		})
	}
}

// outcome loads a file and asks for service web's container: what is reported
// and dropped, or the error.
func outcome(t *testing.T, text string) (map[string][]string, error) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "compose.yaml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := project.Load(t.Context(), project.Options{Files: []string{file}, WorkDir: dir, Name: "demo", AllResources: true}, event.Discard)
	if err != nil {
		return nil, err
	}
	said := map[string][]string{reported: append(Unapplied(p, "web"), UnappliedResources(p)...)}
	req, err := Container(p, "web", 1, Binding{OS: "linux"})
	if err != nil {
		return said, err
	}
	for _, d := range req.Dropped {
		said[dropped] = append(said[dropped], d.Attribute)
	}
	return said, nil
}

// tableHead begins the part of docs/compose-attributes.md that is generated.
const tableHead = "| attribute | becomes | tested by |\n|---|---|---|\n"

// TestAttributesDocument: the table in docs/compose-attributes.md is the one here.
func TestAttributesDocument(t *testing.T) {
	const file = "../../docs/compose-attributes.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, got, _ := strings.Cut(string(text), tableHead)
	want := attributesRows(t)
	if *update {
		if err := os.WriteFile(file, []byte(head+tableHead+want), 0o644); err != nil {
			t.Fatal(err)
		}
		got = want
	}
	if got != want {
		t.Errorf("%s is not what the table says: go test ./engine/spec -run TestAttributesDocument -update", file)
	}
}

func attributesRows(t *testing.T) string {
	var b strings.Builder
	for _, a := range table(t) {
		field := strings.ReplaceAll(a.field, "Host.", "HostConfig.")
		by := "`" + a.how + "`"
		switch a.how {
		case inSpec:
			by = "`engine/spec/cases_test.go`"
		case reported, dropped:
			field, by = "*reported*: "+field, "`engine/spec/attributes_samples_test.go`"
		case watched:
			by = "the tests of the command `watch`"
		case refused:
			field, by = "*refused*: "+field, "`engine/spec/attributes_samples_test.go`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", a.path, field, by)
	}
	return b.String()
}
