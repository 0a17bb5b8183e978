package spec

import (
	"reflect"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// leaves are the paths of all attributes below a type of compose-go's model
// that take a value of their own: "ports.target". Names that users choose have
// no part in a path.
func leaves(t reflect.Type, at string) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		if isValue(t) {
			return []string{at}
		}
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || isValue(t) {
		return []string{at}
	}
	var paths []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, inline := keyOf(f)
		switch {
		case inline:
			paths = append(paths, leaves(f.Type, at)...)
		case name != "":
			paths = append(paths, leaves(f.Type, strings.TrimPrefix(at+"."+name, "."))...)
		}
	}
	return paths
}

// keyOf is the key of a struct's field in the file, "": it has none.
func keyOf(f reflect.StructField) (key string, inline bool) {
	tag, ok := f.Tag.Lookup("yaml")
	if !ok {
		return strings.ToLower(f.Name), false
	}
	key, options, _ := strings.Cut(tag, ",")
	if f.Type == reflect.TypeFor[types.Extensions]() || key == "-" || strings.HasPrefix(key, "#") {
		return "", false
	}
	return key, key == "" && strings.Contains(options, "inline")
}

// isValue tells the types that are one value in a file, although Go has them
// in parts.
func isValue(t reflect.Type) bool {
	return slices.Contains([]reflect.Type{
		reflect.TypeFor[types.SSHConfig](), reflect.TypeFor[types.HostsList](), reflect.TypeFor[types.MultiOptions](),
		reflect.TypeFor[types.ShellCommand](),
	}, t)
}

// used are the leaves of a value that are set in it.
func used(v reflect.Value, at string, found map[string]bool) {
	t := v.Type()
	switch {
	case v.IsZero():
	case isValue(t):
		found[at] = true
	case v.Kind() == reflect.Pointer:
		if t.Elem().Kind() == reflect.Struct {
			used(v.Elem(), at, found)
		} else {
			found[at] = true
		}
	case v.Kind() == reflect.Struct:
		for i := range t.NumField() {
			name, inline := keyOf(t.Field(i))
			if inline {
				used(v.Field(i), at, found)
			} else if name != "" {
				used(v.Field(i), strings.TrimPrefix(at+"."+name, "."), found)
			}
		}
	case v.Kind() == reflect.Slice && hasParts(t.Elem()):
		for i := range v.Len() {
			used(v.Index(i), at, found)
		}
	case v.Kind() == reflect.Map && hasParts(t.Elem()):
		found[at] = true
		for _, key := range v.MapKeys() {
			used(v.MapIndex(key), at, found)
		}
	default:
		found[at] = true
	}
}

func hasParts(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && !isValue(t)
}
