package filesync

import (
	"archive/tar"
	"bytes"
	"context"
	"embed"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"

	"github.com/compose-orchestrator/compose/internal/frames"
)

// agents are the programs of cmd/agent, one for each processor that the build
// was asked for. A plain go build has none.
//
//go:embed all:agents
var agents embed.FS

const (
	// agentPath is where an agent is while it runs.
	agentPath = "/.compose-agent"
	// agentsFrom is how many containers have agents where they get the same
	// changes; fewer share the engine's time as well without.
	agentsFrom = 4
	// agentsAtOnce is how many agents start at once.
	agentsAtOnce = 4
	// agentBytes is up to how many bytes a change goes through an agent. Larger
	// ones are streamed through the archive API.
	agentBytes = 1 << 20
	// agentChances is how many agents may get lost, or not start, until there are no more:
	// over a slow line none answers in time.
	agentChances = 5
	// agentAnswerBytes is how long an answer of an agent may be. One says a path
	// or two; what runs as the agent may be the container's own.
	agentAnswerBytes = 64 << 10
	// agentPatience is how long an agent may take for a change. One that takes
	// longer is in a paused container.
	agentPatience = 2 * time.Second
)

// errNoAgent is a build without an agent for the engine's processor.
var errNoAgent = errors.New("this program was built without its agent: take a release, or build it with make")

// agentFor is the agent for a processor, by Go's name.
func agentFor(arch string) ([]byte, error) {
	program, err := agents.ReadFile("agents/linux-" + arch)
	if err != nil {
		return nil, errNoAgent
	}
	return program, nil
}

// agent is a program in a container that changes files there as told over a
// stream that stays open. That takes the engine a tenth of what an archive does.
type agent struct {
	conn    types.HijackedResponse
	changes *gob.Encoder
	answers *agentAnswers
}

// agentAnswers reads answers, each of agentAnswerBytes at most: gob alone would take
// a gigabyte.
type agentAnswers struct {
	in   io.LimitedReader
	gobs *gob.Decoder
}

func newAgentAnswers(r io.Reader) *agentAnswers {
	a := &agentAnswers{in: io.LimitedReader{R: r}}
	a.gobs = gob.NewDecoder(&a.in)
	return a
}

// next is the next answer.
func (a *agentAnswers) next() (answer agentAnswer, err error) {
	a.in.N = agentAnswerBytes
	err = a.gobs.Decode(&answer)
	if err != nil && a.in.N == 0 {
		err = fmt.Errorf("its answer has more than %d bytes", agentAnswerBytes)
	}
	return answer, err
}

// startAgent puts an agent into a running container and starts it as root.
func (s *Syncer) startAgent(ctx context.Context, t *knownContainer) (*agent, error) {
	program, err := s.agentFor(s.o.Arch)
	if err != nil {
		return nil, err
	}
	if t.readOnly {
		return nil, errors.New("the root file system is read-only")
	}
	// First, since it fails where the container does not run.
	made, err := s.c.ContainerExecCreate(ctx, t.id, container.ExecOptions{
		User: "0", WorkingDir: "/", Cmd: []string{agentPath}, Env: []string{"GOMAXPROCS=1"},
		AttachStdin: true, AttachStdout: true, AttachStderr: true,
	})
	if err != nil {
		return nil, err
	}
	if err := s.rootsAlone(ctx, t); err != nil {
		return nil, err
	}
	t.littered = true
	if err := s.putProgram(ctx, t, program); err != nil {
		return nil, fmt.Errorf("putting the agent into %s: %w", t.name, err)
	}
	conn, err := s.c.ContainerExecAttach(ctx, made.ID, container.ExecAttachOptions{})
	if err != nil {
		return nil, err
	}
	return newAgent(conn), nil
}

// rootsAlone is an error where others than root may write to the folder that an agent
// is put into: they could put another program in its place, to be run as root.
func (s *Syncer) rootsAlone(ctx context.Context, t *knownContainer) error {
	folder := path.Dir(agentPath)
	stat, err := s.c.ContainerStatPath(ctx, t.id, folder)
	if err != nil {
		return fmt.Errorf("looking at %s in %s: %w", folder, t.name, err)
	}
	if stat.Mode&0o022 != 0 && stat.Mode&fs.ModeSticky == 0 {
		return fmt.Errorf("others than root may write to %s", folder)
	}
	return nil
}

// newAgent returns the agent at the other end of a connection.
func newAgent(conn types.HijackedResponse) *agent {
	r, w := io.Pipe()
	go func() { // until the connection is closed, or the agent ends
		var said beginning
		err := frames.Split(w, &said, conn.Reader)
		if said.String() != "" {
			err = errors.New(strings.TrimSpace(said.String()))
		}
		w.CloseWithError(err)
	}()
	return &agent{conn: conn, changes: gob.NewEncoder(conn.Conn), answers: newAgentAnswers(r)}
}

// lose counts an agent that got lost, or did not start.
func (t *knownContainer) lose() {
	if t.lost++; t.lost == agentChances {
		t.noAgent = true
	}
}

// endAgent ends an agent that may still be at work in a container: its file is not
// its own any more.
func (s *Syncer) endAgent(ctx context.Context, t *knownContainer) error {
	err := s.putProgram(ctx, t, nil)
	if errdefs.IsNotFound(err) { // it ends just now, and takes the file away
		return nil
	}
	return err
}

// putProgram puts an agent's file into a container.
func (s *Syncer) putProgram(ctx context.Context, t *knownContainer, program []byte) error {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: agentPath[1:], Mode: 0o700, Size: int64(len(program))})
	_, werr := w.Write(program)
	if err := errors.Join(err, werr, w.Close()); err != nil {
		return err
	}
	return s.c.CopyToContainer(ctx, t.id, "/", &archive, container.CopyToContainerOptions{})
}

// What goes to an agent and comes from it; cmd/agent has these types too.
type (
	agentChange struct {
		Deletes []agentPlace
		Writes  []agentWrite
	}
	agentPlace struct {
		Name string
		Own  bool
	}
	agentWrite struct {
		Place    agentPlace
		Mode     fs.FileMode
		UID, GID int
		ModTime  int64
		Link     string
		Content  []byte
	}
	agentAnswer struct {
		Link, To, Error string
		Denied          bool
	}
)

// agentLost is an agent that cannot be talked to any more. Nobody knows what it
// still does.
type agentLost struct{ err error }

func (e *agentLost) Error() string { return "the agent is lost: " + e.err.Error() }
func (e *agentLost) Unwrap() error { return e.err }

// agentDenied is a change that an agent has not the rights to make: no more than
// cap_drop leaves a container. The engine has. What else goes wrong the engine is not
// asked for: a process of the container may have brought it about, to have the change
// made by path.
type agentDenied struct{ text string }

func (e *agentDenied) Error() string { return e.text }

// agentMetLink is a change on whose way the container has a link. Where that leads
// is for the engine to see.
type agentMetLink struct{ text string }

func (e *agentMetLink) Error() string { return e.text }

// apply sends a change and waits until it is made.
func (a *agent) apply(ctx context.Context, t *knownContainer, change agentChange) error {
	ctx, cancel := context.WithTimeoutCause(ctx, agentPatience, errors.New("it does not answer"))
	defer cancel()
	defer context.AfterFunc(ctx, a.conn.Close)()
	var got agentAnswer
	err := a.changes.Encode(change)
	if err == nil {
		got, err = a.answers.next()
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return &agentLost{context.Cause(ctx)}
	case err != nil:
		return &agentLost{err}
	case got.Link != "":
		return &agentMetLink{fmt.Sprintf("%s is a symbolic link to %s", got.Link, got.To)}
	case got.Error != "" && got.Denied:
		return &agentDenied{fmt.Sprintf("syncing %s: %s", t.name, got.Error)}
	case got.Error != "":
		return fmt.Errorf("syncing %s: %s", t.name, got.Error)
	}
	return nil
}

// close has the agent end, which takes its file away, and waits for that.
func (a *agent) close() {
	defer a.conn.Close()
	if err := a.conn.CloseWrite(); err != nil {
		return
	}
	defer time.AfterFunc(agentPatience, a.conn.Close).Stop()
	_, _ = a.answers.next() // fails when it has ended
}

// applyByAgent makes a change by the target's agent. done is false where the
// change is to go through the archive API instead: there is no agent, the change
// is a large one, or the agent got lost. t.mu is held.
func (s *Syncer) applyByAgent(ctx context.Context, t *knownContainer, change Change) (left []string, done bool, err error) {
	if t.agent == nil {
		return nil, false, nil
	}
	forAgent, left, err := t.agentChange(change)
	if errors.Is(err, errLarge) {
		return nil, false, nil
	}
	if err != nil {
		return nil, true, err
	}
	err = t.agent.apply(ctx, t, forAgent)
	var lost *agentLost
	if !errors.As(err, &lost) {
		return left, true, err
	}
	t.agent.conn.Close()
	t.agent = nil
	t.lose()
	if ctx.Err() != nil {
		return nil, true, ctx.Err()
	}
	// It may be in a paused container, and go on with this change after later
	// ones.
	return nil, false, s.endAgent(ctx, t)
}

// errLarge is a change that an agent is not given.
var errLarge = errors.New("the change is a large one")

// agentChange reads what a change writes. Files that are gone are left to the
// next one.
func (t *knownContainer) agentChange(change Change) (c agentChange, left []string, err error) {
	place := func(name string) agentPlace { return agentPlace{Name: name, Own: change.Links[name]} }
	for _, name := range change.Deletes {
		c.Deletes = append(c.Deletes, place(name))
	}
	room := int64(agentBytes)
	for _, w := range change.Writes {
		write := agentWrite{
			Place: place(w.Target), Mode: w.Mode, UID: t.owner.UID, GID: t.owner.GID,
			ModTime: w.time().UnixNano(), Link: w.Link,
		}
		if w.Mode.IsRegular() {
			content, err := w.upTo(room)
			if isGone(err) {
				left = append(left, w.Target)
				continue
			}
			if err != nil {
				return agentChange{}, nil, err
			}
			write.Content = content
			room -= int64(len(content))
		}
		c.Writes = append(c.Writes, write)
	}
	return c, left, nil
}

// isGone tells that a file is not there: a file may be where its folder was.
func isGone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// upTo is the source's content, where that is not larger than there is room for.
func (w Write) upTo(room int64) ([]byte, error) {
	f, err := w.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, room+1))
	if err == nil && int64(len(content)) > room {
		err = errLarge
	}
	return content, err
}
