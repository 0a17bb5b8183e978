package main

import (
	"bufio"
	"os"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

const (
	strayLine = 64 << 10    // bytes of a line; longer ones come in pieces
	strayTime = time.Second // for which a program that goes on may hold the end up
)

// openStrays returns the file that stands in for the standard error stream of
// libraries, and of programs that they start, such as docker's credential helpers. Its
// lines are told as messages: nobody knows what is in them. It is nil where the system
// gives no pipe.
func (a *app) openStrays() *os.File {
	read, write, err := os.Pipe()
	if err != nil {
		return nil
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		lines := bufio.NewReaderSize(read, strayLine)
		for {
			line, _, err := lines.ReadLine()
			if err != nil {
				return
			}
			if len(line) > 0 {
				a.sink(event.Message{Level: event.Info, Text: string(line)})
			}
		}
	}()
	a.endStrays = func() {
		_ = write.Close() // the program's own; others may have copies
		select {
		case <-ended:
		case <-time.After(strayTime):
		}
	}
	return write
}
