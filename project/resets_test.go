package project

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/compose-orchestrator/compose/event"
)

// TestResetEntry: one entry is taken back whatever form the files have, and
// wherever the first one is.
func TestResetEntry(t *testing.T) {
	attributes := []struct{ path, list, item, other string }{
		{"environment", `[A=1, B=2]`, "A", "B"},
		{"labels", `[A=1, B=2]`, "A", "B"},
		{"annotations", `[A=1, B=2]`, "A", "B"},
		{"sysctls", `[A=1, B=2]`, "A", "B"},
		{"extra_hosts", `["A=1.1.1.1", "B:2.2.2.2"]`, "A", "B"},
		{"depends_on", `[A, B]`, "A", "B"},
		{"networks", `[A, B]`, "A", "B"},
		{"build.args", `[A=1, B=2]`, "A", "B"},
		{"build.labels", `[A=1, B=2]`, "A", "B"},
		{"build.extra_hosts", `["A=1.1.1.1", "B:2.2.2.2"]`, "A", "B"},
		{"build.additional_contexts", `[A=., B=.]`, "A", "B"},
		{"deploy.labels", `[A=1, B=2]`, "A", "B"},
	}
	ways := []struct{ name, base, over string }{
		{"list, by a mapping", "%s", "{%s: !reset null}"},
		{"list, by a list", "%s", "[!reset %s]"},
		{"list, by an entry with its value", "%s", "[!reset '%s=1']"},
	}
	for _, a := range attributes {
		for _, way := range ways {
			t.Run(a.path+" "+way.name, func(t *testing.T) {
				at := func(value string) string {
					outer, inner, nested := strings.Cut(a.path, ".")
					if nested {
						return outer + ": {" + inner + ": " + value + "}"
					}
					return outer + ": " + value
				}
				rest := "\nnetworks: {A: , B: }\n"
				dir := folder(t,
					"base.yaml", "services: {web: {image: x, "+at(fmt.Sprintf(way.base, a.list))+"}, A: {image: x}, B: {image: x}}"+rest,
					"over.yaml", "services: {web: {"+at(fmt.Sprintf(way.over, a.item))+"}}\n",
					"inc.yaml", "include: [{path: [base.yaml]}]\n",
					"ext.yaml", "services: {web: {extends: {file: base.yaml, service: web}}, A: {image: x}, B: {image: x}}"+rest)
				for _, base := range []string{"base.yaml", "inc.yaml", "ext.yaml"} {
					p, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo", Files: []string{base, "over.yaml"}}, nil)
					if err != nil {
						t.Fatal(base, err)
					}
					text, err := json.Marshal(valueOf(t, p, a.path))
					if err != nil || strings.Contains(string(text), `"A`) || !strings.Contains(string(text), `"B`) {
						t.Errorf("%s: got %s, %v; want B without A", base, text, err)
					}
				}
			})
		}
	}
}

// valueOf is an attribute of service web, as config prints it.
func valueOf(t *testing.T, p *Project, path string) any {
	t.Helper()
	text, err := p.Marshal(MarshalOptions{Format: JSON})
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq("services.web."+path, ".") {
		below, _ := tree.(map[string]any)
		tree = below[part]
	}
	return tree
}

func TestResetOrder(t *testing.T) {
	dir := folder(t,
		"1.yaml", "services: {web: {image: x, environment: [A=1, B=1], extra_hosts: [\"h=1.1.1.1\", \"i=1.1.1.1\"]}}\n",
		"2.yaml", "services: {web: {environment: {C: 2}, extra_hosts: {h: 2.2.2.2}}}\n",
		"3.yaml", "services: {web: {environment: {A: !reset null, C: !override 3}, extra_hosts: {h: !reset null, i: !override 3.3.3.3}}}\n",
		"4.yaml", "services: {web: {environment: [A=4], extra_hosts: [h=4.4.4.4]}}\n",
	)
	for files, want := range map[string][2]string{
		"1.yaml 2.yaml 3.yaml":        {`{"B":"1","C":"3"}`, `["i=3.3.3.3"]`},
		"1.yaml 3.yaml 4.yaml":        {`{"A":"4","B":"1","C":"3"}`, `["h=4.4.4.4","i=3.3.3.3"]`},
		"1.yaml 2.yaml 3.yaml 4.yaml": {`{"A":"4","B":"1","C":"3"}`, `["h=4.4.4.4","i=3.3.3.3"]`},
	} {
		p, err := Load(t.Context(), Options{WorkDir: dir, Name: "demo", Files: strings.Fields(files)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, path := range []string{"environment", "extra_hosts"} {
			if got, _ := json.Marshal(valueOf(t, p, path)); string(got) != want[i] {
				t.Errorf("%s: %s is %s, want %s", files, path, got, want[i])
			}
		}
	}
}

// TestResetModel: config --no-interpolate takes entries back as well.
func TestResetModel(t *testing.T) {
	dir := folder(t, "compose.yaml", "services: {web: {image: x, environment: [\"A=${A}\", B=1]}}\n",
		"compose.override.yaml", "services: {web: {environment: {A: !reset null}}}\n")
	m, err := LoadModel(t.Context(), Options{WorkDir: dir, NoInterpolation: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := m.Marshal(MarshalOptions{})
	if got := string(text); strings.Contains(got, "A=") || strings.Contains(got, "reset") || !strings.Contains(got, "B=1") {
		t.Errorf("got %s", got)
	}
}

// TestResetIgnored: what takes nothing back says so.
func TestResetIgnored(t *testing.T) {
	dir := folder(t, "compose.yaml", "services: {web: {image: x, cap_add: [A, B]}}\n",
		"compose.override.yaml", "services:\n  web:\n    cap_add: [!reset A]\n")
	var said []string
	sink := func(e event.Event) { said = append(said, e.(event.Message).Text) }
	if _, err := Load(t.Context(), Options{WorkDir: dir}, sink); err != nil {
		t.Fatal(err)
	}
	if len(said) != 1 || !strings.HasPrefix(said[0], "compose.override.yaml:3: !reset takes no single entry") {
		t.Errorf("said %q", said)
	}
}
