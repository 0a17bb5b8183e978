package do_test

import (
	"context"
	"slices"
	"testing"

	"github.com/docker/docker/client"

	"github.com/compose-orchestrator/compose/engine/do"
	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/engine/observe"
)

// TestKeepImages: earlier images get a tag, once; those of nobody's lose it, and with it go.
func TestKeepImages(t *testing.T) {
	server, err := enginetest.Listen(enginetest.Options{Images: map[string]enginetest.Image{
		"one": {Env: []string{"A=1"}}, "two": {Env: []string{"A=2"}}, "three": {Env: []string{"A=3"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	c, err := client.NewClientWithOpts(client.WithHost(server.Host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ids := map[string]string{}
	for _, name := range []string{"one", "two", "three"} {
		i, err := c.ImageInspect(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = i.ID
	}
	keep := func(project string, now, earlier, gone []string) {
		t.Helper()
		o := do.KeepOptions{
			Now: map[string]bool{}, Earlier: map[string]bool{"sha256:" + gone64: true}, // that is not there any more
			Gone: func(_ context.Context, p string) bool { return slices.Contains(gone, p) },
		}
		for _, name := range now {
			o.Now[ids[name]] = true
		}
		for _, name := range earlier {
			o.Earlier[ids[name]] = true
		}
		if err := do.KeepImages(t.Context(), c, project, o); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(want ...string) {
		t.Helper()
		all, err := observe.KeptImages(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range all {
			for name, id := range ids {
				if id == i.ID && i.Tag == observe.KeptTag(i.Project, id) {
					got = append(got, i.Project+" "+name)
				}
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("kept %q, want %q", got, want)
		}
	}
	keep("shop", []string{"two"}, []string{"one"}, nil)
	kept("shop one")
	keep("shop_2-x", []string{"two"}, []string{"one"}, nil)
	keep("shop", []string{"three"}, []string{"one", "two"}, nil)
	kept("shop one", "shop two", "shop_2-x one")
	keep("shop", []string{"one"}, []string{"three"}, nil) // one was brought back
	kept("shop one", "shop three", "shop_2-x one")
	keep("other", nil, nil, []string{"shop", "shop_2-x"})
	kept()
	if _, err := c.ImageInspect(t.Context(), "one"); err != nil {
		t.Errorf("an image with another name went along: %v", err)
	}
}

const gone64 = "0000000000000000000000000000000000000000000000000000000000000000"
