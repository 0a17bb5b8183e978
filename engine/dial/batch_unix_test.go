//go:build unix

package dial

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// batchPair is both ends of a connection that is read in batches.
func batchPair(t *testing.T) (reader, writer net.Conn) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	reader, err = dialBatches(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	writer, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { writer.Close() })
	return reader, writer
}

func TestBatchConnReadsAllThatIsWritten(t *testing.T) {
	reader, writer := batchPair(t)
	var want bytes.Buffer
	for n := range 5_000 {
		fmt.Fprintf(&want, "line %d\n", n)
	}
	text := want.String()
	go func() {
		for line := range bytes.Lines([]byte(text)) {
			_, _ = writer.Write(line)
		}
		writer.Close()
	}()
	got, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != text {
		t.Errorf("%d bytes written, %d others read", len(text), len(got))
	}
}

// A write larger than the socket's buffer waits for the other side to read.
func TestBatchConnWritesAll(t *testing.T) {
	reader, writer := batchPair(t)
	want := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	go func() {
		_, _ = reader.Write(want)
		reader.Close()
	}()
	got, err := io.ReadAll(writer)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes written, %d others read", len(want), len(got))
	}
}

func TestBatchConnCloseEndsRead(t *testing.T) {
	reader, _ := batchPair(t)
	done := make(chan error)
	go func() {
		_, err := reader.Read(make([]byte, 1))
		done <- err
	}()
	time.Sleep(5 * time.Millisecond)
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Read ended with %v", err)
	}
}
