package planfile_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planfile"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

var (
	key   = project.NewContentKey([]byte("0123456789abcdef"))
	oldDB = event.Ref{Kind: event.Container, Name: "demo-db-1", Service: "db", Number: 1, Old: "demo-db-1"}
	db    = event.Ref{Kind: event.Container, Name: "demo-db-1", Service: "db", Number: 1}
	back  = event.Ref{Kind: event.Network, Name: "demo_back"}
)

// saved is a plan that makes db anew, and the network back.
func saved() planfile.Saved {
	grace := 3 * time.Second
	return planfile.Saved{
		ID: "PLAN", Tool: "1", Made: time.Unix(1e9, 0).UTC(), By: "me@here", Engine: "E", Project: "demo",
		Asked:   planfile.Asked{Dir: "/demo", Options: planner.UpOptions{Timeout: &grace, Discard: []string{"data"}}},
		Inputs:  project.Inputs{Files: map[string]string{"/demo/compose.yaml": "k:1"}, Model: map[string]string{}},
		Digests: map[string]string{"redis": "sha256:1"},
		Plan: &plan.Plan{Title: "Running", Steps: []plan.Step{
			{ID: 1, Action: planner.CreateNetwork{Ref: back, Key: "back"}},
			{ID: 2, Action: planner.PullImage{Ref: event.Ref{Kind: event.Image, Name: "redis"}, Digest: "sha256:1"}},
			{ID: 3, Action: planner.CreateContainer{Ref: db, Replaces: "db1"}, After: []int{1, 2}},
			{ID: 4, Action: planner.RemoveContainer{Ref: oldDB, ID: "db1"}, After: []int{3}},
		}},
		Seen: planfile.Look(model, &plan.Plan{}, before()),
	}
}

var model = &project.Project{Project: &types.Project{Services: types.Services{"web": {}, "db": {}}}}

// before is the state that the plan is made with.
func before() planner.State {
	return planner.State{
		Containers: []planner.Container{
			{ID: "web1", Name: "demo-web-1", Service: "web", Number: 1, Status: planner.Running, Health: planner.Healthy, Hash: "h", ImageID: "i"},
			{ID: "db1", Name: "demo-db-1", Service: "db", Number: 1, Status: planner.Running, Hash: "h", ImageID: "i"},
			{ID: "run", Name: "demo-web-run", Service: "web", OneOff: true, Status: planner.Running},
		},
		Networks: []planner.Network{{ID: "n1", Name: "demo_front"}},
		Images:   map[string]planner.Image{"nginx": {ID: "i"}},
	}
}

// TestDifferences: what is not as it was is named, and what the plan's own steps changed is
// not once it has been begun.
func TestDifferences(t *testing.T) {
	const own = true
	for name, test := range map[string]struct {
		change func(s *planner.State)
		want   string
		own    bool // the plan's steps may have done it
	}{
		"nothing":         {func(*planner.State) {}, "", false},
		"health":          {func(s *planner.State) { s.Containers[0].Health = planner.Unhealthy }, "", false},
		"restarting":      {func(s *planner.State) { s.Containers[0].Status = planner.Restarting }, "", false},
		"a one-off":       {func(s *planner.State) { s.Containers = s.Containers[:2] }, "", false},
		"another service": {func(s *planner.State) { s.Containers[2] = planner.Container{ID: "x", Service: "x", Number: 1} }, "", false},
		"stopped":         {func(s *planner.State) { s.Containers[0].Status = planner.Exited }, "container demo-web-1 was stopped", false},
		"paused":          {func(s *planner.State) { s.Containers[0].Status = planner.Paused }, "container demo-web-1 was paused", false},
		"removed":         {func(s *planner.State) { s.Containers = s.Containers[1:] }, "container demo-web-1 was removed", false},
		"another replica": {func(s *planner.State) {
			s.Containers[2] = planner.Container{ID: "x", Name: "demo-web-2", Service: "web", Number: 2}
		}, "container demo-web-2 was created", false},
		"a network":        {func(s *planner.State) { s.Networks[0].ID = "n2" }, "network demo_front was made anew", false},
		"no network":       {func(s *planner.State) { s.Networks = nil }, "network demo_front was removed", false},
		"a volume":         {func(s *planner.State) { s.Volumes = []planner.Volume{{Name: "v"}} }, "volume v was created", false},
		"an image":         {func(s *planner.State) { s.Images["nginx"] = planner.Image{ID: "j"} }, "image nginx is another one", false},
		"what is pulled":   {func(s *planner.State) { s.Images["redis"] = planner.Image{ID: "j"} }, "", false},
		"its network":      {func(s *planner.State) { s.Networks = append(s.Networks, planner.Network{ID: "n2", Name: "demo_back"}) }, "network demo_back was created", own},
		"its stop":         {func(s *planner.State) { s.Containers[1].Status = planner.Exited }, "container demo-db-1 was stopped", own},
		"its removal":      {func(s *planner.State) { s.Containers = s.Containers[:1] }, "container demo-db-1 was removed", own},
		"its new name":     {func(s *planner.State) { s.Containers[1].Name = "abc_demo-db-1" }, "", own},
		"its container":    {func(s *planner.State) { s.Containers[2] = made("PLAN") }, "container tmp_demo-db-1 was created", own},
		"another's":        {func(s *planner.State) { s.Containers[2] = made("OTHER") }, "container tmp_demo-db-1 was created", false},
		"nobody's":         {func(s *planner.State) { s.Containers[2] = made("") }, "container tmp_demo-db-1 was created", false},
		"two of a service": {func(s *planner.State) { s.Containers[0].ImageID, s.Containers[1].Status = "j", planner.Exited }, "container demo-db-1 was stopped, container demo-web-1 was made anew", false},
	} {
		t.Run(name, func(t *testing.T) {
			p, now := saved(), before()
			test.change(&now)
			seen := planfile.Look(model, p.Plan, now)
			check := func(begun bool, want string) {
				t.Helper()
				var texts []string
				for _, d := range p.Differences(seen, begun) {
					texts = append(texts, d.String())
				}
				if got := strings.Join(texts, ", "); got != want {
					t.Errorf("begun %t: got %q, want %q", begun, got, want)
				}
			}
			check(false, test.want)
			switch {
			case test.own:
				check(true, "")
			case name == "two of a service":
				check(true, "container demo-web-1 was made anew")
			default:
				check(true, test.want)
			}
		})
	}
}

// made is a container that takes the place of db's.
func made(by string) planner.Container {
	return planner.Container{ID: "db2", Name: "tmp_demo-db-1", Service: "db", Number: 1, Labels: map[string]string{project.LabelPlan: by}}
}

// TestReadWrite: what was written is read as it was, with the key that it was written with.
func TestReadWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.json")
	for range 2 { // the second takes the first one's place
		if err := planfile.Write(path, saved(), key); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v (%v)", info.Mode(), err)
	}
	if others, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(others) != 1 {
		t.Errorf("there are %q", others)
	}
	got, err := planfile.Read(path, key)
	if err != nil {
		t.Fatal(err)
	}
	want := saved()
	want.Schema, want.Seal = got.Schema, got.Seal
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("got %+v, want %+v", *got, want)
	}
	if _, err := planfile.Read(path, project.NewContentKey([]byte("another"))); err == nil || !strings.Contains(err.Error(), "made by me@here with another key") {
		t.Errorf("with another key: %v", err)
	}
}

// TestReadChanged: a byte more, less or other in the file is noticed, and nothing
// that a file may hold is more than an error that says what to do.
func TestReadChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := planfile.Write(path, saved(), key); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read := func(changed []byte) error {
		t.Helper()
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := planfile.Read(path, key)
		return err
	}
	if err := read(text); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(text); i += 31 {
		other := slices.Clone(text)
		other[i] ^= 1
		for what, changed := range map[string][]byte{
			"another byte": other, "a byte less": slices.Delete(slices.Clone(text), i, i+1),
			"a byte more": slices.Insert(slices.Clone(text), i, ' '), "the beginning": text[:i],
		} {
			err := read(changed)
			if e, ok := errors.AsType[*hint.Error](err); !ok || e.Help == "" {
				t.Fatalf("%s at %d: %v", what, i, err)
			}
		}
	}
	// A second plan behind the first, or a seal behind the seal.
	for _, changed := range []string{
		strings.Replace(string(text), `"id": "PLAN"`, `"id": "PLAN", "seal": ""`, 1),
		string(text) + string(text),
	} {
		if read([]byte(changed)) == nil {
			t.Errorf("read:\n%s", changed)
		}
	}
}

// TestOptions: all options of an up are kept.
func TestOptions(t *testing.T) {
	var o planner.UpOptions
	v := reflect.ValueOf(&o).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString("x")
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Slice:
			f.Set(reflect.ValueOf([]string{"x"}))
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		default:
			t.Errorf("field %s is of a kind that this test does not know", v.Type().Field(i).Name)
		}
	}
	text, err := json.Marshal(planfile.Asked{Options: o})
	var back planfile.Asked
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || !reflect.DeepEqual(back.Options, o) {
		t.Errorf("got %+v (%v), want %+v", back.Options, err, o)
	}
}
