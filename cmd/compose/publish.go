package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/plan"
	"github.com/compose-orchestrator/compose/planner"
	"github.com/compose-orchestrator/compose/project"
	"github.com/compose-orchestrator/compose/project/publish"
	"github.com/compose-orchestrator/compose/session"
)

type publishFlags struct {
	app, resolveDigests, withEnv, yes, insecure bool
	ociVersion                                  string
}

func (a *app) publishCommand() *cobra.Command {
	var f publishFlags
	cmd := a.command("publish [OPTIONS] REPOSITORY[:TAG]", "Publish compose application", func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return hint.New("'compose publish' requires 1 argument", "give REPOSITORY[:TAG], such as registry.example.com/team/app:1.0")
		}
		return a.publish(cmd.Context(), args[0], f)
	})
	fs := cmd.Flags()
	fs.BoolVar(&f.app, "app", false, "Published compose application (includes referenced images)")
	fs.StringVar(&f.ociVersion, "oci-version", "", `OCI image/artifact specification version ("1.0"|"1.1"; automatically determined by default)`)
	fs.BoolVar(&f.resolveDigests, "resolve-image-digests", false, "Pin image tags to digests")
	fs.BoolVar(&f.withEnv, "with-env", false, "Include environment variables in the published OCI artifact")
	fs.BoolVarP(&f.yes, "yes", "y", false, `Assume "yes" as answer to all prompts`)
	fs.BoolVar(&f.insecure, "insecure-registry", false, "The registry may speak plain HTTP")
	_ = fs.MarkHidden("insecure-registry")
	return cmd
}

// publish sends the images that are built, then the files. Where the user does
// not agree it ends with 130, as Docker Compose does.
func (a *app) publish(ctx context.Context, repository string, f publishFlags) error {
	version := publish.Version(f.ociVersion)
	if !slices.Contains([]publish.Version{publish.Newest, publish.OCI10, publish.OCI11}, version) {
		return hint.New(fmt.Sprintf("unsupported --oci-version %q", f.ociVersion), "the versions are 1.0 and 1.1")
	}
	if err := publish.CheckRepository(repository); err != nil {
		return err
	}
	o := a.projectOptions(nil)
	o.Profiles = []string{"*"}
	s, err := a.open(ctx, o)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Project.Unpublishable(); err != nil {
		return err
	}
	parts, err := s.Project.Artifact()
	if err != nil {
		return err
	}
	declared := slices.Clone(parts)
	if !f.withEnv {
		parts = a.withoutEnvFiles(parts)
	}
	agreed, err := a.agreeToPublish(ctx, questionsOf(s.Project, declared, parts, f))
	if err != nil {
		return err
	}
	if !agreed {
		return &exitError{code: exitInterrupted} // or its class's
	}
	if err := s.Push(ctx, planner.PushOptions{IgnoreFailures: true}); err != nil {
		return err
	}
	send := publish.Options{Repository: repository, Version: version, Created: time.Now(), Insecure: f.insecure}
	if f.resolveDigests || f.app {
		pinned, err := a.pinnedImages(ctx, s.Project)
		if err != nil {
			return err
		}
		parts = append(parts, pinned)
	}
	if f.app {
		send.Images = imagesOf(s.Project)
	}
	return a.sendArtifact(ctx, s, parts, send)
}

// withoutEnvFiles leaves env files out, and says so.
func (a *app) withoutEnvFiles(parts []project.Part) []project.Part {
	return slices.DeleteFunc(parts, func(part project.Part) bool {
		if part.Kind == project.EnvPart {
			a.warn("%s is not published, and who uses the artifact lacks it; --with-env adds it", part.Path)
		}
		return part.Kind == project.EnvPart
	})
}

// sendArtifact sends the files. A dry run says which.
func (a *app) sendArtifact(ctx context.Context, s *session.Session, parts []project.Part, o publish.Options) error {
	if s.DryRun {
		if err := a.list([]string{fmt.Sprintf("publish %s: %s", o.Repository, partNames(parts))}); err != nil {
			return err
		}
	}
	return s.Publish(ctx, parts, o)
}

func partNames(parts []project.Part) string {
	var names []string
	for _, part := range parts {
		names = append(names, part.Name)
	}
	return strings.Join(names, ", ")
}

// pinnedImages is a part that says of every service which image is meant.
func (a *app) pinnedImages(ctx context.Context, p *project.Project) (project.Part, error) {
	ask, err := a.digests(ctx)
	if err != nil {
		return project.Part{}, err
	}
	pinned, err := p.WithDigests(ctx, ask)
	if err != nil {
		return project.Part{}, err
	}
	text, err := pinned.ImagesOnly().Marshal(project.MarshalOptions{})
	return project.Part{Kind: project.ComposePart, Name: "image-digests.yaml", Content: text}, err
}

// imagesOf are the references that the services run, each once.
func imagesOf(p *project.Project) []string {
	images := map[string]bool{}
	for _, s := range p.Services {
		if s.Image != "" {
			images[s.Image] = true
		}
	}
	return slices.Sorted(maps.Keys(images))
}

// question is one about what others will be able to read.
type question struct {
	about  []string
	before string
	ask    string
}

// questionsOf are those that the flags leave open, about a project and the parts
// that are sent; declared has those with environment files. Credentials are named
// and not shown.
func questionsOf(p *project.Project, declared, sent []project.Part, f publishFlags) []question {
	var env []string
	if !f.withEnv {
		env = project.EnvDeclarations(declared)
	}
	all := []question{
		{
			p.PublishedBinds(), "the artifact will tell which folders are mounted, though not what is in them:",
			"Are you ok to publish these bind mount declarations?",
		},
		{
			project.Secrets(slices.Concat(sent, p.ReferredFiles())), "this looks like credentials, please double check that you are not leaking sensitive data:",
			"Are you ok to publish these sensitive data?",
		},
		{
			env, "you are about to publish env-related declarations within your OCI artifact, please double check that you are not leaking sensitive data:",
			"Use --with-env to silence this prompt and always publish env declarations.\nAre you ok to publish these env declarations?",
		},
		{
			project.ConfigContents(sent), "you are about to publish literal inline config content within your OCI artifact:",
			"Are you ok to publish these config contents?",
		},
	}
	return slices.DeleteFunc(all, func(q question) bool { return len(q.about) == 0 || f.yes })
}

// agreeToPublish asks, until the first no.
func (a *app) agreeToPublish(ctx context.Context, questions []question) (bool, error) {
	for _, q := range questions {
		agreed, err := a.confirm(ctx, plan.Ask{Text: q.before + "\n  " + strings.Join(q.about, "\n  ") + "\n" + q.ask})
		if err != nil || !agreed {
			return false, err
		}
	}
	return true, nil
}
