package do

import (
	"bytes"
	"testing"

	"github.com/compose-orchestrator/compose/event"
)

// FuzzProgress: whatever an engine says of a pull, a layer's progress has a name and
// is no negative number.
func FuzzProgress(f *testing.F) {
	for _, seed := range []string{
		`{"status":"Downloading","progressDetail":{"current":5,"total":10},"id":"ab"}{"status":"Pull complete","id":"ab"}`,
		`{"errorDetail":{"message":"no"},"error":"no"}`, `{"id":"a","progressDetail":{"current":-5,"total":-1}}`, `{"status":5}`, `[`, `{"id":"a","status":"Mounted from x"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		messages := bytes.Count(said, []byte("{"))
		d := &Doer{o: Options{Sink: func(e event.Event) {
			p, ok := e.(event.Part)
			if messages--; !ok || p.ID == "" || p.Current < 0 || p.Total < 0 || messages < 0 {
				t.Errorf("%q: %+v", said, e)
			}
		}}}
		_ = d.report(event.Ref{}, bytes.NewReader(said))
	})
}
