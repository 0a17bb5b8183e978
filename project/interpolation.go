package project

import (
	"bytes"
	"maps"
	"strings"

	"github.com/compose-spec/compose-go/v2/interpolation"
	"github.com/compose-spec/compose-go/v2/tree"
	"github.com/compose-spec/compose-go/v2/types"
)

// dropUnusedCasts makes interpolation cheaper without changing its result. compose-go
// compares the path of every string of a file with every path whose strings it
// turns into numbers or booleans, which is a fifth of a load's time: paths with
// a key that no file has in its text are left out.
func dropUnusedCasts(o *interpolation.Options, files []types.ConfigFile) {
	o.TypeCastMapping = withVolumes(o.TypeCastMapping, overlappingVolumes(files))
	if !selfContained(files) {
		return
	}
	seen := map[string]bool{}
	named := func(key string) bool {
		found, ok := seen[key]
		if !ok {
			found = contains(files, key)
			seen[key] = found
		}
		return found
	}
	casts := map[tree.Path]interpolation.Cast{}
	for path, cast := range o.TypeCastMapping {
		if everyKey(path, named) {
			casts[path] = cast
		}
	}
	o.TypeCastMapping = casts
}

// withVolumes is a copy of the loader's casts with one for volumes in the short form.
// The texts in leave are not cast.
func withVolumes(casts map[tree.Path]interpolation.Cast, leave map[string]bool) map[tree.Path]interpolation.Cast {
	all := maps.Clone(casts)
	for _, path := range shortVolumes {
		all[path] = func(text string) (any, error) {
			if leave[text] {
				return text, nil
			}
			return castVolume(text)
		}
	}
	return all
}

// selfContained tells whether every key of the project is in the text of these files:
// they name no other files, and no key is spelt with escapes.
func selfContained(files []types.ConfigFile) bool {
	for _, text := range []string{"include", "extends", `\x`, `\u`, `\U`, "\\\n", "\\\r"} {
		if contains(files, text) {
			return false
		}
	}
	return true
}

func contains(files []types.ConfigFile, text string) bool {
	for _, f := range files {
		if bytes.Contains(f.Content, []byte(text)) {
			return true
		}
	}
	return false
}

func everyKey(path tree.Path, named func(key string) bool) bool {
	for key := range strings.SplitSeq(string(path), ".") {
		if key != tree.PathMatchAll && key != tree.PathMatchList && !named(key) {
			return false
		}
	}
	return true
}
