package provider

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
)

// Verb is what a provider is asked to do.
type Verb string

// The verbs of the protocol.
const (
	Up   Verb = "up"
	Down Verb = "down"
	Stop Verb = "stop"
)

// Service is a service that a program provides.
type Service struct {
	Name    string
	Type    string              // the program
	Options map[string][]string // provider.options
	// Config returns the service as `config --format json` prints it, for
	// programs that ask; nil: they get an empty object. Its error ends the call.
	Config func() ([]byte, error)
}

// Result is what a call brought.
type Result struct {
	// Env are the variables for the services that depend on this one, under
	// their final names.
	Env map[string]string
	// Skipped: the program does not know the verb, and was not called.
	Skipped bool
}

// message is one line of a program's standard output.
type message struct {
	// Type is info, debug, error, setenv, rawsetenv or get-service-config.
	Type string `json:"type"`
	// Message is a text, or KEY=value.
	Message string `json:"message"`
}

// Do calls the service's program. What is asked for is done when it ends well;
// every call can be repeated, as the protocol has it. A *hint.Error is about a program
// that is not there, an option that is missing, or output that is not of the protocol. Where
// the program reports an error, that is the text. When ctx ends, the error is ctx's.
func (r *Runner) Do(ctx context.Context, s Service, verb Verb) (Result, error) {
	path, err := r.find(s.Type)
	if err != nil {
		return Result{}, err
	}
	about := r.metadata(ctx, path)
	known, parameters := about.parameters(verb)
	if verb == Stop && !known {
		return Result{Skipped: true}, nil
	}
	args := []string{"compose", "--project-name=" + r.o.Project, string(verb)}
	options, err := arguments(s, parameters)
	if err != nil {
		return Result{}, err
	}
	return r.converse(ctx, s, verb, path, append(append(args, options...), s.Name))
}

// arguments are the options as flags, sorted. nil parameters: the program did
// not say which it takes, and gets all.
func arguments(s Service, parameters []parameter) ([]string, error) {
	accepts := func(string) bool { return true }
	if parameters != nil {
		accepts = func(name string) bool {
			return slices.ContainsFunc(parameters, func(p parameter) bool { return p.Name == name })
		}
	}
	for _, p := range parameters {
		if _, given := s.Options[p.Name]; p.Required && !given {
			return nil, hint.New(fmt.Sprintf("provider %q needs the option %q", s.Type, p.Name),
				fmt.Sprintf("set services.%s.provider.options.%s", s.Name, p.Name))
		}
	}
	var args []string
	for _, name := range slices.Sorted(maps.Keys(s.Options)) {
		if accepts(name) {
			for _, value := range s.Options[name] {
				args = append(args, "--"+name+"="+value)
			}
		}
	}
	return args, nil
}

// converse runs the program to its end and follows what it says.
func (r *Runner) converse(ctx context.Context, s Service, verb Verb, path string, args []string) (Result, error) {
	cmd := r.command(ctx, path, args...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return Result{}, fmt.Errorf("starting provider %q: %w", s.Type, err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return Result{}, fmt.Errorf("starting provider %q: %w", s.Type, err)
	}
	ref := event.Ref{Kind: event.Service, Name: s.Name, Service: s.Name}
	errs := &lines{emit: func(line string) { r.o.Sink(event.Output{Ref: ref, Text: line}) }}
	cmd.Stderr = errs
	if err := cmd.Start(); err != nil {
		return Result{}, fmt.Errorf("starting provider %q: %w", s.Type, err)
	}
	t := talk{r: r, s: s, ref: ref, answer: stdin, env: map[string]string{}}
	heard := t.listen(stdout)
	if heard != nil {
		// It may go on writing, for as long as that is little; the error is known.
		_, _ = io.CopyN(io.Discard, stdout, maxLine)
		cmd.cancel()
	}
	stdin.Close()
	ended := cmd.Wait()
	errs.flush()
	switch {
	case ctx.Err() != nil: // not the program's own
		return Result{}, ctx.Err()
	case heard != nil:
		return Result{}, heard
	case ended != nil || t.failure != "":
		return Result{}, t.failed(verb, ended)
	}
	return Result{Env: t.env}, nil
}

// talk is one conversation with a program.
type talk struct {
	r       *Runner
	s       Service
	ref     event.Ref
	answer  io.Writer
	env     map[string]string
	size    int    // of all that was set, in bytes
	failure string // the program's last error
}

func (t *talk) listen(stdout io.Reader) error {
	scanner := bufio.NewScanner(stdout)
	scanner.Buffer(nil, maxLine)
	for scanner.Scan() {
		if line := strings.TrimSpace(scanner.Text()); line != "" {
			if err := t.hear(line); err != nil {
				return err
			}
		}
	}
	if err := scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
		return hint.New(fmt.Sprintf("provider %q printed a line of more than %d MiB", t.s.Type, maxLine>>20), "providers print lines of JSON, and other texts on stderr")
	} else if err != nil {
		return fmt.Errorf("reading from provider %q: %w", t.s.Type, err)
	}
	return nil
}

// hear takes one line in.
func (t *talk) hear(line string) error {
	var m message
	if err := json.Unmarshal([]byte(line), &m); err != nil {
		return hint.New(fmt.Sprintf("provider %q printed something that is no message: %.80q", t.s.Type, line), "providers print lines of JSON, and other texts on stderr")
	}
	switch m.Type {
	case "info":
		t.r.o.Sink(event.Status{Time: time.Now(), Ref: t.ref, State: event.Working, Text: m.Message})
	case "debug":
		t.r.o.Sink(event.Message{Level: event.Debug, Text: t.s.Name + ": " + m.Message})
	case "error":
		t.failure = m.Message
	case "setenv", "rawsetenv":
		name, value, ok := strings.Cut(m.Message, "=")
		if !ok || name == "" {
			return fmt.Errorf("provider %q sets %q, which is no KEY=value", t.s.Type, m.Message)
		}
		if m.Type == "setenv" {
			name = strings.ToUpper(t.s.Name) + "_" + name
		}
		if t.size += len(name) + len(value); t.size > maxValues || len(t.env) >= maxVariables {
			return fmt.Errorf("provider %q sets more than %d variables, or more than %d MiB of them", t.s.Type, maxVariables, maxValues>>20)
		}
		t.env[name] = value
	case "get-service-config":
		return t.tellConfig()
	default:
		return fmt.Errorf("provider %q printed a message of the unknown type %q", t.s.Type, m.Type)
	}
	return nil
}

// tellConfig answers with the service's definition, on one line.
func (t *talk) tellConfig() error {
	text := []byte("{}")
	if t.s.Config != nil {
		var err error
		if text, err = t.s.Config(); err != nil {
			return fmt.Errorf("describing service %q to its provider: %w", t.s.Name, err)
		}
	}
	if _, err := t.answer.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("answering provider %q: %w", t.s.Type, err)
	}
	return nil
}

// failed is the error of a program that said so, or ended so.
func (t *talk) failed(verb Verb, ended error) error {
	text := fmt.Sprintf("provider %q of service %s could not do %s", t.s.Type, t.s.Name, verb)
	switch {
	case t.failure != "":
		return errors.New(t.failure)
	case ended == nil:
		return errors.New(text)
	}
	return fmt.Errorf("%s: %w", text, ended)
}

// lines cuts what is written into lines.
type lines struct {
	emit func(line string)
	rest string
}

func (l *lines) Write(b []byte) (int, error) {
	l.rest += string(b)
	for {
		line, rest, ok := strings.Cut(l.rest, "\n")
		if !ok && len(l.rest) < maxLine {
			return len(b), nil
		}
		l.emit(strings.TrimSuffix(line, "\r"))
		l.rest = rest
	}
}

func (l *lines) flush() {
	if l.rest != "" {
		l.emit(l.rest)
		l.rest = ""
	}
}
