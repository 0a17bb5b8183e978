package engine

import (
	"bufio"
	"bytes"
	"encoding/gob"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/pkg/stdcopy"
)

// answering is an agent that something else answers for.
func answering(t testing.TB, say func(stdout, stderr io.Writer)) *agent {
	here, there := net.Pipe()
	t.Cleanup(func() { here.Close(); there.Close() })
	go func() { _, _ = io.Copy(io.Discard, there) }()
	go func() {
		say(stdcopy.NewStdWriter(there, stdcopy.Stdout), stdcopy.NewStdWriter(there, stdcopy.Stderr))
		there.Close()
	}()
	return newAgent(types.HijackedResponse{Conn: here, Reader: bufio.NewReader(here)})
}

// TestAgentAnswersBounded: who answers in an agent's place, or prints, does not fill the
// memory.
func TestAgentAnswersBounded(t *testing.T) {
	large := strings.Repeat("x", 1<<20)
	for name, say := range map[string]func(stdout, stderr io.Writer){
		"one answer": func(stdout, _ io.Writer) {
			var answer bytes.Buffer
			_ = gob.NewEncoder(&answer).Encode(agentAnswer{Error: strings.Repeat(large, 64)})
			for answer.Len() > 0 {
				_, _ = stdout.Write(answer.Next(32 << 10))
			}
		},
		"bytes without end": func(stdout, _ io.Writer) {
			for range 64 {
				_, _ = io.WriteString(stdout, large)
			}
		},
		"messages without end": func(_, stderr io.Writer) {
			for range 64 {
				_, _ = io.WriteString(stderr, large)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := answering(t, say).apply(t.Context(), &syncTarget{}, agentChange{})
			var lost *agentLost
			if !errors.As(err, &lost) || len(err.Error()) > answerBytes+100 {
				t.Errorf("got an error of %d bytes: %.100v", len(err.Error()), err)
			}
		})
	}
}

// FuzzAgentAnswers: whatever comes in the place of an answer is one, or loses the agent.
func FuzzAgentAnswers(f *testing.F) {
	for _, answer := range []agentAnswer{{}, {Link: "/app/l", To: "/etc"}, {Error: "writing /app/f: file exists"}, {Error: "no", Denied: true}} {
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(answer); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte{0xf8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, said []byte) {
		a := answering(t, func(stdout, _ io.Writer) { _, _ = stdout.Write(said) })
		err := a.apply(t.Context(), &syncTarget{}, agentChange{})
		if err != nil && len(err.Error()) > answerBytes+1000 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	})
}
