package history

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/compose-orchestrator/compose/project"
)

// TestImagesOf: of each service the images of its last five deployments count that ended
// well and brought something up.
func TestImagesOf(t *testing.T) {
	deployed := func(n int, images map[string]Image) Listed {
		return Listed{n, &Deployment{Number: n, Definition: &project.Kept{}, Outcome: Outcome{Result: Done}, Images: images}, nil}
	}
	web := func(id string) map[string]Image { return map[string]Image{"web": {ID: id}, "db": {ID: "db"}} }
	var all []Listed
	for n := range 7 {
		all = append(all, deployed(n+1, web(fmt.Sprint("v", n+1))))
	}
	failed, stop := deployed(8, web("failed")), deployed(9, web("stopped"))
	failed.Outcome.Result, stop.Definition = Failed, nil
	all = append(all, failed, stop, Listed{10, nil, errors.New("damaged")})
	all[0].Images["cache"] = Image{ID: "cache"} // it has no later one

	got := ImagesOf(all)
	for what, c := range map[string]struct {
		got  map[string]bool
		want []string
	}{
		"now":     {got.Now, []string{"db", "v7"}},
		"earlier": {got.Earlier, []string{"cache", "v3", "v4", "v5", "v6"}},
		"old":     {got.Old, []string{"v1", "v2"}},
	} {
		if have := slices.Sorted(maps.Keys(c.got)); !slices.Equal(have, c.want) {
			t.Errorf("%s: %v, want %v", what, have, c.want)
		}
	}
	if none := ImagesOf(nil); len(none.Now)+len(none.Earlier)+len(none.Old) > 0 {
		t.Errorf("of nothing: %v", none)
	}
}
