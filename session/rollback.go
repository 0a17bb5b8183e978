package session

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"golang.org/x/sync/errgroup"

	"github.com/compose-orchestrator/compose/engine/do"
	"github.com/compose-orchestrator/compose/engine/observe"
	"github.com/compose-orchestrator/compose/engine/spec"
	"github.com/compose-orchestrator/compose/event"
	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/history"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
)

// RollbackOptions steer Rollback.
type RollbackOptions struct {
	// To is the deployment to go back to; the session's project is what was kept of it.
	To      *history.Deployment
	Answers Answers
	// RemoveOrphans, IgnoreOrphans, Wait and Timeout are as in planner.UpOptions.
	RemoveOrphans, IgnoreOrphans, Wait bool
	Timeout                            *time.Duration
}

// Rollback brings the project to where an earlier deployment had it: its services as they
// were then, of the same images. What cannot come back is said before; where something of
// it is another one now, the user is asked. The error is an operation's, or names the
// images that are gone and that no registry gives; nothing has changed then.
func (s *Session) Rollback(ctx context.Context, o RollbackOptions) error {
	ctx, done, err := s.TakeTurn(ctx)
	if err != nil {
		return err
	}
	defer done()
	asked := false
	return s.Replan(ctx, func() error {
		p, lost, err := s.planRollback(ctx, o)
		if err != nil {
			return err
		}
		switch {
		case len(lost) == 0 || asked:
		case s.DryRun || !p.Needs():
			p.Notes = append(lost, p.Notes...)
		default:
			if err := s.agreeToLoss(ctx, o, lost); err != nil {
				return err
			}
			asked = true
		}
		return p.Apply(ctx, nil)
	})
}

// agreeToLoss asks whether to go back although something stays as it is now.
func (s *Session) agreeToLoss(ctx context.Context, o RollbackOptions, lost []plan.Note) error {
	for _, n := range lost {
		s.Sink(event.Message{Level: event.Warn, Text: n.Text})
	}
	yes, err := s.Answer(ctx, plan.Ask{Text: fmt.Sprintf("Go back to @%d all the same?", o.To.Number)}, o.Answers)
	if err == nil && !yes {
		err = hint.New(fmt.Sprintf("not rolled back to @%d", o.To.Number), "nothing was changed; --yes agrees beforehand")
	}
	return err
}

// planRollback plans the way back. lost is what is another one now than it was then.
func (s *Session) planRollback(ctx context.Context, o RollbackOptions) (p *Planned, lost []plan.Note, err error) {
	sources, notes, err := s.earlierImages(ctx, o.To)
	if err != nil {
		return nil, nil, err
	}
	back := s.For(s.Project.WithPins(sources))
	up := UpOptions{Answers: o.Answers, UpOptions: planner.UpOptions{
		Pull: "missing", Build: planner.BuildNever, RemoveOrphans: o.RemoveOrphans, IgnoreOrphans: o.IgnoreOrphans,
		Wait: o.Wait, Timeout: o.Timeout,
	}}
	if p, err = back.PlanUp(ctx, up); err != nil {
		return nil, nil, err
	}
	unsure, differs := notAsThen(s.Project, o.To)
	p.Notes = slices.Concat(notesOf(unsure), notesOf(notes), notesOf(staying(p)), p.Notes)
	return p, notesOf(differs), nil
}

func notesOf(texts []string) []plan.Note {
	var notes []plan.Note
	for _, text := range texts {
		notes = append(notes, plan.Note{Text: text})
	}
	return notes
}

// notWell says how a deployment ended; "": well.
func notWell(o history.Outcome) string {
	switch {
	case o.Result == history.Done:
		return ""
	case o.Result == history.Begun:
		return "did not come to its end"
	case len(o.Errors) == 0:
		return "did not end well: " + string(o.Result)
	}
	return "did not end well: " + o.Errors[0]
}

// staying says what is no part of deployments, where containers are made anew.
func staying(p *Planned) []string {
	if !p.Needs() || len(p.KeptVolumes) == 0 {
		return nil
	}
	return []string{"data in volumes is no part of a deployment, and stays as it is now: " + strings.Join(p.KeptVolumes, ", ")}
}

// notAsThen are texts about what is used as it is now: lost are those about what differs
// from then, notes those about what is not known, or is as it was.
func notAsThen(p *project.Project, d *history.Deployment) (notes, lost []string) {
	k := d.Definition
	differs := func(text string) { lost = append(lost, text) }
	shown := Deployed{Deployment: d}.shown
	if why := notWell(d.Outcome); why != "" {
		differs(fmt.Sprintf("@%d %s", d.Number, why))
	}
	for _, key := range slices.Sorted(maps.Keys(k.Secrets)) {
		switch now := p.SecretHash(key); {
		case project.ContentChanged(k.Secrets[key], now):
			differs(fmt.Sprintf("secret %s has another content now than in @%d", key, d.Number))
		case now == "" && k.Secrets[key] != "":
			differs(fmt.Sprintf("secret %s cannot be read now", key))
		}
	}
	var folders []string
	for _, path := range slices.Sorted(maps.Keys(k.Mounted)) {
		switch now := p.MountedHash(path); {
		case project.ContentChanged(k.Mounted[path], now):
			differs(fmt.Sprintf("the mounted file %s has another content now than in @%d", shown(path), d.Number))
		case now == "" && k.Mounted[path] != "":
			differs(fmt.Sprintf("the mounted file %s cannot be read now", shown(path)))
		case now == "":
			folders = append(folders, shown(path))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(k.Configs)) {
		if why := k.Configs[key].Missing; why != "" {
			notes = append(notes, fmt.Sprintf("config %s is used as it is now: its content was not kept (%s)", key, why))
		}
	}
	for _, key := range p.Restored {
		notes = append(notes, fmt.Sprintf("config %s has another content now, and is copied in as it was in @%d", key, d.Number))
	}
	if len(folders) > 0 {
		notes = append(notes, "what is mounted from this machine is used as it is now: "+strings.Join(folders, ", "))
	}
	if others := k.Differs(p); len(others) > 0 {
		notes = append(notes, fmt.Sprintf("another version of compose kept @%d, and this one reads it otherwise: %s", d.Number, strings.Join(others, ", ")))
	}
	return notes, lost
}

// earlierImages are what the deployment's images are asked for by, by reference, where the
// references name others now: their ids, or what a registry knows them by. Notes say what
// is pulled, and what is not known. The error names those that cannot be had.
func (s *Session) earlierImages(ctx context.Context, d *history.Deployment) (sources map[string]string, notes []string, err error) {
	wanted := map[string]history.Image{}
	for _, name := range s.Project.ServiceNames() {
		if image, ok := d.Images[name]; ok {
			wanted[s.Project.ImageName(name)] = image
		} else if svc := s.Project.Services[name]; svc.Provider == nil && svc.GetScale() > 0 {
			notes = append(notes, fmt.Sprintf("which image %s had is not known: it gets what %s names now", name, s.Project.ImageName(name)))
		}
	}
	refs := slices.Sorted(maps.Keys(wanted))
	found := make([]earlierImage, len(refs))
	g, ctx := errgroup.WithContext(ctx)
	for i, ref := range refs {
		g.Go(func() (err error) {
			found[i], err = s.earlierImage(ctx, ref, wanted[ref])
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	sources = map[string]string{}
	var gone []string
	for i, ref := range refs {
		f := found[i]
		if f.refused != "" {
			gone = append(gone, fmt.Sprintf("%s of @%d (%s): %s", ref, d.Number, spec.ShortID(wanted[ref].ID), f.refused))
		}
		if f.source != "" {
			sources[ref] = f.source
		}
		if f.pulled {
			notes = append(notes, fmt.Sprintf("image %s is not here any more, and pulled as %s", ref, f.source))
		}
	}
	if len(gone) > 0 {
		return nil, nil, hint.New("images are gone: "+strings.Join(gone, "; "),
			"nothing was changed; build or pull them anew, or go back to another deployment: compose history")
	}
	return sources, notes, nil
}

// earlierImage is where an image of an earlier deployment is.
type earlierImage struct {
	source  string // "": the reference still names it
	pulled  bool   // source is a registry's
	refused string // why it cannot be had
}

// earlierImage looks for an image: under its reference, by its id, at its registry.
func (s *Session) earlierImage(ctx context.Context, ref string, was history.Image) (earlierImage, error) {
	for _, name := range []string{ref, was.ID} {
		found, err := observe.InspectImage(ctx, s.Reader, name)
		switch {
		case errdefs.IsNotFound(err):
		case err != nil:
			return earlierImage{}, fmt.Errorf("inspecting image %s: %w", name, err)
		case found.ID == was.ID && name == ref:
			return earlierImage{}, nil
		case found.ID == was.ID:
			return earlierImage{source: was.ID}, nil
		}
	}
	digest := registryDigest(ref, was.Digests)
	if digest == "" {
		return earlierImage{refused: "it was built here, and no registry has it"}, nil
	}
	if no := do.Unpullable(ctx, s.Reader, s.ConfigDir, digest); no.Why != "" {
		return earlierImage{refused: no.Why}, nil
	}
	return earlierImage{source: digest, pulled: true}, nil
}

// registryDigest is the one of the digests that is the reference's repository's; "": none.
func registryDigest(ref string, digests []string) string {
	for _, digest := range digests {
		repository, _, _ := strings.Cut(digest, "@")
		if project.SameRepository(ref, repository) {
			return digest
		}
	}
	return ""
}
