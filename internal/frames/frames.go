// Package frames reads the streams in which an engine sends what processes print: frames,
// each for an output and with its size before it.
package frames

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// What the first byte of a frame says that it is for.
const (
	stdin byte = iota // of no process: printed
	stdout
	stderr
	engine // its own word
)

const (
	frameHeader = 8        // bytes: the stream, three zeros, the size
	maxFault    = 64 << 10 // bytes of what an engine says in a stream of its own
)

var errNoFrames = errors.New("the engine's answer has no frames")

// Split writes what comes in frames to the output that each is for, until src
// ends. A frame is passed on as it comes: its size, of which an engine may claim
// 4 GiB, costs no memory. An end in the midst of a frame is an end. Errors are those of
// src and of the outputs, what the engine says of itself, and one about a stream that has
// no frames.
func Split(out, errs io.Writer, src io.Reader) error {
	header := make([]byte, frameHeader)
	for {
		if _, err := io.ReadFull(src, header); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		} else if err != nil {
			return err
		}
		frame := io.LimitReader(src, int64(binary.BigEndian.Uint32(header[4:])))
		var err error
		switch header[0] {
		case stdin, stdout:
			_, err = io.Copy(out, frame)
		case stderr:
			_, err = io.Copy(errs, frame)
		case engine:
			err = fault(frame)
		default:
			err = errNoFrames
		}
		if err != nil {
			return err
		}
	}
}

// fault is the error that an engine tells in a frame.
func fault(frame io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(frame, maxFault))
	if err != nil {
		return err
	}
	return fmt.Errorf("the engine says: %s", bytes.TrimSpace(text))
}
