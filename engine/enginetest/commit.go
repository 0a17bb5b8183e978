package enginetest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/events"
	"github.com/moby/buildkit/frontend/dockerfile/command"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// containerCommit makes an image of a container's files and configuration.
func (e *Engine) containerCommit(w http.ResponseWriter, r *request) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c, err := e.findContainer(r.query("container"))
	if err != nil {
		return err
	}
	made := *c.image
	made.config, made.tree, made.parent = *c.config, c.tree.clone(), c.image.id
	made.digests, made.created = nil, time.Time{}
	made.config.Image, made.config.Hostname = "", ""
	made.author, made.comment = r.query("author"), r.query("comment")
	made.history = append(append([]string(nil), c.image.history...), strings.Join([]string{"commit", c.id, made.author, made.comment}, " "))
	if err := e.changeImage(r.Context(), &made, r.URL.Query()["changes"]); err != nil {
		return err
	}
	made.id = "sha256:" + made.sum()
	img := e.keepImage(&made)
	if repo := r.query("repo"); repo != "" {
		if t := r.query("tag"); t != "" {
			repo += ":" + t
		}
		e.tags[familiar(repo)] = img.id
	}
	e.containerEvent(c, events.ActionCommit, map[string]string{"imageID": img.id, "imageRef": r.query("repo")})
	return writeJSON(w, http.StatusCreated, map[string]string{"Id": img.id})
}

// changeable are the instructions that a commit takes.
var changeable = []string{
	command.Cmd, command.Entrypoint, command.Healthcheck, command.Env, command.Expose, command.Label,
	command.Onbuild, command.StopSignal, command.User, command.Volume, command.Workdir,
}

// changeImage applies instructions of a Dockerfile to an image.
func (e *Engine) changeImage(ctx context.Context, img *image, changes []string) error {
	if len(changes) == 0 {
		return nil
	}
	parsed, err := parser.Parse(strings.NewReader(strings.Join(changes, "\n")))
	if err != nil {
		return errorf(http.StatusBadRequest, "%v", err)
	}
	b := &builder{engine: e, img: img}
	for _, node := range parsed.AST.Children {
		if !slices.Contains(changeable, strings.ToLower(node.Value)) {
			return errorf(http.StatusBadRequest, "%s is not a valid change command", node.Value)
		}
		instruction, err := instructions.ParseInstruction(node)
		if err != nil {
			return errorf(http.StatusBadRequest, "%v", err)
		}
		if err := b.do(ctx, instruction.(instructions.Command)); err != nil {
			return errorf(http.StatusBadRequest, "%v", err)
		}
	}
	return nil
}
