// Command enginetable writes docs/engines.md from runs of the tests on real engines: what
// passes on each, what does not, and why.
//
//	go run ./internal/enginetable RESULTS... > docs/engines.md
//
// RESULTS are files of go tool test2json, one an engine, in the order of the table.
// script/test-engines makes them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "enginetable:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, files []string, to io.Writer) error {
	if len(files) == 0 {
		return errors.New("no files of results: script/test-engines makes them")
	}
	var engines []*engine
	for _, path := range files {
		e, err := readResults(path)
		if err != nil {
			return err
		}
		engines = append(engines, e)
	}
	lacks, err := lacking(ctx, engines)
	if err != nil {
		return err
	}
	_, err = io.WriteString(to, page(engines, lacks))
	return err
}
