package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/engine/list"
	"github.com/compose-orchestrator/compose/internal/render"
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
		images, err := list.Images(cmd.Context(), s.Reader, s.Name, args)
		if err != nil {
			return err
		}
		if quiet {
			return a.names(imageIDs(images))
		}
		return render.Listing[list.Image]{Items: images, Columns: imageColumns, Wide: true}.Write(a.stdout, format)
	})
	cmd.Flags().StringVar(&format, "format", "table", `Format the output ("table"|"json"|TEMPLATE)`)
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "Only display IDs")
	return cmd
}

// imageIDs are the ids without their algorithm, each once, in the order of the
// containers.
func imageIDs(images []list.Image) []string {
	var ids []string
	for _, i := range images {
		if id := i.ID[strings.IndexByte(i.ID, ':')+1:]; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

var imageColumns = []render.Column[list.Image]{
	{Field: "ContainerName", Header: "Container", Text: func(i list.Image) string { return i.ContainerName }},
	{Field: "Repository", Text: func(i list.Image) string { return cmp.Or(i.Repository, "<none>") }},
	{Field: "Tag", Text: func(i list.Image) string { return cmp.Or(i.Tag, "<none>") }},
	{Field: "Platform", Text: func(i list.Image) string { return i.Platform }},
	{Field: "ID", Header: "Image ID", Text: func(i list.Image) string {
		id := i.ID[strings.IndexByte(i.ID, ':')+1:]
		return id[:min(12, len(id))]
	}},
	{Field: "Size", Text: func(i list.Image) string { return units.HumanSizeWithPrecision(float64(i.Size), 3) }},
	{Field: "Created", Text: func(i list.Image) string {
		if i.Created == nil {
			return "N/A"
		}
		return units.HumanDuration(time.Since(*i.Created)) + " ago"
	}},
}
