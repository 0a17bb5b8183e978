package filesync

import (
	"bytes"
	"encoding/gob"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/engine/enginetest/testbed"
)

// FuzzHolds: a container that says it has a file has sent its content, and was asked
// twice at most, wherever its links lead.
func FuzzHolds(f *testing.F) {
	f.Add(testbed.TarOf(f, "f", "content", 0o644), "content", uint32(0), "")
	f.Add(testbed.TarOf(f, "f", "contenT", 0o644), "content", uint32(0), "")
	f.Add(testbed.TarOf(f, "f", "content", 0o755), "content", uint32(0), "")
	f.Add(testbed.TarOf(f, "f", "other", 0o644), "content", uint32(fs.ModeSymlink), "/f")
	f.Add([]byte(strings.Repeat("x", 600)), "", uint32(fs.ModeSymlink), "../../f")
	source := filepath.Join(f.TempDir(), "f")
	f.Fuzz(func(t *testing.T, archive []byte, content string, mode uint32, link string) {
		if err := os.WriteFile(source, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		h := &testbed.Archive{Content: archive, Stat: container.PathStat{Mode: fs.FileMode(mode), LinkTarget: link}}
		s := New(h, Options{})
		holds, err := s.Holds(t.Context(), "id", []Write{{Target: "/app/f", Source: source, Mode: 0o644}})
		if err != nil || len(holds) != 1 {
			t.Fatal(holds, err)
		}
		if holds[0] && !bytes.Contains(archive, []byte(content)) {
			t.Errorf("%q is held by %q", content, archive)
		}
		if h.Asked > 2 {
			t.Errorf("asked %d times", h.Asked)
		}
	})
}

// FuzzAgentAnswers: whatever comes in the place of an agent's answers, none is longer
// than the limit, and no more is read for one.
func FuzzAgentAnswers(f *testing.F) {
	gobs := func(all ...any) []byte {
		var b bytes.Buffer
		for e := gob.NewEncoder(&b); len(all) > 0; all = all[1:] {
			if err := e.Encode(all[0]); err != nil {
				f.Fatal(err)
			}
		}
		return b.Bytes()
	}
	f.Add(gobs(agentAnswer{}, agentAnswer{Link: "/a", To: "/b"}, agentAnswer{Error: "no"}))
	f.Add(gobs("text", 5))
	f.Add(gobs(agentAnswer{Error: strings.Repeat("x", 2*agentAnswerBytes)}))
	f.Add([]byte{0xfc, 0x3f, 0xff, 0xff, 0xff, 'x'})
	f.Fuzz(func(t *testing.T, said []byte) {
		in := bytes.NewReader(said)
		answers := newAgentAnswers(in)
		for range 100 {
			before := in.Len()
			got, err := answers.next()
			if read := before - in.Len(); read > agentAnswerBytes {
				t.Errorf("%d bytes are read for an answer", read)
			}
			if err != nil {
				return
			}
			if n := len(got.Link) + len(got.To) + len(got.Error); n > agentAnswerBytes+gobAhead {
				t.Errorf("an answer of %d bytes", n)
			}
		}
	})
}

// gobAhead is how much a decoder may have read of the next answer.
const gobAhead = 4 << 10

// TestAgentAnswerIsBounded: an answer without an end is refused when it is too long.
func TestAgentAnswerIsBounded(t *testing.T) {
	endless := io.MultiReader(bytes.NewReader([]byte{0xfc, 0x3f, 0xff, 0xff, 0xff}), zeros{})
	if _, err := newAgentAnswers(endless).next(); err == nil || !strings.Contains(err.Error(), "more than 65536 bytes") {
		t.Errorf("got %v", err)
	}
	var said beginning
	if n, err := io.CopyN(&said, zeros{}, 1<<20); n != 1<<20 || err != nil || len(said.String()) != maxBeginning {
		t.Errorf("%d bytes are taken, %v, and %d kept", n, err, len(said.String()))
	}
}

// zeros is an endless text.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
