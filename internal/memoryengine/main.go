// Command memoryengine serves the engine in memory, [enginetest], on a unix socket
// until it is interrupted. It is for a demonstration on a machine where no engine
// can run: nothing of the machine is run or changed. The program of examples/hello
// is played by Go functions, and its page can be fetched.
//
//	memoryengine [-page 127.0.0.1:8000]
//
// The first line on standard output is the socket, as DOCKER_HOST takes it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/compose-orchestrator/compose/engine/enginetest"
)

func main() {
	page := flag.String("page", "127.0.0.1:8000", "where the page of examples/hello is served")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, os.Stdout, *page); err != nil {
		fmt.Fprintln(os.Stderr, "memoryengine:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, out io.Writer, page string) error {
	h := &hello{page: page}
	server, err := enginetest.Listen(enginetest.Options{Binaries: map[string]enginetest.Program{"hello": h.run}})
	if err != nil {
		return err
	}
	defer server.Close()
	if _, err := fmt.Fprintln(out, server.Host); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
