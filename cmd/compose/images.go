package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/session"
)

func (a *app) imagesCommand() *cobra.Command {
	var format string
	var quiet bool
	cmd := a.command("images [OPTIONS] [SERVICE...]", "List images used by the created containers", func(cmd *cobra.Command, args []string) error {
		if err := checkFormat(format); err != nil {
			return err
		}
		s, err := a.openLooking(cmd.Context(), args)
		if err != nil {
			return err
		}
		defer s.Close()
		images, err := s.UsedImages(cmd.Context(), args)
		if err != nil {
			return err
		}
		if quiet {
			return a.names(imageIDs(images))
		}
		if a.forPeople(cmd) {
			return a.showImages(images)
		}
		return render.Listing[session.UsedImage]{Items: images, Columns: imageColumns, Wide: true}.Write(a.stdout, format)
	})
	cmd.Flags().StringVar(&format, "format", "table", `Format the output ("table"|"json"|TEMPLATE)`)
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "Only display IDs")
	return cmd
}

// imageIDs are the ids without their algorithm, each once, in the order of the
// containers.
func imageIDs(images []session.UsedImage) []string {
	var ids []string
	for _, i := range images {
		if id := i.ID[strings.IndexByte(i.ID, ':')+1:]; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

var imageColumns = []render.Column[session.UsedImage]{
	{Field: "ContainerName", Header: "Container", Text: func(i session.UsedImage) string { return i.ContainerName }},
	{Field: "Repository", Text: func(i session.UsedImage) string { return cmp.Or(i.Repository, "<none>") }},
	{Field: "Tag", Text: func(i session.UsedImage) string { return cmp.Or(i.Tag, "<none>") }},
	{Field: "Platform", Text: func(i session.UsedImage) string { return i.Platform }},
	{Field: "ID", Header: "Image ID", Text: shortImageID},
	{Field: "Size", Text: imageSize},
	{Field: "Created", Text: imageAge},
}

func shortImageID(i session.UsedImage) string {
	id := i.ID[strings.IndexByte(i.ID, ':')+1:]
	return id[:min(12, len(id))]
}

func imageSize(i session.UsedImage) string {
	return units.HumanSizeWithPrecision(float64(i.Size), 3)
}

func imageAge(i session.UsedImage) string {
	if i.Created == nil {
		return "N/A"
	}
	return units.HumanDuration(time.Since(*i.Created)) + " ago"
}
