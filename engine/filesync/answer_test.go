package filesync

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

// agentSaying is an agent that something else answers for.
func agentSaying(t testing.TB, say func(stdout, stderr io.Writer)) *agent {
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
			err := agentSaying(t, say).apply(t.Context(), &knownContainer{}, agentChange{})
			var lost *agentLost
			if !errors.As(err, &lost) || len(err.Error()) > agentAnswerBytes+100 {
				t.Errorf("got an error of %d bytes: %.100v", len(err.Error()), err)
			}
		})
	}
}
