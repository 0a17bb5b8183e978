package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
)

// Model is a model of the file.
type Model struct {
	Name         string // its key
	Model        string // the reference, "ai/smollm2"
	ContextSize  int    // tokens; 0: the model's own
	RuntimeFlags []string
}

// Endpoint is where a model is reached, and under which name.
type Endpoint struct{ URL, Model string }

// Bring makes sure that Model Runner has a model, configures it, and returns
// where it is reached. A *hint.Error is about docker's plugin that is not installed; other
// errors name the model and say what the plugin printed.
func (r *Runner) Bring(ctx context.Context, m Model) (Endpoint, error) {
	path := r.plugin("model")
	if path == "" {
		return Endpoint{}, hint.New(fmt.Sprintf("model %q: 'models' support requires Docker Model plugin", m.Name),
			"install docker-model, see https://docs.docker.com/ai/model-runner/")
	}
	there, err := r.hasModel(ctx, path, m.Model)
	if err == nil && !there {
		err = r.pullModel(ctx, path, m)
	}
	if err == nil {
		_, err = r.output(ctx, path, configuration(m)...)
	}
	if err != nil {
		return Endpoint{}, fmt.Errorf("model %q: %w", m.Name, err)
	}
	text, err := r.output(ctx, path, "status", "--json")
	if err != nil {
		return Endpoint{}, fmt.Errorf("model %q: %w", m.Name, err)
	}
	var status struct {
		Endpoint string `json:"endpoint"`
	}
	if err := json.Unmarshal(text, &status); err != nil {
		return Endpoint{}, fmt.Errorf("model %q: reading the status of Model Runner: %w", m.Name, err)
	}
	return Endpoint{URL: status.Endpoint, Model: m.Model}, nil
}

// configuration are the arguments that set a model up.
func configuration(m Model) []string {
	args := []string{"configure"}
	if m.ContextSize > 0 {
		args = append(args, "--context-size", strconv.Itoa(m.ContextSize))
	}
	args = append(args, m.Model)
	if len(m.RuntimeFlags) > 0 {
		args = append(append(args, "--"), m.RuntimeFlags...)
	}
	return args
}

// hasModel tells whether Model Runner has a model.
func (r *Runner) hasModel(ctx context.Context, path, reference string) (bool, error) {
	text, err := r.output(ctx, path, "ls", "--json")
	if err != nil {
		return false, err
	}
	var models []struct {
		Tags []string `json:"tags"`
	}
	if err := json.Unmarshal(text, &models); err != nil {
		return false, fmt.Errorf("reading the list of models: %w", err)
	}
	for _, m := range models {
		if slices.ContainsFunc(m.Tags, func(tag string) bool { return sameModel(tag, reference) }) {
			return true, nil
		}
	}
	return false, nil
}

// sameModel compares references: "x" is "ai/x:latest", wherever it is from.
func sameModel(a, b string) bool { return fullModel(a) == fullModel(b) }

func fullModel(reference string) string {
	reference = strings.TrimPrefix(reference, "docker.io/")
	if !strings.Contains(reference, "/") {
		reference = "ai/" + reference
	}
	if !strings.Contains(reference[strings.LastIndex(reference, "/"):], ":") {
		reference += ":latest"
	}
	return reference
}

// pullModel brings a model and hands the progress on.
func (r *Runner) pullModel(ctx context.Context, path string, m Model) error {
	ref := event.Ref{Kind: event.Model, Name: m.Name}
	r.o.Sink(event.Status{Time: time.Now(), Ref: ref, State: event.Working, Text: "Pulling"})
	out := &lines{emit: func(line string) { r.o.Sink(event.Part{Ref: ref, ID: m.Model, Text: line}) }}
	failure := &kept{most: maxFailure, silent: true}
	cmd := r.command(ctx, path, "pull", m.Model)
	cmd.Stdout, cmd.Stderr = out, failure
	err := cmd.Start()
	if err == nil {
		err = cmd.Wait()
	}
	out.flush()
	if err != nil {
		return said(err, failure.String(), "pull")
	}
	r.o.Sink(event.Status{Time: time.Now(), Ref: ref, State: event.Working, Text: "Pulled"})
	return nil
}

func (r *Runner) output(ctx context.Context, path string, args ...string) ([]byte, error) {
	text, failure, err := r.command(ctx, path, args...).output()
	if err != nil {
		return nil, said(err, string(failure), args[0])
	}
	return text, nil
}

// said is the error of a command that failed, with what it printed.
func said(err error, failure, verb string) error {
	if text := strings.TrimSpace(failure); text != "" {
		return fmt.Errorf("docker model %s: %s", verb, text)
	}
	return fmt.Errorf("docker model %s: %w", verb, err)
}
