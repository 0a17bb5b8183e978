package terminal

import (
	"bytes"
	"strings"
	"testing"
)

// TestRegionLeaves: who has hidden the cursor shows it once more in the end, as what
// Finish wrote may have been thrown away; who has not leaves the terminal alone.
func TestRegionLeaves(t *testing.T) {
	var out bytes.Buffer
	r := Region{Output: OutputOf(&out)}
	if err := r.Restore(); err != nil || out.Len() > 0 {
		t.Fatalf("got %q, %v without a region", out.String(), err)
	}
	if err := r.Finish(&Buffer{}, []Text{Printed("a line", Plain)}, 80, 24); err != nil {
		t.Fatal(err)
	}
	out.Reset() // what a terminal does at ^C
	if err := r.Restore(); err != nil || !strings.HasSuffix(out.String(), "\x1b[?25h") {
		t.Errorf("got %q, %v", out.String(), err)
	}
}
