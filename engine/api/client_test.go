package api

import (
	"reflect"
	"testing"

	"github.com/docker/docker/client"
)

// A dry run relies on it: what it holds has Reader's methods and no other.
func TestReadOnlyHasNoWrites(t *testing.T) {
	r := ReadOnly(&client.Client{})
	if _, ok := r.(Client); ok {
		t.Error("the read-only client is a Client")
	}
	got, want := reflect.TypeOf(r), reflect.TypeFor[Reader]()
	if got.NumMethod() != want.NumMethod() {
		t.Errorf("methods: got %d, want Reader's %d", got.NumMethod(), want.NumMethod())
	}
	for i := range got.NumMethod() {
		if name := got.Method(i).Name; !has(want, name) {
			t.Errorf("the read-only client has %s", name)
		}
	}
}

func has(t reflect.Type, method string) bool {
	_, ok := t.MethodByName(method)
	return ok
}
