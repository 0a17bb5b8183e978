// Command bench measures what the project promises to reach: start-up, loading,
// listing, a no-op up and a first up of a hundred services, builds, watch and
// logs, each with what it is compared with. It prints a table and exits with 1
// where a promise is not kept.
//
//	go run ./internal/bench [-compose bin/compose] [-services 100] [-runs 15] [-only builds,watch]
//
// PEER names Docker Compose's binary; without it the comparisons with that are
// left out. The engine is that of DOCKER_HOST, or the default socket.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	b := &bench{peer: os.Getenv("PEER")}
	flag.StringVar(&b.compose, "compose", "bin/compose", "the program to measure")
	flag.StringVar(&b.only, "only", "", "parts to measure: start,load,up,running,builds,watch,progress,logs")
	flag.IntVar(&b.services, "services", 100, "services of the project")
	flag.IntVar(&b.runs, "runs", 15, "runs of each short measurement; the median counts")
	flag.IntVar(&b.longRuns, "long-runs", 3, "runs of each first up")
	flag.Parse()

	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	kept, err := b.run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	if !kept {
		os.Exit(1)
	}
}
