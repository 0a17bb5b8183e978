package enginetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/docker/pkg/jsonmessage"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	dockershell "github.com/moby/buildkit/frontend/dockerfile/shell"
)

// builder is a run of the classic builder.
type builder struct {
	engine  *Engine
	out     *messages
	context *view
	args    map[string]string // the build arguments given
	labels  map[string]string
	target  string
	pull    bool
	stages  map[string]*image // by name and number
	img     *image            // the stage's image so far
	env     []string          // ARGs of the stage so far
	step    int
	steps   int
}

// buildFailure is a failure with its exit code, told within the stream.
type buildFailure struct {
	code    int
	message string
}

func (f *buildFailure) Error() string { return f.message }

// imageBuild builds an image from a tar of a context. A RUN runs in the shell
// that containers have, on the image's files; the same content makes the same
// image.
func (e *Engine) imageBuild(w http.ResponseWriter, r *request) error {
	if v := r.query("version"); v != "" && v != "1" {
		return errorf(http.StatusBadRequest, "enginetest: there is no BuildKit here")
	}
	if r.query("remote") != "" {
		return errorf(http.StatusBadRequest, "enginetest: a build needs its context in the request")
	}
	b := &builder{engine: e, stages: map[string]*image{}, args: map[string]string{}, target: r.query("target"), pull: r.flag("pull")}
	var args map[string]*string
	for key, v := range map[string]any{"buildargs": &args, "labels": &b.labels} {
		if text := r.query(key); text != "" {
			if err := json.Unmarshal([]byte(text), v); err != nil {
				return errorf(http.StatusBadRequest, "error reading %s: %v", key, err)
			}
		}
	}
	for name, v := range args {
		if v != nil {
			b.args[name] = *v
		}
	}
	tree := newTree()
	b.context = newView(tree, e.now)
	if err := readTar(r.Body, b.context, "/", replaceAll); err != nil {
		return errorf(http.StatusBadRequest, "Error processing tar file(%v)", err)
	}
	stages, meta, err := b.parse(first(r.query("dockerfile"), "Dockerfile"))
	if err != nil {
		return err
	}
	b.out = newMessages(w)
	if err := b.run(r.Context(), stages, meta); err != nil {
		code := 0
		if f, ok := err.(*buildFailure); ok {
			code = f.code
		}
		b.out.fail(code, err.Error())
		return nil
	}
	b.finish(r.URL.Query()["t"])
	return nil
}

// parse reads the Dockerfile of the context.
func (b *builder) parse(name string) ([]instructions.Stage, []instructions.ArgCommand, error) {
	data, err := b.context.readFile(name)
	if err != nil {
		return nil, nil, errorf(http.StatusInternalServerError, "Cannot locate specified Dockerfile: %s", name)
	}
	result, err := parser.Parse(bytes.NewReader(data))
	if err != nil {
		return nil, nil, errorf(http.StatusBadRequest, "dockerfile parse error: %v", err)
	}
	stages, meta, err := instructions.Parse(result.AST, nil)
	if err != nil {
		return nil, nil, errorf(http.StatusBadRequest, "dockerfile parse error: %v", err)
	}
	return stages, meta, nil
}

// run builds the stages up to the target.
func (b *builder) run(ctx context.Context, stages []instructions.Stage, meta []instructions.ArgCommand) error {
	global := b.argEnv(meta)
	b.steps = len(meta)
	for _, s := range stages {
		b.steps += 1 + len(s.Commands)
	}
	b.step = len(meta)
	for i, s := range stages {
		if err := b.from(s, global); err != nil {
			return err
		}
		for _, cmd := range s.Commands {
			b.announce(fmt.Sprint(cmd))
			if err := b.do(ctx, cmd); err != nil {
				return err
			}
			b.commit()
		}
		b.stages[strconv.Itoa(i)] = b.img
		if s.Name != "" {
			b.stages[strings.ToLower(s.Name)] = b.img
		}
		if b.target != "" && (strings.EqualFold(s.Name, b.target) || b.target == strconv.Itoa(i)) {
			return nil
		}
	}
	if b.target != "" {
		return fmt.Errorf("target stage %q could not be found", b.target)
	}
	return nil
}

func (b *builder) say(format string, args ...any) {
	b.out.send(jsonmessage.JSONMessage{Stream: fmt.Sprintf(format, args...)})
}

func (b *builder) announce(text string) {
	b.step++
	b.say("Step %d/%d : %s\n", b.step, b.steps, text)
}

// argEnv are the ARGs before the first FROM as an environment.
func (b *builder) argEnv(meta []instructions.ArgCommand) []string {
	var env []string
	for _, m := range meta {
		env = b.declare(env, m.Args)
	}
	return env
}

// declare adds build arguments: the values given, or the defaults.
func (b *builder) declare(env []string, args []instructions.KeyValuePairOptional) []string {
	for _, a := range args {
		if v, ok := b.args[a.Key]; ok {
			env = setEnv(env, a.Key+"="+v)
		} else if a.Value != nil {
			env = setEnv(env, a.Key+"="+*a.Value)
		}
	}
	return env
}

// from begins a stage.
func (b *builder) from(s instructions.Stage, global []string) error {
	base, _, err := dockershell.NewLex('\\').ProcessWord(s.BaseName, dockershell.EnvsFromSlice(global))
	if err != nil {
		return err
	}
	b.announce("FROM " + base)
	b.env = nil
	switch img := b.stages[strings.ToLower(base)]; {
	case img != nil:
		b.img = img.derive()
	case base == "scratch":
		b.img = &image{tree: newTree(), scratch: true, os: "linux", arch: "amd64"}
		b.img.config.Env = []string{"PATH=" + defaultPath}
	default:
		img, err := b.base(base)
		if err != nil {
			return err
		}
		b.img = img.derive()
		b.say(" ---> %s\n", shortID(img.id))
	}
	return nil
}

// base finds the image of a FROM, at the registry if it has to.
func (b *builder) base(ref string) (*image, error) {
	e := b.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	img, err := e.findImage(ref)
	if err == nil && !b.pull {
		return img, nil
	}
	offered := e.registry[familiar(ref)]
	if offered == nil {
		if err == nil {
			return img, nil
		}
		return nil, e.unknownImage(familiar(ref))
	}
	img = e.keepImage(offered)
	e.tags[familiar(ref)] = img.id
	return img, nil
}

// derive is a copy to build on.
func (img *image) derive() *image {
	d := *img
	d.parent, d.digests, d.created, d.taggedLast = img.id, nil, time.Time{}, time.Time{}
	d.tree, d.programs = img.tree.clone(), maps.Clone(img.programs)
	d.history = slices.Clone(img.history)
	d.config.Env = slices.Clone(img.config.Env)
	d.config.Labels = maps.Clone(img.config.Labels)
	d.config.ExposedPorts = maps.Clone(img.config.ExposedPorts)
	d.config.Volumes = maps.Clone(img.config.Volumes)
	return &d
}

// commit ends a step.
func (b *builder) commit() {
	b.img.id = "sha256:" + b.img.sum()
	b.say(" ---> %s\n", shortID(b.img.id))
}

// finish stores the image and names it.
func (b *builder) finish(tags []string) {
	for k, v := range b.labels {
		if b.img.config.Labels == nil {
			b.img.config.Labels = map[string]string{}
		}
		b.img.config.Labels[k] = v
	}
	b.img.id = "sha256:" + b.img.sum()
	e := b.engine
	e.mu.Lock()
	img := e.keepImage(b.img)
	for _, t := range tags {
		if t != "" {
			e.tag(img, t)
		}
	}
	e.mu.Unlock()
	aux, _ := json.Marshal(map[string]string{"ID": img.id})
	b.out.send(jsonmessage.JSONMessage{Aux: (*json.RawMessage)(&aux)})
	b.say("Successfully built %s\n", shortID(img.id))
	for _, t := range tags {
		if t != "" {
			b.say("Successfully tagged %s\n", familiar(t))
		}
	}
}

// words expands the variables in an instruction's arguments.
func (b *builder) words(cmd instructions.Command) error {
	expandable, ok := cmd.(instructions.SupportsSingleWordExpansion)
	if !ok {
		return nil
	}
	lex, env := dockershell.NewLex('\\'), slices.Concat(b.env, b.img.config.Env)
	return expandable.Expand(func(word string) (string, error) {
		text, _, err := lex.ProcessWord(word, dockershell.EnvsFromSlice(env))
		return text, err
	})
}
