package build

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	bkclient "github.com/moby/buildkit/client"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/solver/pb"

	"github.com/compose-orchestrator/compose/hint"
)

// Findings are what a check of a Dockerfile brought.
type Findings struct {
	Count int
	// Text tells each with its rule and its line; "" where there is none.
	Text string
}

// Check has BuildKit look through a service's Dockerfile for what it warns of,
// https://docs.docker.com/reference/build-checks/. Nothing is built. The error
// is an *Error that names the service.
func (b *Builder) Check(ctx context.Context, service string) (Findings, error) {
	found, err := b.check(ctx, service)
	if err != nil {
		return Findings{}, failed(service, err)
	}
	return found, nil
}

func (b *Builder) check(ctx context.Context, service string) (Findings, error) {
	j, err := resolve(b.p, service, b.o)
	if err != nil {
		return Findings{}, err
	}
	how, err := b.backend(ctx)
	if err != nil {
		return Findings{}, err
	}
	k, ok := how.(*buildkit)
	if !ok {
		return Findings{}, hint.New("the classic builder has no checks", "they are BuildKit's: Docker 23 and later have it")
	}
	return k.check(ctx, j)
}

// lintCaps tells BuildKit's frontend that its answer is data, not an image.
const lintCaps = "moby.buildkit.frontend.subrequests"

func (k *buildkit) check(ctx context.Context, j job) (Findings, error) {
	opt, err := k.prepare(ctx, j)
	if err != nil {
		return Findings{}, err
	}
	opt.Exports, opt.CacheExports = nil, nil
	opt.FrontendAttrs["requestid"] = lint.RequestLint
	opt.FrontendAttrs["frontend.caps"] = lintCaps
	var answer map[string][]byte
	ask := func(ctx context.Context, c gateway.Client) (*gateway.Result, error) {
		res, err := c.Solve(ctx, gateway.SolveRequest{Frontend: dockerfileFrontend, FrontendOpt: opt.FrontendAttrs})
		if err == nil {
			answer = res.Metadata
		}
		return gateway.NewResult(), err
	}
	statuses := make(chan *bkclient.SolveStatus)
	seen := collect(statuses)
	_, err = k.c.Build(ctx, opt, "", ask, statuses) // closes statuses
	failure := <-seen
	if err != nil {
		return Findings{}, k.failure(ctx, j, err, failure)
	}
	return readFindings(answer["result.json"], j.file.shown)
}

// readFindings makes text of the frontend's answer; shown is what the user calls
// the Dockerfile.
func readFindings(answer []byte, shown string) (Findings, error) {
	var results lint.LintResults
	if err := json.Unmarshal(answer, &results); err != nil {
		return Findings{}, hint.Wrap(fmt.Errorf("reading the check's answer: %w", err), "the engine's BuildKit may be too old for checks: Docker 27 has them")
	}
	named := func(s *pb.SourceInfo) *pb.SourceInfo {
		return &pb.SourceInfo{Filename: shown, Data: s.Data, Definition: s.Definition, Language: s.Language}
	}
	var text bytes.Buffer
	if err := results.PrintTo(&text, named); err != nil {
		return Findings{}, fmt.Errorf("reading the check's answer: %w", err)
	}
	count := len(results.Warnings)
	if results.Error != nil {
		results.PrintErrorTo(&text, named)
		count++
	}
	return Findings{Count: count, Text: strings.TrimSpace(text.String())}, nil
}
