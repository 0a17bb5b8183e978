package files

import (
	"testing"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
)

// FuzzTextFile: what is read of a container's /etc/passwd is in what came, and no more
// than the limit; an owner is found or is root.
func FuzzTextFile(f *testing.F) {
	f.Add(testbed.TarOf(f, "passwd", "root:x:0:0:root:/root:/bin/sh\nme:x:1000:1001::/:\n", 0o644), "me")
	f.Add(testbed.TarOf(f, "passwd", "me:x:-5:99999999999999999999\n::::\nme", 0o644), "me")
	f.Add([]byte("x"), "")
	f.Fuzz(func(t *testing.T, archive []byte, user string) {
		text, err := textFile(t.Context(), &testbed.Archive{Content: archive}, "id", "/etc/passwd")
		if err != nil {
			return
		}
		if len(text) > maxTextFile {
			t.Errorf("%d bytes", len(text))
		}
		if o := lookUp(user, text, text); o.UID < 0 || o.GID < 0 {
			t.Errorf("%q is %d:%d by %q", user, o.UID, o.GID, text)
		}
	})
}
